"""Failed units: what runs by a timer tells its administrators when it has failed."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from tests.structure.tree import ROOT


def test_administrators_are_mailed_which_unit_has_failed(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The database may be what has failed it."""
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    settings.ADMINS = [("", "administrator@example.edu")]
    call_command("report_failed_unit", "mlegitymacja-backup")
    (told,) = mail.outbox
    assert told.to == ["administrator@example.edu"]
    assert "mlegitymacja-backup has failed" in told.subject
    assert "journalctl -u mlegitymacja-backup" in told.body


def test_the_runbook_has_a_line_for_each_unit_that_reports_itself() -> None:
    section = (ROOT / "docs/runbook.md").read_text().partition("\n## Failed units\n")[2].partition("\n## ")[0]
    units = (ROOT / "deploy/systemd").glob("*.service")
    reporting = {unit.stem for unit in units if "OnFailure=mlegitymacja-failed@" in unit.read_text()}
    assert len(reporting) >= 2
    for name in reporting:
        assert f"| `{name}` |" in section, name
