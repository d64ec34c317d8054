"""Error that stops an import before it begins."""


class UnreadableFile(Exception):
    """The file cannot be imported; the message, in Polish and without personal data, gives reason and remedy."""
