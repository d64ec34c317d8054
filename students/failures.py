"""Logging of unforeseen exceptions without personal data."""

import traceback


def place_of(error: BaseException) -> str:
    """Return the place in the code where an exception was raised; its text may hold personal data."""
    return "".join(traceback.format_tb(error.__traceback__))
