"""The reference of variables in docs/deployment.md names those that the code reads, with what they are unless set."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.tree import ROOT

SETTINGS = ROOT / "mlegitymacja_portal/settings.py"
GUNICORN = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"}  # read by gunicorn and its configuration
KEEP = {f"KEEP_{name}_MONTHS" for name in ("ORDERS", "PHOTOS", "PEOPLE", "AUDIT", "LOOKS")}


def read_variables() -> Iterator[tuple[str, ast.expr | None]]:
    """Return each variable that the settings read, and the expression that stands for it unless it is set."""
    for node in ast.walk(ast.parse(SETTINGS.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "env" and node.args):
            continue
        if isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), node.args[1] if len(node.args) > 1 else None


def documented() -> dict[str, str]:
    """Return each variable of the table with what it says of it unless it is set."""
    section = (ROOT / "docs/deployment.md").read_text().partition("\n## Variables\n")[2].partition("\n## ")[0]
    found: dict[str, str] = {}
    for names, unless in re.findall(r"^\| (`[A-Z].*?) \| .* \| (.*?) \|$", section, re.MULTILINE):
        each = re.findall(r"`(\w+)`", names)
        says = [part.strip() for part in re.split("[,;]", unless)]
        for number, name in enumerate(each):
            assert name not in found, f"{name} has two rows"
            found[name] = says[number] if len(says) == len(each) else unless
    return found


def test_every_variable_that_is_read_has_a_row_and_every_row_is_read() -> None:
    assert documented().keys() == dict(read_variables()).keys() | GUNICORN | KEEP


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, default.value)
        for name, default in read_variables()
        if isinstance(default, ast.Constant) and isinstance(default.value, int | float) and default.value
    ],
)
def test_numbers_and_switches_are_what_the_table_says(name: str, value: float) -> None:
    said = documented()[name]
    written = "true" if value is True else str(value).removesuffix(".0")
    assert written in re.findall(r"[\w.]+", said), (
        f"{name} is {written} unless set, and the table says: {said}"
    )


def test_what_has_to_be_set_has_a_dash_in_the_table() -> None:
    required = {name for name, default in read_variables() if default is None}
    assert {name for name in required if documented()[name] != "–"} == set()
