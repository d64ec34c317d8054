"""Rendered messages: what a page or an e-mail shows of one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RenderedMessage:
    """Text of a message: subject and paragraphs."""

    subject: str
    paragraphs: tuple[str, ...]
    sends_to_office: bool = False  # whether the text sends the student to the dean's office
