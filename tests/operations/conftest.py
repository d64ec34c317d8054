"""Storage of a test's own."""

from pathlib import Path
from typing import Any

import pytest

from students.shared_storage import SHARED


@pytest.fixture
def storage_of_test(settings: Any, tmp_path: Path, db: None) -> None:
    """Have the shared storages be in the test's folder: a marker of another test's database is not there."""
    own = {name: settings.STORAGES[name] | {"OPTIONS": {"location": tmp_path / name}} for name in SHARED}
    settings.STORAGES = settings.STORAGES | own
