"""Citations: what comments, docstrings and documents refer to is there.

A citation of a document is its path, or its path and a section: `docs/reference/domain.md, Two sets of rules`. It ends
with a mark of punctuation. Paths, modules and commands stand in backticks.
"""

import importlib.util
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.core.management import get_commands

from tests.structure.prose import ROOT_DOCUMENTS, anchors, documents, headings, prose, sources
from tests.structure.tree import APPS, ROOT, files, name

FOLDERS = (*APPS, "docs", "locale", "script", "static", "templates", "tests", ".ci")
OURS = (".py", ".html", ".js", ".css", ".po", ".md", ".toml")
FILES = ("json", "sql", "csv", "log", "lock")
_DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[\w-]+\.md)\b(?:, (?=[A-Z/])([^|]{1,120}))?")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_HTTP_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_WITHOUT_A_NAME = re.compile(r"\((?:contract|design|domain|manual)[,:)]|\.\./shared\b|§")
_MANAGE = {"manage.py", "mlegitymacja"}  # the second as docs/deployment.md installs it
_THIS = Path(__file__)


def faults(text: str, place: Path) -> Iterator[str]:
    """Yield what a text cites and is not there; `place` is the file that it stands in."""
    if place.suffix == ".md":
        yield from _broken_links(text, place)
        text = _LINK.sub(lambda link: link[1] if not link[1].endswith(".md") else "", text)
    yield from _missing_documents(text)
    for code in _CODE.findall(text):
        yield from _missing_names(code)
    yield from (f"names no document: {found[0]}" for found in _WITHOUT_A_NAME.finditer(text))


def _broken_links(text: str, place: Path) -> Iterator[str]:
    for _words, link in _LINK.findall(text):
        target, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        path = (place.parent / target) if target else place
        if not path.exists():
            yield f"links to {link}"
        elif anchor and anchor not in anchors(path):
            yield f"links to {link}: no such heading"


def _missing_documents(text: str) -> Iterator[str]:
    for path, section in _DOCUMENT.findall(text):
        if path not in ROOT_DOCUMENTS and not (path.startswith("docs/") and (ROOT / path).is_file()):
            yield f"cites {path}"
        elif section and not any(_begins(section, heading) for heading in headings(ROOT / path)):
            yield f"cites {path}, {section.partition(')')[0][:60]}: no such heading, or no punctuation after it"


def _begins(section: str, heading: str) -> bool:
    return (
        section.startswith(heading)
        and re.match(r"[`*”\"')]* ?(?:[).;:,|]|$)", section[len(heading) :]) is not None
    )


def _missing_names(code: str) -> Iterator[str]:
    """Yield the paths, modules and commands that a span of code names and that do not exist."""
    words = code.split()
    if not words or words[0] in _HTTP_METHODS:
        return
    if words[0] in _MANAGE and len(words) > 1 and words[1] not in {"NAME", "celery", *get_commands()}:
        yield f"`{code}`: no such command"
    for word in words:
        word = word.rstrip(",;:")
        if _is_path(word):
            yield from () if _exists(word) else (f"`{word}`",)
        elif not _is_name_of_something(word):
            yield f"`{word}`: no module, attribute, task or permission"


def _is_path(word: str) -> bool:
    if "://" in word or (word.startswith(("/", "-", "<", ".")) and not word.startswith(".ci/")):
        return False
    return word.startswith(tuple(f"{folder}/" for folder in FOLDERS)) or word.endswith(OURS)


def _exists(word: str) -> bool:
    word = word.partition("::")[0].replace("…", "*").rstrip("/")
    found = [ROOT / word] if not set("*[") & set(word) else list(ROOT.glob(word))
    if any(path.is_file() or (path.is_dir() and _holds_files(path)) for path in found):
        return True
    # Also a template or a static file by the name under which Django finds it, and a file by its name alone.
    return not word.startswith(tuple(f"{folder}/" for folder in FOLDERS)) and any(
        fnmatch(path, f"*/{word}") for path in _names()
    )


@cache
def _names() -> tuple[str, ...]:
    return tuple(f"/{name(path)}" for path in files(*OURS))


def _holds_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*") if "__pycache__" not in path.parts)


def _is_name_of_something(word: str) -> bool:
    """Tell whether a dotted name is something of ours; what is no dotted name is nobody's concern."""
    dotted = re.fullmatch(r"(\w+)((?:\.\w+)+)(?:\(\))?", word)
    if dotted is None:
        return True
    known = _is_known if dotted[1] in APPS else _is_short_for_something
    return known(dotted[1] + dotted[2])


def _is_known(dotted: str) -> bool:
    """Tell whether a dotted name is a module, something in one, a model, a task or a permission."""
    app, _, rest = dotted.partition(".")
    if dotted in current_app.tasks or _is_permission(app, rest):
        return True
    if rest.lower() in {
        model._meta.model_name for model in apps.get_models() if model._meta.app_label == app
    }:
        return True
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            continue
        if found is not None:
            return _has(importlib.import_module(module) if length < len(parts) else None, parts[length:])
    return False


