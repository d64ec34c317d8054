"""A full disk in the middle of an import: told as such, with how far it came; nothing is half done."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from students.models import Job, Photo, Student
from tests.students.factories import small_jpeg
from tests.students.importing.test_command import JAN, run
from tests.students.importing.usos_file import ANNA, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have photos stored on a file system of 8 KiB that is full; return the file that fills it."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = os.getuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder]
    )
    if not mounted:
        pytest.skip("only root mounts a small file system")
    filling = folder / "filling"
    filling.write_bytes(b"x" * 8192)
    storage = Photo._meta.get_field("file").storage
    for name in ("location", "base_location"):
        monkeypatch.setitem(storage.__dict__, name, str(folder))
    try:
        yield filling
    finally:
        subprocess.check_call(["umount", folder])


def test_the_command_says_how_far_it_came_and_goes_on_when_there_is_room(
    tmp_path: Path, full_disk: Path
) -> None:
    photos = tmp_path / "z"
    photos.mkdir()
    (photos / "2.jpg").write_bytes(small_jpeg())
    file = write_csv(tmp_path / "u.csv", [ANNA, JAN])
    _out, err, code = run(file, "--photos", photos)
    assert code == 5
    assert "Dysk jest pełny. Wczytano 2 z 3 wierszy i zdjęć, i to zostaje" in err
    assert Student.objects.count() == 2 and not Photo.objects.exists()
    assert Job.objects.get().state == Job.State.FAILED
    subprocess.check_call(["mount", "-o", "remount,size=1m", full_disk.parent])
    out, err, code = run(file, "--photos", photos)
    assert ("zdjęcia nowe: 1" in out, err, code) == (True, "", 0)
