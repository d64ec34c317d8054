"""The files that the project consists of."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "mlegitymacja_portal",
    "operations",
    "usos_api",
    "api",
    "notifications",
    "accounts",
    "mdocs",
    "students",
)
_FOLDERS = (*APPS, "script", "tests", "templates", "static", "docs", ".ci")

_NOT_OURS = {"__pycache__", "vendor"}


def files(*suffixes: str, under: tuple[str, ...] = _FOLDERS) -> Iterator[Path]:
    """Every file of the project with one of the endings, without what tools leave behind and what others wrote."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in suffixes and not _NOT_OURS & set(path.parts):
                yield path


def name(path: Path) -> str:
    """The path as one writes it."""
    return path.relative_to(ROOT).as_posix()


@cache
def syntax(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(), filename=name(path))