def _is_short_for_something(dotted: str) -> bool:
    """Tell whether `orders.place` or `Order.status` is there, or is no name of ours at all."""
    owner, attribute, *_ = dotted.split(".")
    owners: list[Any] = [model for model in apps.get_models() if model.__name__ == owner]
    owners += [importlib.import_module(module) for module in _modules() if module.rpartition(".")[2] == owner]
    return not owners or attribute in FILES or any(hasattr(each, attribute) for each in owners)


@cache
def _modules() -> tuple[str, ...]:
    paths = (
        name(path) for path in files(".py", under=APPS) if not {"sandbox", "migrations"} & set(path.parts)
    )
    return tuple(re.sub(r"(/__init__)?\.py$", "", path).replace("/", ".") for path in paths)


def _has(owner: object, attributes: list[str]) -> bool:
    for attribute in attributes:
        if not hasattr(owner, attribute):
            return False
        owner = getattr(owner, attribute)
    return True


def _is_permission(app: str, codename: str) -> bool:
    return any(
        codename in {own for own, _text in model._meta.permissions}
        or codename in {f"{action}_{model._meta.model_name}" for action in model._meta.default_permissions}
        for model in apps.get_models()
        if model._meta.app_label == app
    )


def test_everything_that_is_cited_is_there() -> None:
    current_app.loader.import_default_modules()
    places = [path for path in (*documents(), *sources()) if path != _THIS and path.name != "CHANGELOG.md"]
    found = [f"{name(path)} {fault}" for path in places for fault in dict.fromkeys(faults(prose(path), path))]
    assert not found, f"{len(found)} are not there:\n" + "\n".join(found)


def test_the_search_finds_citations() -> None:
    cited = {
        path for source in sources() if source != _THIS for path, _section in _DOCUMENT.findall(prose(source))
    }
    assert len(cited) >= 5
    assert {"docs/reference/domain.md", "docs/reference/mdokumenty.md"} <= cited


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(docs/reference/domain.md, Two sets of rules)", ""),
        ("docs/reference/mdokumenty.md, POST /v1/orders/query.", ""),
        ("docs/api.md, which is for clients", ""),
        ("(docs/reference/domain.md, Two sets)", "cites docs/reference/domain.md, Two sets: no such heading"),
        ("docs/reference/mdokumenty.md, POST /v1/orders/queries", "cites docs/reference/mdokumenty.md, POST"),
        ("see docs/nowhere.md", "cites docs/nowhere.md"),
        ("as domain.md has it", "cites domain.md"),
        ("(contract)", "names no document: (contract)"),
        ("as ../shared has it", "names no document: ../shared"),
        ("in `students/conditions.py`", ""),
        ("`conditions.py`", ""),
        ("`tests/structure/`", ""),
        ("`locale/*/LC_MESSAGES/django.po`", ""),
        ("`script/test tests/scale -q`", ""),
        ("`students/nothing.py`", "`students/nothing.py`"),
        ("`nothing_of_this_name.py`", "`nothing_of_this_name.py`"),
        ("`script/test tests/nowhere -q`", "`tests/nowhere`"),
        ("`tests/nowhere/*.py`", "`tests/nowhere/*.py`"),
        ("`students.conditions.RULES`, `students.view_student`, `students.Student`, `students.run_jobs`", ""),
        ("`students.conditions.NOTHING`", "`students.conditions.NOTHING`: no module"),
        ("`conditions.RULES`, `Student.pesel`, `error.code`, `QuerySet.update`", ""),
        ("`conditions.NOTHING`", "`conditions.NOTHING`: no module"),
        ("`Student.nothing`", "`Student.nothing`: no module"),
        ("`students.nothing`", "`students.nothing`: no module"),
        ("`manage.py migrate`, `manage.py check --deploy`", ""),
        ("`manage.py make_coffee`", "`manage.py make_coffee`: no such command"),
        ("`mlegitymacja doctor --json`, `mlegitymacja celery call NAME`", ""),
        ("`mlegitymacja make_coffee`", "`mlegitymacja make_coffee`: no such command"),
        ("`POST students/search`, `/api/v1/orders`, `application/json`", ""),
        ("[the API](api.md#statuses) and [the page](https://example.edu)", ""),
        ("[the API](api.md#nothing)", "links to api.md#nothing: no such heading"),
        ("[the API](nowhere.md)", "links to nowhere.md"),
    ],
)
def test_what_is_not_there_is_found(text: str, fault: str) -> None:
    current_app.loader.import_default_modules()
    found = list(faults(text, ROOT / "docs" / "example.md"))
    assert len(found) == bool(fault)
    assert "".join(found).startswith(fault)
