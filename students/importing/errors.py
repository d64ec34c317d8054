"""What stops an import before anything is done."""


class UnreadableFile(Exception):
    """The file cannot be imported; the message, in Polish and without personal data, says why and what to do."""
