"""Comments, docstrings and documents of the project, as text in which citations can be looked for."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.structure.tree import ROOT, files

ROOT_DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
_MARKS_OF_COMMENTS = re.compile(r"^[ \t]*(?://|#|\*|;)?[ \t]*", re.MULTILINE)
_WORDS_OF_STRINGS = re.compile(r'^[rbuf]*("""|\'\'\'|"|\')(.*)\1$', re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^( *```).*?^\1`*$", re.MULTILINE | re.DOTALL)


def documents() -> Iterator[Path]:
    """Yield every document: those in the project's folder, and all below docs/."""
    yield from (ROOT / name for name in ROOT_DOCUMENTS if (ROOT / name).exists())
    yield from files(".md", under=("docs",))


def sources() -> Iterator[Path]:
    """Yield every file of code, configuration and templates that holds words for engineers; libraries hold none."""
    own = files(".py", ".html", ".js", ".css", ".txt", "")
    yield from (path for path in own if "vendor" not in path.parts)
    yield ROOT / "pyproject.toml"


@cache
def prose(path: Path) -> str:
    """Return the words of a file, its lines joined.

    Of a document without its blocks of code; of Python comments and strings; of any other file all of it, without the
    marks of comments.
    """
    text = path.read_text(errors="replace")
    if path.suffix == ".py":
        text = _words_of_python(text)
    elif path.suffix == ".md":
        text = _FENCE.sub("", text)
    else:
        text = _MARKS_OF_COMMENTS.sub("", text)
    return " ".join(text.split())


def _words_of_python(text: str) -> str:
    words = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            words.append(token.string.lstrip("#"))
        elif token.type == tokenize.STRING and (inside := _WORDS_OF_STRINGS.match(token.string)):
            words.append(inside[2] if " " in inside[2] else "")  # a single word is a value
        elif token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            words.append(".\n" if words[-1:] != [".\n"] else "")  # code ends a comment's sentence
    return " ".join(words)


@cache
def headings(document: Path) -> frozenset[str]:
    """Return the headings of a document as one cites them: without backticks, and without a last remark in brackets."""
    found = _HEADING.findall(_FENCE.sub("", document.read_text()))
    return frozenset(re.sub(r" \(.*\)$", "", heading.replace("`", "")) for heading in found)


@cache
def anchors(document: Path) -> frozenset[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    found = _HEADING.findall(_FENCE.sub("", document.read_text()))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found)
