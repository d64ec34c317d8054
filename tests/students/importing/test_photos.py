"""Photos from a folder or a ZIP: each to its album number, the same one only once, and no archive that does harm."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from PIL import Image

from students.importing import photo_sources
from students.importing.photo_index import index_photos
from students.importing.photo_sources import open_photos
from students.importing.photos import preview_photos, store_photos
from students.importing.results import PhotoOutcome, RowResult
from students.models import Photo, Student
from students.spreadsheets.archives import Limits
from students.spreadsheets.errors import UnreadableFile
from tests.students.factories import make_student, small_jpeg

pytestmark = pytest.mark.django_db


def packed(path: Path, entries: dict[str, bytes], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def bring_in(path: Path) -> list[RowResult]:
    with open_photos(path) as (files, read):
        return store_photos(list(index_photos(files)), read, by=None)


@pytest.fixture
def anna() -> Student:
    return make_student(album_number="123456", photo=None)


def as_folder(path: Path, entries: dict[str, bytes]) -> Path:
    for name, content in entries.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [packed, as_folder])
def test_a_photo_becomes_its_students_and_the_same_one_again_changes_nothing(
    tmp_path: Path,
    anna: Student,
    pack: Any,
    told: dict[str, Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    source = pack(tmp_path / "zdjecia", {"rok1/123456.JPG": small_jpeg(), "__MACOSX/._123456.jpg": b"x"})
    with django_capture_on_commit_callbacks(execute=True):
        assert bring_in(source) == [
            RowResult("zdjęcie 123456", PhotoOutcome.NEW, "nowe zdjęcie", None, "123456", anna.full_name)
        ]
    assert told == {"students_changed": [[anna.pk]]}
    anna.refresh_from_db()
    assert anna.photo and anna.photo.read().startswith(b"\xff\xd8")
    before = (LogEntry.objects.count(), Photo.objects.count())
    assert [result.outcome for result in bring_in(source)] == ["photo_unchanged"]
    assert (LogEntry.objects.count(), Photo.objects.count()) == before


def test_a_folder_may_be_parted_by_a_backslash(tmp_path: Path, anna: Student) -> None:
    path = packed(tmp_path / "z.zip", {"rok 1\\": b"", "rok 1\\123456.jpg": small_jpeg()})
    assert [result.subject for result in bring_in(path)] == ["zdjęcie 123456"]


def test_another_photo_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    student = make_student(album_number="123456")
    before = student.photo_id
    results = bring_in(packed(tmp_path / "z.zip", {"123456.jpg": small_jpeg(colour="red")}))
    assert [(result.outcome, result.detail) for result in results] == [("photo_changed", "inne zdjęcie")]
    student.refresh_from_db()
    assert student.photo_id != before
    assert LogEntry.objects.get_for_object(student).filter(changes__has_key="photo").exists()


def test_what_is_no_photo_of_a_student_is_refused_alone_and_in_words(tmp_path: Path, anna: Student) -> None:
    make_student(album_number="2", photo=None)
    make_student(album_number="3", photo=None)
    results = bring_in(
        packed(
            tmp_path / "z.zip",
            {
                "123456.jpg": small_jpeg(),
                "2.jpg": b"not a photo",
                "3.jpg": small_jpeg(),
                "a/3.jpeg": small_jpeg(),
                "4.jpg": small_jpeg(),
                "02270803624.jpg": small_jpeg(),
                "lista.txt": b"x",
                "Jan Nowak.jpg": small_jpeg(),
                "Jan 0227 0803 624.jpg": small_jpeg(),
            },
        )
    )
    assert {result.subject: result.detail for result in results} == {
        "plik nr 1 wśród zdjęć": "Nie ma studenta o takim numerze albumu.",
        "plik nr 6 wśród zdjęć": "Nie ma studenta o takim numerze albumu.",
        "plik „Jan Nowak.jpg”": "Nie ma studenta o takim numerze albumu.",
        "zdjęcie 123456": "nowe zdjęcie",
        "zdjęcie 2": "To nie jest zdjęcie w formacie JPEG.",
        "zdjęcie 3": "Jest kilka zdjęć o tym samym numerze albumu.",
        "zdjęcie 4": "Nie ma studenta o takim numerze albumu.",
        "zdjęcie lista": "To nie jest plik JPEG (.jpg).",
    }


def test_a_preview_counts_on_the_students_of_the_table_and_stores_nothing(tmp_path: Path) -> None:
    path = packed(tmp_path / "z.zip", {"7.jpg": small_jpeg(), "8.jpg": small_jpeg()})
    with open_photos(path) as (files, read):
        results = preview_photos(list(index_photos(files, [("7", None, None)])), read)
    assert [result.outcome for result in results] == ["photo_new", "photo_rejected"]
    assert Photo.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["../123456.jpg", "a/../../123456.jpg", "/etc/123456.jpg", "C:\\1.jpg", "..\\1.jpg"]
)
def test_an_archive_with_a_path_that_climbs_out_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "z.zip", {"123456.jpg": small_jpeg(), name: small_jpeg()})
    with pytest.raises(UnreadableFile, match="poza nie"), open_photos(path):
        pass


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("123456.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="poza nie"), open_photos(tmp_path / "z.zip"):
        pass


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: Any) -> None:
    path = packed(tmp_path / "z.zip", {"1.jpg": bytes(12 * 1024 * 1024)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(UnreadableFile, match="za duże"), open_photos(path):
        pass
    path = packed(path, {f"{number:0200}.jpg": b"" for number in range(3)})
    monkeypatch.setattr(photo_sources, "LIMITS", Limits(entries=2, total=10**12, ratio=10**6))
    with pytest.raises(UnreadableFile, match="za dużo plików"), open_photos(path):
        pass


def test_a_photo_that_is_too_large_is_not_read_whole(tmp_path: Path, anna: Student) -> None:
    path = packed(tmp_path / "z.zip", {"123456.jpg": bytes(6 * 1024 * 1024)})
    assert "najwyżej 5 MB" in bring_in(path)[0].detail


@pytest.mark.parametrize("pack", [packed, as_folder])
def test_a_photo_may_have_a_film_behind_it_of_sixteen_megabytes_in_all(
    tmp_path: Path, anna: Student, pack: Any
) -> None:
    make_student(album_number="2", photo=None)
    whole = small_jpeg().ljust(16 * 1024 * 1024, b"\0")
    results = bring_in(pack(tmp_path / "z", {"123456.jpg": whole, "2.jpg": whole + b"\0"}))
    assert [result.outcome for result in results] == ["photo_new", "photo_rejected"]


@pytest.mark.parametrize(("size", "unpacked"), [(2 << 20, 20 << 20), (6 << 30, 50 << 30)])
def test_an_archive_unpacks_to_ten_times_its_size_and_to_fifty_gigabytes_at_most(
    tmp_path: Path, size: int, unpacked: int
) -> None:
    path = tmp_path / "z.zip"
    padding = 2 * size - stating(path, size, unpacked)
    assert stating(path, padding, unpacked) == size
    with open_photos(path) as (files, _read):
        assert [file.name for file in files] == ["1.jpg"]
    stating(path, padding, unpacked + 1)
    with pytest.raises(UnreadableFile, match="za duże"), open_photos(path):
        pass


def stating(path: Path, padding: int, unpacked: int) -> int:
    """Write an archive behind a hole, whose photo unpacks to so many bytes as it states; return its size."""
    with path.open("wb") as file:
        file.seek(padding)
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("1.jpg", b"x")
            archive.getinfo("1.jpg").file_size = unpacked
    return path.stat().st_size


def test_a_damaged_photo_is_refused_alone(tmp_path: Path, anna: Student) -> None:
    make_student(album_number="2", photo=None)
    make_student(album_number="3", photo=None)
    path = packed(tmp_path / "z.zip", {"123456.jpg": small_jpeg(), "2.jpg": small_jpeg(), "3.jpg": b"3" * 99})
    content = bytearray(path.read_bytes())
    content[content.index(b"2.jpg") + 1000] ^= 1
    content[content.index(b"3.jpg") - 30] ^= 1  # where its header begins
    path.write_bytes(content)
    assert {result.subject: result.detail for result in bring_in(path)} == {
        "zdjęcie 123456": "nowe zdjęcie",
        "zdjęcie 2": "Ten plik w archiwum jest uszkodzony.",
        "zdjęcie 3": "Ten plik w archiwum jest uszkodzony.",
    }


@pytest.mark.parametrize("zip64", [False, True])
def test_a_table_of_contents_without_end_is_not_read(tmp_path: Path, monkeypatch: Any, zip64: bool) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0 if zip64 else 0xFFFF)
    path = packed(tmp_path / "z.zip", {f"{number:0300}.jpg": b"" for number in range(3)})
    monkeypatch.setattr(photo_sources, "LIMITS", Limits(entries=3, total=10**12, ratio=10**6))
    monkeypatch.setattr("students.spreadsheets.archives.ZipFile", None)
    with pytest.raises(UnreadableFile, match="za dużo plików"), open_photos(path):
        pass


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"hello"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "z.zip"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="nie jest plik ZIP"), open_photos(path):
        pass
    with pytest.raises(UnreadableFile, match="Nie ma takiego"), open_photos(tmp_path / "nothing"):
        pass


def test_no_file_is_left_behind_when_storing_fails(
    tmp_path: Path, anna: Student, photo_folder: Path, monkeypatch: Any
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("students.audit_log.record_changes", fail)
    with pytest.raises(RuntimeError):
        bring_in(packed(tmp_path / "z.zip", {"123456.jpg": small_jpeg()}))
    assert [path for path in photo_folder.rglob("*") if path.is_file()] == []
    assert Photo.objects.count() == 0


def test_one_bad_photo_stops_no_other(tmp_path: Path, anna: Student) -> None:
    """The GPS data of 2.jpg are of a type that Pillow cannot write anew; 3.jpg is damaged within."""
    odd = Path(__file__).with_name("cases") / "03-photo-odd-exif-gps.jpg"
    make_student(album_number="2", photo=None)
    make_student(album_number="3", photo=None)
    results = bring_in(
        packed(
            tmp_path / "z.zip",
            {"123456.jpg": small_jpeg(), "2.jpg": odd.read_bytes(), "3.jpg": small_jpeg()[:300]},
        )
    )
    assert [(result.subject, result.outcome) for result in results] == [
        ("zdjęcie 123456", "photo_new"),
        ("zdjęcie 2", "photo_new"),
        ("zdjęcie 3", "photo_rejected"),
    ]
    with Image.open(Photo.objects.get(student__album_number="2").file) as kept:
        assert kept.size == (600, 840)


def test_a_photo_is_found_by_the_number_without_its_zeros(tmp_path: Path) -> None:
    student = make_student(album_number="0720004", photo=None)
    entries = {"720004.jpg": small_jpeg()}
    assert [result.outcome for result in bring_in(packed(tmp_path / "1.zip", entries))] == ["photo_new"]
    student.refresh_from_db()
    assert student.photo
    both = entries | {"0720004.jpg": small_jpeg()}
    assert [result.outcome for result in bring_in(packed(tmp_path / "2.zip", both))] == ["photo_rejected"] * 2
    make_student(album_number="720004", photo=None)
    assert [result.outcome for result in bring_in(packed(tmp_path / "3.zip", entries))] == ["photo_new"]
    ambiguous = packed(tmp_path / "4.zip", {"00720004.jpg": small_jpeg()})
    assert [result.outcome for result in bring_in(ambiguous)] == ["photo_rejected"]


def test_a_photo_wider_than_high_is_cut_where_that_is_asked_for(tmp_path: Path, anna: Student) -> None:
    make_student(album_number="2", photo=None)
    path = packed(tmp_path / "z.zip", {"123456.jpg": small_jpeg(900, 600), "2.jpg": small_jpeg()})
    with open_photos(path) as (files, read):
        batch = list(index_photos(files))
        refused, _taken = preview_photos(batch, read)
        assert (refused.outcome, "szersze niż wyższe" in refused.detail) == ("photo_rejected", True)
        previewed = preview_photos(batch, read, cut=True)
        assert store_photos(batch, read, by=None, cut=True) == previewed
        assert [(result.outcome, result.is_cut) for result in previewed] == [
            ("photo_new", True),
            ("photo_new", False),
        ]
        assert "przycięte" in previewed[0].detail
        assert [result.outcome for result in store_photos(batch, read, by=None)] == ["photo_unchanged"] * 2
    anna.refresh_from_db()
    assert anna.photo
    with Image.open(anna.photo.file) as kept:
        assert kept.size == (467, 600)
