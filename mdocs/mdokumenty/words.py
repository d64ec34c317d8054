"""Words of the other side that may stand in logs."""

import re

_PLAIN_WORD = re.compile(r"(?!.*[0-9]{4})[A-Za-z0-9_.-]{1,64}")


def loggable(word: str) -> str:
    """Return a word of the other side if it cannot hold personal data or a line break, else a placeholder."""
    return word if _PLAIN_WORD.fullmatch(word) else "(not a plain word)"
