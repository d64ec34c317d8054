"""What is logged of a failure that nobody has foreseen."""

import traceback


def place_of(error: BaseException) -> str:
    """Return where in the code it was raised. Its text may hold personal data; its place in the code does not."""
    return "".join(traceback.format_tb(error.__traceback__))
