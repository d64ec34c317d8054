"""Docstrings begin with the noun or verb of the field, and hold no riddles."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.tree import files, name, syntax

PACKAGES = (
    "accounts",
    "api",
    "mdocs",
    "mlegitymacja_portal",
    "notifications",
    "operations",
    "students",
    "usos_api",
)
# Descriptions in the OpenAPI document, which is part of the stable surface.
PUBLISHED = ("api/serializers/",)
_QUESTION = re.compile(
    r"(what|how|who|whose|whom|which|where|why|when|whether)(ever|soever)?\b", re.IGNORECASE
)
_RIDDLE = re.compile(r"\b(who|whom|whose|whosoe)ever\b|\bwhosever\b", re.IGNORECASE)


def docstrings() -> Iterator[tuple[str, str]]:
    """Yield every docstring of the packages, and where it stands."""
    for path in files(".py", under=PACKAGES):
        if "migrations" in path.parts or name(path).startswith(PUBLISHED):
            continue
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                yield f"{name(path)}:{getattr(node, 'lineno', 1)}", text


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    found = dict(docstrings())
    assert len(found) > 500, "the packages have docstrings"
    assert [f"{place} {text}" for place, text in found.items() if _QUESTION.match(text)] == []


def test_docstrings_hold_no_riddles() -> None:
    assert [f"{place} {text}" for place, text in docstrings() if _RIDDLE.search(text)] == []


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("What only time asks for.", True),
        ("Whose PESEL it is.", True),
        ("Whole PESEL.", False),
        ("Return it.", False),
    ],
)
def test_questions_are_recognised(text: str, is_question: bool) -> None:
    assert bool(_QUESTION.match(text)) is is_question
