"""Find every text that the portal says to people: what the catalogues have to have words for."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = (
    "mlegitymacja_portal",
    "operations",
    "usos_api",
    "api",
    "notifications",
    "accounts",
    "mdocs",
    "students",
)
_TRANSLATIONS = ("django.utils.translation", "mdocs.sandbox.languages")
# What each function takes: which of its arguments are text, and which one the context.
_FUNCTIONS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# `templatize` writes calls of these for the tags of a template.
_IN_TEMPLATES = {name: _FUNCTIONS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")} | {
    "_": None
}
_COMMENTS = ("Translators",)


def speaking_files(root: Path = ROOT) -> Iterator[Path]:
    """List the modules and templates whose texts people read."""
    found = [path for package in _PACKAGES for path in (root / package).rglob("*.py")]
    found += [
        path
        for folder in ("templates", *_PACKAGES)
        for path in (root / folder).rglob("*")
        if path.suffix in {".html", ".txt"}
    ]
    for path in sorted(found):
        if path.is_file():
            yield path


def all_texts(root: Path = ROOT) -> Catalog:
    """Collect the texts of all files, each with the files that say it."""
    texts = Catalog(charset="utf-8")
    for path in speaking_files(root):
        place = path.relative_to(root).as_posix()
        for text, comments, context in texts_of(path):
            texts.add(text, locations=[(place, 0)], auto_comments=comments, context=context)
    return texts


def texts_of(path: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Yield the texts of one file, with what is said to their translators and their context."""
    source = path.read_text()
    if path.suffix == ".py":
        keywords = {name: _FUNCTIONS[meaning] for name, meaning in names_in(source).items()}
    else:
        # In brackets, since what is left of a template is indented as no Python is.
        keywords, source = _IN_TEMPLATES, f"({templatize(source)}\n)"
    for _line, text, comments, context in extract(
        "python",
        BytesIO(source.encode()),
        keywords=keywords,
        comment_tags=_COMMENTS,
        options={"encoding": "utf-8"},
    ):
        yield text, comments, context


def names_in(source: str) -> dict[str, str]:
    """Return by which names a module calls the functions of gettext: mostly `_`, but not always the same one."""
    names: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in _TRANSLATIONS:
            names |= {each.asname or each.name: each.name for each in node.names if each.name in _FUNCTIONS}
    return names
