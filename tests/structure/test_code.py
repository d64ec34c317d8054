"""Rules that no tool knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure.tree import APPS, ROOT, files, name, syntax

LONGEST_FILE = 300  # lines
LONGER_FILES = {
    "mlegitymacja_portal/settings.py": "one file, read from top to bottom",
    "tests/mdocs/mdokumenty/test_answers.py": "a table: one row for each answer of the contract",
    "tests/mdocs/mdokumenty/test_failures.py": "a table: one row for each error of the contract",
    "tests/mdocs/mdokumenty/test_network.py": "a table: one row for each way a connection breaks",
    "tests/usos_api/test_errors.py": "a table: one row for each error of the contract",
}
LONGEST_TASK = 25  # lines
CHANGES_THE_STATE = "mdocs/orders/"
HAVE_STATES_OF_THEIR_OWN = ("mdocs/sandbox/", "mdocs/mdokumenty/", "mdocs/migrations/")


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        name(path): len(path.read_text().splitlines())
        for path in files(".py", ".html", ".css", ".js", "")
        if "migrations" not in path.parts and not path.name.endswith(".min.js")
    }
    assert len(lengths) > 50
    too_long = {path: length for path, length in lengths.items() if length > LONGEST_FILE}
    assert too_long.keys() - LONGER_FILES.keys() == set(), too_long


def test_the_exceptions_are_still_needed() -> None:
    for path in LONGER_FILES:
        assert len((ROOT / path).read_text().splitlines()) > LONGEST_FILE, path


def test_only_the_commands_change_the_state_of_an_order() -> None:
    changes = {
        place
        for path in files(".py", under=("mlegitymacja_portal", "usos_api", "api", "mdocs"))
        for place in state_changes(path)
    }
    assert any(place.startswith(CHANGES_THE_STATE) for place in changes), "the search finds what is there"
    allowed = (CHANGES_THE_STATE, *HAVE_STATES_OF_THEIR_OWN)
    assert {place for place in changes if not place.startswith(allowed)} == set()


def state_changes(path: Path) -> Iterator[str]:
    """The lines that assign `.status`, or write it with update() or bulk_update()."""
    for node in ast.walk(syntax(path)):
        match node:
            case ast.Assign(targets=targets) if any(map(is_status, targets)):
                yield f"{name(path)}:{node.lineno}"
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target) if is_status(target):
                yield f"{name(path)}:{node.lineno}"
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="status"), *_]):
                yield f"{name(path)}:{node.lineno}"
            case ast.Call(func=ast.Attribute(attr="update" | "bulk_update" | "create" | "bulk_create")) if (
                any(keyword.arg == "status" for keyword in node.keywords)
            ):
                yield f"{name(path)}:{node.lineno}"


def is_status(target: ast.expr) -> bool:
    """Tell whether something is assigned to an attribute called status, alone or in a tuple."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return any(isinstance(part, ast.Attribute) and part.attr == "status" for part in parts)


def test_tasks_are_thin() -> None:
    tasks = {
        f"{name(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in files(".py", under=APPS)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef) and any("task" in ast.unparse(d) for d in node.decorator_list)
    }
    assert tasks, "the search finds what is there"
    assert {task: length for task, length in tasks.items() if length > LONGEST_TASK} == {}


def test_templates_and_views_escape_everything() -> None:
    unsafe = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off|\bmark_safe\b|\bSafeString\b")
    own_styles = "mdocs/templatetags/portal.py"  # writes style sheets of ours into pages, nothing else
    found = [
        name(path)
        for path in files(".html", ".svg", ".txt", ".py", under=(*APPS, "templates"))
        if unsafe.search(path.read_text())
    ]
    assert found == [own_styles]
