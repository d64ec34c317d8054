"""What is installed is pinned with hashes, and production has nothing of the sandbox and the scripts."""

import json
import re
import tomllib
from typing import Any

import pytest

from script.lib import supply_chain
from script.lib.supply_chain import COMPILED, PRODUCTION, TOOL_PINS, UNREACHABLE, licence_of
from tests.structure.tree import APPS, ROOT, files

PINNED = [*(ROOT / name for name in COMPILED), TOOL_PINS, *sorted((ROOT / "script/lib/wheels").glob("*.txt"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pins(text: str) -> dict[str, str]:
    """Return the pinned packages with all that stands of each."""
    blocks = re.findall(r"^([a-z0-9-]+)==(.*(?:\n[ ]+--hash=.*)*)", text, re.MULTILINE)
    return dict(blocks)


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_every_pin_is_exact_and_has_hashes(file: Any) -> None:
    text = file.read_text()
    found = pins(text)
    assert found
    for name, rest in found.items():
        assert re.match(r"[\w.]+( ; [^\\]+)? \\\n", rest), f"{name}: not exactly one version"
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}", rest)
        assert hashes and len(hashes) == rest.count("--hash="), name
    others = [
        line for line in text.splitlines() if line and not re.match(r"[a-z0-9-]+==| +--hash=| *#", line)
    ]
    assert others == []


def test_every_direct_dependency_is_pinned_in_its_file() -> None:
    for name, extras in COMPILED.items():
        wanted = [
            *PROJECT["dependencies"],
            *(each for extra in extras for each in PROJECT["optional-dependencies"][extra]),
        ]
        direct = {re.split(r"[\[<>=;]", requirement)[0].lower() for requirement in wanted}
        assert direct - pins((ROOT / name).read_text()).keys() == set()


def test_production_has_nothing_of_the_sandbox_and_the_scripts() -> None:
    production = pins((ROOT / PRODUCTION).read_text()).keys()
    for name in ("psutil", "zxing-cpp", "pytest", "ruff", "mypy", "playwright"):
        assert name not in production
    importing = [
        file
        for file in files(".py", under=APPS)
        if "sandbox" not in file.parts
        and re.search(r"^(import|from) (zxingcpp|psutil)\b", file.read_text(), re.MULTILINE)
    ]
    assert importing == []


def test_files_agree_on_their_versions() -> None:
    versions: dict[str, set[str]] = {}
    for name in COMPILED:
        for package, rest in pins((ROOT / name).read_text()).items():
            versions.setdefault(package, set()).add(rest.split()[0])
    assert {package for package, found in versions.items() if len(found) > 1} == set()


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ([{"license": {"id": "MIT"}}, {"license": {"id": "MIT"}}], "MIT"),
        ([{"expression": "BSD-3-Clause"}], "BSD-3-Clause"),
        ([{"license": {"name": "Apache License\nVersion 2.0"}}], "Apache License"),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], "BSD License"),
        ([], "not stated"),
    ],
)
def test_licences_are_as_stated(stated: list[dict[str, Any]], says: str) -> None:
    assert licence_of({"licenses": stated}) == says


FINE = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
UNKNOWN = {"name": "c", "version": "1", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("dependencies", "error", "status", "says"),
    [
        ([FINE], "", 0, "Asked about 1 packages"),
        ([FINE, BAD], "", 1, "b 1: PYSEC-1, mended in 2"),
        ([FINE, UNKNOWN], "", 0, "does not know 1 of 2"),
        ([UNKNOWN], "", 0, "NOT looked for"),
        (None, UNREACHABLE[0], 0, "NOT looked for"),
        (None, "something else is broken", 1, ""),
    ],
)
def test_an_audit_that_could_not_ask_is_told_from_one_that_found_nothing(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    capsys: pytest.CaptureFixture[str],
    dependencies: list[Any] | None,
    error: str,
    status: int,
    says: str,
) -> None:
    tool = tmp_path / "pip-audit"
    answer = json.dumps({"dependencies": dependencies}) if dependencies is not None else ""
    tool.write_text(f"#!/bin/sh\necho '{answer}'\necho '{error}' >&2\n")
    tool.chmod(0o755)
    monkeypatch.setattr(supply_chain, "_tool", lambda _name: str(tool))
    assert supply_chain.audit([]) == status
    assert says in capsys.readouterr().out
