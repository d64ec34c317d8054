"""What the tests of this room share."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from students.models import Photo


@pytest.fixture(autouse=True)
def photo_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep this test's photos in a folder of its own."""
    folder = tmp_path / "photos"
    monkeypatch.setattr(Photo._meta.get_field("file"), "storage", FileSystemStorage(location=folder))
    return folder
