"""What is accepted as a photo, what is kept of it, and that nothing of it is left behind."""

import io
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from PIL import ExifTags, Image

from students.models import Photo, Student
from students.photos import (
    ORPHANED_AFTER,
    delete_orphaned_files,
    delete_replaced_photos,
    set_photo,
)
from students.uploaded_photos import READ_BYTES, normalise_photo
from tests.mdocs.factories import make_order
from tests.students.factories import make_photo, make_student, make_user, small_jpeg


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def noisy(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90)


def jpeg_that_claims(width: int, height: int) -> bytes:
    """Change the size in the header (the SOF0 segment) of a small JPEG."""
    data = bytearray(small_jpeg())
    header = data.index(b"\xff\xc0")
    data[header + 5 : header + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_of_many_scans() -> bytes:
    data = encoded(noisy(354, 496), progressive=True)
    scan = data.index(b"\xff\xda")
    return data[:scan] + data[scan:-2] * 40 + data[-2:]


LONG_SEGMENT = b"\xff\xe9\xff\xff" + bytes(0xFFFD)
REFUSED = {
    "nothing": (b"", "not_jpeg"),
    "a text": (b"zdjecie.jpg", "not_jpeg"),
    "a PNG named .jpg": (encoded(Image.new("RGB", (600, 800)), "PNG"), "not_jpeg"),
    "a GIF": (encoded(Image.new("P", (600, 800)), "GIF"), "not_jpeg"),
    "a JPEG's first bytes": (small_jpeg()[:20], "not_jpeg"),
    "a JPEG cut in half": (encoded(noisy(600, 800))[:20_000], "damaged"),
    "a JPEG without its end": (encoded(noisy(600, 800))[:-2_000], "damaged"),
    "353 wide": (small_jpeg(353, 496), "too_small"),
    "495 high": (small_jpeg(354, 495), "too_small"),
    "one pixel": (small_jpeg(1, 1), "too_small"),
    "a ribbon": (small_jpeg(400, 6_000), "proportions"),
    "a panorama": (small_jpeg(6_000, 500), "landscape"),
    "a landscape": (small_jpeg(900, 600), "landscape"),
    "a landscape that is too small": (small_jpeg(300, 200), "landscape"),
    "more bytes than allowed": (small_jpeg()[:2] + LONG_SEGMENT * 81 + small_jpeg()[2:], "too_big"),
    "a film that is too long": (small_jpeg() + b"\0" * READ_BYTES, "too_big"),
    "a bomb over the cap": (jpeg_that_claims(7_072, 7_072), "too_many_pixels"),
    "a bomb over Pillow's own cap": (jpeg_that_claims(65_500, 65_500), "too_many_pixels"),
    "a bomb of many scans": (jpeg_of_many_scans(), "too_many_scans"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_each_thing_that_is_no_photo_has_its_own_message(data: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        normalise_photo(data)
    assert caught.value.code == code
    (message,) = caught.value.messages
    assert message.endswith((".", "(35×45)."))


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*args: Any) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with pytest.raises(ValidationError, match="50 milionów"):
        normalise_photo(jpeg_that_claims(8_000, 8_000))


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((354, 496), (354, 496)),
        ((1062, 1488), (1062, 1488)),
        ((1063, 1488), (1062, 1487)),
        ((2124, 2976), (1062, 1488)),
        ((5000, 7000), (1062, 1487)),
        ((600, 900), (600, 900)),
        ((900, 900), (900, 900)),
    ],
)
def test_a_photo_is_shrunk_to_what_a_document_needs(size: tuple[int, int], kept: tuple[int, int]) -> None:
    image = opened(normalise_photo(small_jpeg(*size)))
    assert image.format == "JPEG"
    assert image.size == kept
    assert image.width <= 1062
    assert image.height <= 1488


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_whatever_the_colours_a_photo_is_kept_in_rgb(mode: str) -> None:
    assert (
        opened(normalise_photo(encoded(Image.new(mode, (600, 800), 90 if mode == "L" else None)))).mode
        == "RGB"
    )


def test_nothing_that_the_camera_wrote_is_kept() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Aparat"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (50.0, 3.0, 41.0)
    data = encoded(
        noisy(600, 800),
        exif=exif,
        comment=b"tajny komentarz",
        icc_profile=b"profil-barw" * 20,
        xmp=b"<x:xmpmeta>autor</x:xmpmeta>",
        dpi=(300, 300),
    )
    sent = opened(data)
    assert sent.getexif().get_ifd(ExifTags.IFD.GPSInfo), "the photo that was sent says where it was taken"
    kept = normalise_photo(data)
    image = opened(kept)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Exif", b"Aparat", b"tajny", b"profil-barw", b"xmpmeta", b"ICC_PROFILE"):
        assert trace not in kept


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_is_kept_upright(orientation: int) -> None:
    turned = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what a viewer does, undone (Image.Transpose)
    upright = Image.new("RGB", (400, 560), "white")
    upright.paste("black", (0, 0, 400, 280))
    upright.paste("red", (0, 0, 100, 140))
    stored = upright
    if orientation in turned:
        stored = upright.transpose(Image.Transpose(turned[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = opened(normalise_photo(encoded(stored, exif=exif, quality=95)))
    assert image.size == (400, 560)
    bright = [
        [value > 127 for value in image.crop((x, y, x + 1, y + 1)).tobytes()]
        for x, y in ((20, 20), (380, 20), (20, 540))
    ]
    assert bright == [[True, False, False], [False] * 3, [True] * 3]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_new_photo_takes_the_place_of_the_old_one(photo_folder: Path) -> None:
    clerk, student = make_user(), make_student()
    old = student.photo
    new = set_photo(student, encoded(noisy(600, 800)), by=clerk)
    student.refresh_from_db()
    assert student.photo == new != old
    assert new.uploaded_by == clerk
    assert opened(new.read()).size == (600, 800)
    assert student.user.username not in new.file.name
    assert len(files(photo_folder)) == 2, "the old one stays until it is tidied away"


@pytest.mark.django_db
def test_a_photo_that_is_refused_changes_nothing(photo_folder: Path) -> None:
    student = make_student()
    before = student.photo
    with pytest.raises(ValidationError):
        set_photo(student, b"no photo", by=None)
    assert Student.objects.get().photo == before
    assert len(files(photo_folder)) == Photo.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_photo_whose_transaction_fails_leaves_no_file(photo_folder: Path) -> None:
    student = make_student(photo=None)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'disk full'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE UPDATE ON students_student EXECUTE FUNCTION refuse()")
    try:
        with pytest.raises(DatabaseError, match="disk full"):
            set_photo(student, small_jpeg(), by=None)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse CASCADE")
    assert files(photo_folder) == []
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_a_stored_photo_cannot_be_changed() -> None:
    photo = make_photo()
    with pytest.raises(TypeError, match="never changed"):
        photo.save()


@pytest.mark.django_db
def test_only_photos_that_nothing_refers_to_are_deleted_with_their_files(
    photo_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    student = make_student()
    set_photo(student, small_jpeg(), by=None)
    make_photo()
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_replaced_photos() == 2
    student.refresh_from_db()
    assert student.photo is not None
    assert list(Photo.objects.all()) == [student.photo]
    assert files(photo_folder) == [photo_folder / student.photo.file.name]
    assert delete_replaced_photos() == 0


@pytest.mark.django_db
def test_a_photo_that_an_order_still_needs_is_not_deleted() -> None:
    student = make_student()
    make_order(student, photo=student.photo)
    needed = student.photo
    set_photo(student, small_jpeg(), by=None)
    assert delete_replaced_photos() == 0
    assert needed is not None
    assert needed.read() == small_jpeg()


@pytest.mark.django_db
def test_the_file_of_a_photo_that_was_rolled_back_is_deleted_a_day_later(photo_folder: Path) -> None:
    student = make_student()
    assert student.photo is not None
    kept = photo_folder / student.photo.file.name
    with pytest.raises(RuntimeError), transaction.atomic():
        set_photo(student, small_jpeg(), by=None)
        raise RuntimeError("the transaction around it does not come about")
    assert len(files(photo_folder)) == 2
    now = timezone.now()
    assert delete_orphaned_files(now) == 0, "its row may not be committed yet"
    assert delete_orphaned_files(now + ORPHANED_AFTER + timedelta(minutes=1)) == 1
    assert files(photo_folder) == [kept]


@pytest.mark.django_db
def test_a_file_that_cannot_be_deleted_leaves_out_none_of_the_others(
    photo_folder: Path, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    photos = [make_photo(), make_photo()]
    storage: Storage = photos[0].file.storage
    delete = storage.delete
    stuck = photos[0].file.name

    def delete_others(name: str) -> None:
        if name == stuck:
            raise PermissionError(name)
        delete(name)

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(storage, "delete", delete_others)
        assert delete_replaced_photos() == 2
    assert files(photo_folder) == [photo_folder / str(stuck)]
    assert delete_orphaned_files(timezone.now() + ORPHANED_AFTER + timedelta(minutes=1)) == 1
