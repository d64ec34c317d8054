"""The reference of variables in docs/deployment.md names those that the code reads, with what they are unless set."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.tree import ROOT

SETTINGS = ROOT / "mlegitymacja_portal/settings.py"
GUNICORN = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"}  # read by gunicorn and its configuration
KEEP = {f"KEEP_{name}_MONTHS" for name in ("ORDERS", "PHOTOS", "PEOPLE", "AUDIT", "LOOKS")}


def calls() -> Iterator[ast.Call]:
    """Return the calls by which the settings read a variable."""
    for node in ast.walk(ast.parse(SETTINGS.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "env" and node.args):
            continue
        if isinstance(node.args[0], ast.Constant):
            yield node


def read_variables() -> Iterator[tuple[str, ast.expr | None]]:
    """Return each variable that the settings read, and the expression that stands for it unless it is set."""
    for node in calls():
        yield str(ast.literal_eval(node.args[0])), node.args[1] if len(node.args) > 1 else None


def production(default: ast.expr) -> ast.expr:
    """Return the part of an expression that holds in production."""
    is_choice = isinstance(default, ast.IfExp) and ast.unparse(default.test) == "PRODUCTION"
    return default.body if is_choice else default  # type: ignore[attr-defined]


def written_defaults() -> Iterator[tuple[str, list[str]]]:
    """Return each variable that has texts, a list or a day unless it is set, with what the table has to say of it."""
    for node in calls():
        if len(node.args) < 2:
            continue
        name, default = str(ast.literal_eval(node.args[0])), production(node.args[1])
        joined = [ast.literal_eval(word.value) for word in node.keywords if word.arg == "delimiter"]
        try:
            value = ast.literal_eval(default)
        except ValueError:
            if ast.unparse(default).startswith("date("):
                year, month, day = map(ast.literal_eval, default.args)  # type: ignore[attr-defined]
                yield name, [f"{year}-{month:02}-{day:02}"]
            continue  # what is made of other settings
        if isinstance(value, list | tuple) and joined:
            yield name, [joined[0].join(str(each).removesuffix(".0") for each in value)]
        elif isinstance(value, str | list | dict):
            yield name, [value] * bool(value) if isinstance(value, str) else [str(each) for each in value]


def of_scripts() -> dict[str, str]:
    """Return the variables of the scripts in deploy/bin, with what each is unless set ("" where it has to be)."""
    found: dict[str, str] = {}
    for script in sorted((ROOT / "deploy/bin").iterdir()):
        for name, default in re.findall(r"\$\{?([A-Z][A-Z_]+)(?::-([^}]*))?", script.read_text()):
            found[name] = found.get(name) or default.removeprefix("$")
    return found


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
    assert documented().keys() == dict(read_variables()).keys() | GUNICORN | KEEP | of_scripts().keys()


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


@pytest.mark.parametrize(("name", "values"), list(written_defaults()))
def test_texts_and_lists_are_what_the_table_says(name: str, values: list[str]) -> None:
    written = re.findall(r"`(.*?)`", documented()[name].partition("in development")[0])
    said = [value for value in written if not re.fullmatch("[A-Z0-9_]+", value) or value in values]
    assert sorted(said or re.findall(r"\d{4}-\d\d-\d\d", documented()[name])) == sorted(values)


def test_the_scripts_of_deploy_read_what_the_table_says() -> None:
    assert {"KEEP_BACKUPS", "BACKUP_DATABASE_URL", "ENVIRONMENT_FILE"} <= of_scripts().keys()
    for name, default in of_scripts().items():
        assert default.strip() in documented()[name].replace("`", ""), name


def test_what_has_to_be_set_has_a_dash_in_the_table() -> None:
    required = {name for name, default in read_variables() if default is None}
    assert {name for name in required if documented()[name] != "–"} == set()
