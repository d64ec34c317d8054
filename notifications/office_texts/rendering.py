"""Rendering of an office's text in one language."""

import re
from collections.abc import Mapping

from notifications.office_texts.placeholders import fill_in
from notifications.rendered import RenderedMessage

_BLANK_LINES = re.compile(r"\n\s*\n")


def render_text(text: Mapping[str, str], language: str, values: Mapping[str, str]) -> RenderedMessage:
    """Return subject and paragraphs of an OfficeText's parts, with these values; blank lines part paragraphs."""
    body = text[f"body_{language}"].replace("\r\n", "\n").strip()
    paragraphs = (fill_in(paragraph.strip(), values) for paragraph in _BLANK_LINES.split(body))
    return RenderedMessage(fill_in(text[f"subject_{language}"], values), tuple(paragraphs))
