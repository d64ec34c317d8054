"""A picture is cut to the frame of a photo: where somebody set it, or by itself, and never to what is no photo."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import ExifTags, Image, ImageDraw

from students.photo_frames import Frame, automatic_frame, frame_at
from students.uploaded_photos import UploadedPhoto, normalise_or_cut
from tests.students.factories import small_jpeg
from tests.students.test_jpegs import near
from tests.students.test_photos import opened


def quartered(width: int, height: int, orientation: int = 1) -> bytes:
    """Draw a picture whose quarters are red, green, blue and white, stored as a camera held otherwise stores it."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), "red")
    draw.rectangle((width // 2, 0, width, height // 2 - 1), (0, 255, 0))
    draw.rectangle((0, height // 2, width // 2 - 1, height), "blue")
    if orientation == 6:
        image = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=95)
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(900, 600), (6000, 500), (497, 496), (4000, 3000), (1000, 999)])
def test_what_is_wider_than_high_is_cut_to_its_middle(size: tuple[int, int]) -> None:
    frame = automatic_frame(size)
    assert frame.height == size[1] or frame.width == size[0]
    assert abs(frame.left - (size[0] - frame.width - frame.left)) <= 1
    jpeg, is_cut = normalise_or_cut(small_jpeg(*size), cut=True)
    kept = opened(jpeg)
    assert is_cut
    assert kept.height / kept.width == pytest.approx(45 / 35, abs=0.004)
    assert kept.width <= 1062 and kept.height <= 1488


@pytest.mark.parametrize("size", [(354, 496), (600, 800), (900, 900)])
def test_what_is_not_wider_than_high_is_left_whole(size: tuple[int, int]) -> None:
    jpeg, is_cut = normalise_or_cut(small_jpeg(*size), cut=True)
    assert (opened(jpeg).size, is_cut) == (size, False)


@pytest.mark.parametrize(("size", "code"), [((900, 400), "too_small"), ((300, 200), "too_small")])
def test_what_is_too_small_is_refused_when_cut_too(size: tuple[int, int], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        normalise_or_cut(small_jpeg(*size), cut=True)
    assert refused.value.code == code


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("scale", [1, 4])
def test_a_frame_is_about_the_picture_as_it_is_seen(orientation: int, scale: int) -> None:
    """A picture four times as large is decoded at a part of its size."""
    photo = UploadedPhoto(quartered(1800 * scale, 1400 * scale, orientation))
    assert photo.size == (1800 * scale, 1400 * scale)
    corners = [(0, 0), (1000, 0), (0, 720), (1000, 720)]
    colours = [(254, 0, 0), (0, 255, 0), (0, 0, 254), (255, 255, 255)]
    for (left, top), colour in zip(corners, colours, strict=True):
        kept = opened(photo.normalised(frame_at(photo.size, left * scale, top * scale, 450 * scale)))
        assert near(kept, colour), (left, top)
        assert kept.height / kept.width == pytest.approx(45 / 35, abs=0.004)


def test_a_small_frame_of_a_large_picture_keeps_all_its_pixels() -> None:
    photo = UploadedPhoto(quartered(6000, 5000))
    assert opened(photo.normalised(frame_at(photo.size, 2800, 2300, 400))).size == (400, 514)


@pytest.mark.parametrize(
    ("left", "top", "width", "code"),
    [
        (-1, 0, 500, "frame"),
        (0, -1, 500, "frame"),
        (501, 0, 500, "frame"),
        (0, 159, 500, "frame"),
        (0, 0, 1001, "frame"),
        (0, 0, 0, "frame"),
        (0, 0, -500, "frame"),
        (10**12, 0, 500, "frame"),
        (0, 0, 385, "frame_too_small"),
    ],
)
def test_a_frame_that_is_no_part_of_the_picture_is_refused(
    left: int, top: int, width: int, code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        frame_at((1000, 800), left, top, width)
    assert refused.value.code == code


@pytest.mark.parametrize(("left", "top", "width"), [(0, 0, 386), (500, 157, 500), (378, 0, 622)])
def test_a_frame_may_touch_the_edges(left: int, top: int, width: int) -> None:
    frame = frame_at((1000, 800), left, top, width)
    assert frame.top + frame.height <= 800


@pytest.mark.parametrize(
    "size", [(width, height) for width in (386, 500, 777) for height in (496, 641, 643, 999)]
)
def test_the_automatic_frame_may_be_set_by_hand(size: tuple[int, int]) -> None:
    frame = automatic_frame(size)
    assert frame_at(size, frame.left, frame.top, frame.width) == frame


def test_the_proportions_are_a_setting(settings: Any) -> None:
    settings.PHOTO_FRAME = (5, 7)
    assert automatic_frame((1400, 700)) == Frame(450, 0, 500, 700)
    assert frame_at((1400, 700), 1, 0, 354) == Frame(1, 0, 354, 496)
    assert opened(normalise_or_cut(small_jpeg(1400, 700), cut=True)[0]).size == (500, 700)
