"""Reading a page the way its user does: by headings, labels, buttons and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_INLINE = {"a", "code", "span", "strong", "time"}
_VOID = {"meta", "link", "img", "input", "br", "hr"}


@dataclass
class Element:
    """A tag with its attributes and the text inside it."""

    tag: str
    attrs: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text with its white space made single."""
        return " ".join("".join(self.pieces).split())


class Document(HTMLParser):
    """A page. Raises AssertionError where tags are not closed in the order in which they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        assert not self._open, f"left open: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop().tag == tag, f"</{tag}> closes something else"
        if tag not in _INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    def all(self, tag: str, **attrs: str) -> list[Element]:
        """Return the elements of this tag that have these attributes, in the order of the page."""
        return [e for e in self.elements if e.tag == tag and attrs.items() <= e.attrs.items()]

    def texts(self, tag: str, **attrs: str) -> list[str]:
        """Return the texts of those elements."""
        return [element.text for element in self.all(tag, **attrs)]

    @property
    def main(self) -> str:
        """The text of the page without its frame."""
        return self.texts("main")[0]

    @property
    def buttons(self) -> list[str]:
        """What can be pressed, the frame's sign-out and languages left out."""
        return [
            button.text
            for button in self.all("button")
            if button.text != "Wyloguj się" and button.attrs.get("name") != "language"
        ]

    @property
    def alerts(self) -> list[str]:
        """What is said at once to users of screen readers."""
        return [element.text for element in self.elements if element.attrs.get("role") == "alert"]


def read(response: Any) -> Document:
    """Read a response of the test client as a page."""
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return Document(response.content.decode())
