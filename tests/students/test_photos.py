"""What is accepted as a photo, what is kept of it, and that nothing of it is left behind."""

import io
import struct
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from PIL import ExifTags, Image, ImageCms

from students.photos import (
    READ_BYTES,
    normalise_photo,
)
from tests.students.factories import small_jpeg


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
    assert message.endswith((".", "(5:7)."))


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


def jpeg_with_exif(*entries: tuple[int, int, int, bytes], size: tuple[int, int] = (800, 600)) -> bytes:
    """Make a JPEG whose EXIF has entries of a tag, a type and a count that need not agree with their value."""
    table = b"".join(struct.pack(">HHL4s", *entry) for entry in entries)
    tiff = b"MM\0*" + struct.pack(">L", 8) + struct.pack(">H", len(entries)) + table + b"\0\0\0\0"
    data, segment = small_jpeg(*size), b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + data[2:]


ORIENTATION, GPS, TURN_RIGHT = 0x0112, 0x8825, b"\0\6\0\0"


@pytest.mark.parametrize(
    "odd",
    [
        (GPS, 4, 1, b"\0\0\0\x26"),
        (GPS, 7, 4, b"\xff\xff\xff\xff"),
        (0x9286, 2, 4, b"\xff\xfe\0\0"),
        (0x011A, 5, 1, b"\xff\xff\xff\xff"),
        (0x010F, 99, 4, b"abcd"),
        (0x010F, 2, 0xFFFFFFF, b"abcd"),
        (0xEA1C, 1, 4, b"\xff\xff\xff\xff"),
    ],
)
def test_a_photo_with_odd_exif_is_turned_upright_all_the_same(odd: tuple[int, int, int, bytes]) -> None:
    data = jpeg_with_exif((ORIENTATION, 3, 1, TURN_RIGHT), odd)
    assert opened(normalise_photo(data)).size == (600, 800)


@pytest.mark.parametrize(
    "value", [(3, b"\0\x63\0\0"), (2, b"abcd"), (5, b"\xff\xff\xff\xff"), (7, b"\0\6\0\0")]
)
def test_an_orientation_that_is_none_turns_nothing(value: tuple[int, bytes]) -> None:
    kind, content = value
    data = jpeg_with_exif((ORIENTATION, kind, 1, content), size=(600, 800))
    assert opened(normalise_photo(data)).size == (600, 800)


def test_the_film_of_a_motion_photo_is_left_out() -> None:
    film = random.Random(3).randbytes(6 * 1024 * 1024) + b"\xff\xda" * 99
    assert opened(normalise_photo(small_jpeg(600, 800) + film)).size == (600, 800)


def test_of_an_mpo_the_first_image_is_taken() -> None:
    first, second = Image.new("RGB", (600, 800), "red"), Image.new("RGB", (600, 800), "blue")
    kept = opened(normalise_photo(encoded(first, "MPO", save_all=True, append_images=[second])))
    assert (kept.format, near(kept, (254, 0, 0))) == ("JPEG", True)


def test_colours_of_a_profile_become_those_of_srgb() -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    image = Image.new("RGB", (600, 800), (200, 30, 30))
    same = opened(normalise_photo(encoded(image, icc_profile=swapped.tobytes(), quality=95)))
    assert near(same, (200, 30, 30))
    unfit = opened(normalise_photo(encoded(image, icc_profile=lab.tobytes(), quality=95)))
    assert (unfit.mode, "icc_profile" in unfit.info) == ("RGB", False)


def test_sizes_and_proportions_are_settings(settings: Any) -> None:
    small = small_jpeg(300, 375)
    with pytest.raises(ValidationError, match="co najmniej 354×496"):
        normalise_photo(small)
    settings.PHOTO_SMALLEST, settings.PHOTO_LARGEST = (300, 375), (400, 500)
    assert opened(normalise_photo(small)).size == (300, 375)
    assert opened(normalise_photo(small_jpeg(800, 1000))).size == (400, 500)
    settings.PHOTO_PROPORTIONS = (1.2, 1.3)
    with pytest.raises(ValidationError) as refused:
        normalise_photo(small_jpeg(600, 900))
    assert refused.value.code == "proportions"


def test_broken_metadata_do_no_harm() -> None:
    data = small_jpeg(600, 800)
    broken = (
        data[:2]
        + b"\xff\xe1"
        + struct.pack(">H", 22)
        + b"Exif\0\0MM\0*\xff\xff\xff\xff\xff\xff\xff\xff"
        + b"\0\0"
        + data[2:]
    )
    assert opened(normalise_photo(broken)).size == (600, 800)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
