"""Styles that stand in the pages themselves: a phone draws a page as soon as it has come, not a round trip later.

The Content-Security-Policy names each by its hash, so that no other style of a page is let in.
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_STATIC = Path(__file__).resolve().parents[1] / "static"


class Block(NamedTuple):
    """Static files whose text stands in pages as one element. It has neither the end of that element nor addresses."""

    files: tuple[str, ...]
    text: str

    @property
    def source(self) -> str:
        """Return the source expression of the policy that lets it in."""
        return f"'sha256-{b64encode(sha256(self.text.encode()).digest()).decode()}'"


def block(*names: str) -> Block:
    """Read the styles of these names below static/portal."""
    files = tuple(f"portal/{name}.css" for name in names)
    return Block(files, "".join((_STATIC / file).read_text() for file in files))
