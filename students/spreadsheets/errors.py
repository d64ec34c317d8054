"""Error that stops the reading of a file before anything is done with it."""


class UnreadableFile(Exception):
    """The file cannot be read; the message, in Polish, gives reason and remedy."""
