"""JPEG files as phones, scanners and cameras write them become photos all the same."""

import random
import struct
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms

from students.uploaded_photos import normalise_photo
from tests.students.factories import small_jpeg
from tests.students.test_photos import encoded, opened


def near(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Return whether an image of one colour has about this one."""
    return all(
        abs(one - other) < 6 for one, other in zip(image.resize((1, 1)).tobytes(), colour, strict=True)
    )


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
