"""Every kind of file that a phone, a scanner or an office may take for a photo: taken, or refused by its true name."""

import io
import struct
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import ExifTags, Image, ImageCms

from students.uploaded_photos import UploadedPhoto, normalise_photo
from tests.students.factories import small_jpeg
from tests.students.test_jpegs import near
from tests.students.test_photos import encoded, noisy, opened

HIGH = (600, 800)


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG (ITU T.81, B.1.1.4)."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def with_segments(*segments: bytes, jpeg: bytes | None = None) -> bytes:
    data = jpeg or small_jpeg(*HIGH)
    return data[:2] + b"".join(segments) + data[2:]


def exchanged_red_and_green() -> bytes:
    """Return the profile of sRGB whose red and green have been exchanged in its table of contents (ICC.1, 7.3)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def brand(name: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + name + b"\0\0\0\0mif1heic" + bytes(500)


OTHERS = {
    "PNG, greyscale": (encoded(Image.new("L", HIGH), "PNG"), "PNG"),
    "PNG, 16 bits": (encoded(Image.new("I;16", HIGH), "PNG"), "PNG"),
    "PNG, palette with a transparent colour": (encoded(Image.new("P", HIGH), "PNG", transparency=0), "PNG"),
    "WebP": (encoded(Image.new("RGB", HIGH), "WEBP"), "WebP"),
    "GIF": (encoded(Image.new("P", HIGH), "GIF"), "GIF"),
    "TIFF": (encoded(Image.new("RGB", HIGH), "TIFF"), "TIFF"),
    "BMP": (encoded(Image.new("RGB", HIGH), "BMP"), "BMP"),
    "PDF with a picture": (encoded(Image.new("RGB", HIGH), "PDF"), "PDF"),
    "HEIC of an iPhone": (brand(b"heic"), "HEIC"),
    "HEIC of another phone": (brand(b"mif1"), "HEIC"),
    "AVIF": (brand(b"avif"), "AVIF"),
    "film": (brand(b"qt  "), "film"),
}


@pytest.mark.parametrize(("data", "name"), OTHERS.values(), ids=OTHERS.keys())
def test_another_format_is_refused_by_its_name(data: bytes, name: str) -> None:
    with pytest.raises(ValidationError, match=f"tylko {name}. Zapisz je jako JPEG") as refused:
        normalise_photo(data)
    assert refused.value.code == "not_jpeg"


MODES: dict[str, tuple[Image.Image, tuple[int, int, int]]] = {
    "greyscale": (Image.new("L", HIGH, 200), (200, 200, 200)),
    "colours": (Image.new("RGB", HIGH, (180, 40, 90)), (180, 40, 90)),
    "four inks of a printer, paper": (Image.new("CMYK", HIGH, (0, 0, 0, 0)), (255, 255, 255)),
    "four inks of a printer, red": (Image.new("CMYK", HIGH, (0, 255, 255, 0)), (255, 0, 0)),
}


@pytest.mark.parametrize(("image", "colour"), MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 100}])
def test_colours_stay_what_they_look_like(
    image: Image.Image, colour: tuple[int, int, int], options: dict[str, Any]
) -> None:
    kept = opened(normalise_photo(encoded(image, **options)))
    assert (kept.mode, near(kept, colour)) == ("RGB", True)


def test_colours_of_another_profile_are_converted() -> None:
    image = Image.new("RGB", HIGH, (200, 30, 30))
    kept = opened(normalise_photo(encoded(image, icc_profile=exchanged_red_and_green(), quality=95)))
    red, green, _blue = kept.resize((1, 1)).tobytes()
    assert green > 150 > 60 > red


JUNK = {
    "XMP that is no XML": [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<x:xmp" + b"\xff\xfe" * 900)],
    "XMP, continued many times": [segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(60_000))] * 9,
    "EXIF without a table": [segment(0xE1, b"Exif\0\0")],
    "EXIF that points at itself": [segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x08")],
    "two EXIF": [segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")] * 2,
    "MPF without content": [segment(0xE2, b"MPF\0")],
    "profile of a printer's colours": [segment(0xE2, b"ICC_PROFILE\0\1\1" + b"junk" * 99)],
    "half a profile": [segment(0xE2, b"ICC_PROFILE\0\1\2" + exchanged_red_and_green()[:400])],
    "Photoshop's own": [segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff")],
    "comment of every byte": [segment(0xFE, bytes(range(256)))],
    "segment without content": [segment(0xE9, b"")],
}


@pytest.mark.parametrize("segments", JUNK.values(), ids=JUNK.keys())
def test_what_programs_write_beside_the_picture_does_no_harm(segments: list[bytes]) -> None:
    kept = normalise_photo(with_segments(*segments))
    assert opened(kept).size == HIGH
    assert b"Exif" not in kept and b"adobe.com" not in kept


@pytest.mark.parametrize("behind", [b"\0" * 99, b"\xff\xd8\xff\xe1", b"\r\n", small_jpeg(10, 10)])
def test_what_is_behind_the_end_is_left_out(behind: bytes) -> None:
    assert opened(normalise_photo(small_jpeg(*HIGH) + behind)).size == HIGH


@pytest.mark.parametrize("kept", [30, 200, 700, 5_000, 60_000])
def test_a_file_that_breaks_off_is_refused(kept: int) -> None:
    data = encoded(noisy(*HIGH))
    assert len(data) > kept
    with pytest.raises(ValidationError) as refused:
        normalise_photo(data[:kept])
    assert refused.value.code in {"not_jpeg", "damaged"}


def test_the_size_in_a_refusal_is_that_of_the_file() -> None:
    """A large JPEG is decoded smaller than it is."""
    with pytest.raises(ValidationError, match="8400×5900"):
        normalise_photo(small_jpeg(8400, 5900))


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_wide_or_high_is_how_it_is_to_be_seen(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    Image.new("RGB", (800, 600)).save(buffer, "JPEG", exif=exif)
    photo = UploadedPhoto(buffer.getvalue())
    assert (photo.is_wide, photo.size) == ((True, (800, 600)) if orientation < 5 else (False, HIGH))
