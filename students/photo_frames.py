"""Frames: the part of a picture that becomes a photo, in the proportions of settings.PHOTO_FRAME (35×45 mm)."""

from dataclasses import dataclass
from math import ceil

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Size = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of an upright picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int


def automatic_frame(size: Size) -> Frame:
    """Return the largest frame of a picture: in the middle of its width, and above the middle, where heads are."""
    width = min(size[0], round(size[1] * settings.PHOTO_FRAME[0] / settings.PHOTO_FRAME[1]))
    height = min(size[1], frame_height(width))
    return Frame((size[0] - width) // 2, (size[1] - height) // 4, width, height)


def frame_at(size: Size, left: int, top: int, width: int) -> Frame:
    """Return the frame of a picture that begins there; its height follows from its width.

    Raises ValidationError in Polish for one that is not wholly within the picture, or smaller than a photo may be.
    """
    if not (0 < width <= size[0] and 0 <= left <= size[0] - width):
        raise _outside()
    height = frame_height(width)
    # The height is rounded: the largest frame may reach one pixel further than the picture.
    if not 0 <= top <= size[1] - height + 1:
        raise _outside()
    if width < least_frame_width():
        raise ValidationError(_("Ramka jest za mała: zdjęcie byłoby niewyraźne."), code="frame_too_small")
    return Frame(left, top, width, min(height, size[1] - top))


def _outside() -> ValidationError:
    return ValidationError(_("Ramka wychodzi poza zdjęcie. Ustaw ją jeszcze raz."), code="frame")


def frame_height(width: int) -> int:
    """Return the height of a frame of this width, in whole pixels."""
    return round(width * settings.PHOTO_FRAME[1] / settings.PHOTO_FRAME[0])


def least_frame_width() -> int:
    """Return the width of the smallest frame that reaches settings.PHOTO_SMALLEST; its height is rounded."""
    width, height = settings.PHOTO_SMALLEST
    return max(width, ceil((height - 0.5) * settings.PHOTO_FRAME[0] / settings.PHOTO_FRAME[1]))
