"""Templates of the page: files in `templates/` with `$names`, in which every value is escaped.

Texts stand in them as in the portal's templates, `{% translate "…" %}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from mdocs.sandbox import languages

TEMPLATES = Path(__file__).parent / "templates"
_TEXT = re.compile(r"""\{% translate (["'])(.+?)\1 %\}""")


class Html(str):
    """Text that is markup already, because a template made it."""

    __slots__ = ()


@cache
def _template(name: str, _language: str) -> Template:
    source = (TEMPLATES / f"{name}.html").read_text(encoding="utf-8")
    return Template(_TEXT.sub(lambda text: escape(languages.gettext(text[2])).replace("$", "$$"), source))


def fill(name: str, /, **values: object) -> Html:
    """Fill in a template. What is not `Html` is escaped; a name without a value raises KeyError."""
    safe = {key: value if isinstance(value, Html) else escape(str(value)) for key, value in values.items()}
    return Html(_template(name, languages.active()).substitute(safe))


def join(parts: Iterable[Html]) -> Html:
    """Put pieces of markup one after another."""
    return Html("\n".join(parts))


NOTHING = Html("")
