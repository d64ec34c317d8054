"""The OpenAPI document passes the rules of Redocly and of Spectral: not a warning is left."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.published import environment, javascript, node

PATIENCE = 300  # seconds
# What the portal's code may be used for is not said in a document about one installation.
REDOCLY = "extends: [recommended-strict]\nrules:\n  info-license: off\n"
SPECTRAL = 'extends: ["spectral:oas"]\n'


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    """Return a folder with the document and the settings of the linters."""
    document = Client().get("/api/v1/schema/?format=json").json()
    (tmp_path / "openapi.json").write_text(json.dumps(document, indent=1))
    (tmp_path / "redocly.yaml").write_text(REDOCLY)
    (tmp_path / "spectral.yaml").write_text(SPECTRAL)
    return tmp_path


def lint(folder: Path, *command: str) -> Any:
    script = javascript() / "node_modules" / command[0]
    call = [*node(), str(script), *command[1:]]
    done = subprocess.run(
        call, cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    return json.loads(done.stdout)


def redocly(folder: Path) -> Any:
    return lint(folder, "@redocly/cli/bin/cli.js", "lint", "openapi.json", "--format=json")["problems"]


def spectral(folder: Path) -> Any:
    options = ["lint", "-q", "-r", "spectral.yaml", "-f", "json", "openapi.json"]
    return lint(folder, "@stoplight/spectral-cli/dist/index.js", *options)


def test_no_rule_is_broken(folder: Path) -> None:
    assert redocly(folder) == []
    assert spectral(folder) == []


def test_a_broken_rule_is_found(folder: Path) -> None:
    document = json.loads((folder / "openapi.json").read_text())
    document["servers"] = []
    del document["paths"]["/api/v1/me/cards"]["get"]["tags"]
    (folder / "openapi.json").write_text(json.dumps(document))
    assert redocly(folder) and spectral(folder)
