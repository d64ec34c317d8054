"""Fixtures of the tests of operations: storage of a test's own, and a portal that is well."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from students.shared_storage import SHARED
from tests.notifications.messages.conftest import mail_server  # noqa: F401 -- the same mail server
from tests.operations.signs import make_well


@pytest.fixture
def storage_of_test(settings: Any, tmp_path: Path, db: None) -> None:
    """Have the shared storages be in the test's folder: a marker of another test's database is not there."""
    own = {name: settings.STORAGES[name] | {"OPTIONS": {"location": tmp_path / name}} for name in SHARED}
    settings.STORAGES = settings.STORAGES | own


@pytest.fixture
def well(settings: Any, db: None) -> None:
    """Have every process and table be well, and somebody to mail to."""
    settings.ADMINS = [("", "admin@example.edu")]
    make_well()
    MigrationRecorder.Migration.objects.update(applied=timezone.now())


@pytest.fixture
def now() -> datetime:
    return timezone.now()
