"""Grouping of the activation code, for people who copy it from a screen."""

from math import ceil

LONGEST_GROUP = 4  # more characters than that nobody keeps in mind on the way to the phone


def groups(code: str) -> list[str]:
    """Divide a code into as few groups as possible of at most LONGEST_GROUP characters, as even as possible."""
    if not code:
        return []
    count = ceil(len(code) / LONGEST_GROUP)
    shorter, longer = divmod(len(code), count)
    sizes = [shorter + 1] * longer + [shorter] * (count - longer)
    starts = [sum(sizes[:number]) for number in range(count)]
    return [code[start : start + size] for start, size in zip(starts, sizes, strict=True)]
