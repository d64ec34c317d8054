"""Uploaded photos: what is accepted, and what is made of it. Every door of photos goes through here."""

from io import BytesIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from PIL import Image

from students.jpegs import first_image, is_sideways, other_kind, to_srgb, turn_upright
from students.photo_frames import Frame, Size, automatic_frame

MAX_BYTES = 5 * 1024 * 1024  # of the photo itself
READ_BYTES = 16 * 1024 * 1024  # of its file, which may have a film behind it (a phone's motion photo)
MAX_PIXELS = 50_000_000
# A progressive JPEG comes in some ten scans; thousands of tiny ones would keep a processor busy for hours.
MAX_SCANS = 32


class UploadedPhoto:
    """A JPEG whose header has been checked. Raises ValidationError in Polish, with a code for each kind of mistake."""

    def __init__(self, data: bytes) -> None:
        if len(data) <= READ_BYTES:
            data = first_image(data)
        if len(data) > MAX_BYTES:
            raise ValidationError(
                _("Plik ze zdjęciem jest za duży: może mieć najwyżej 5 MB."), code="too_big"
            )
        self._data = data
        self._check_header()

    @property
    def jpeg(self) -> bytes:
        """Return the JPEG as it came, without what is behind its end."""
        return self._data

    @cached_property
    def size(self) -> Size:
        """Return width and height as it is to be seen, upright."""
        image = self._open()
        return (image.height, image.width) if is_sideways(image) else image.size

    @property
    def is_wide(self) -> bool:
        """Return whether it is wider than high."""
        return self.size[0] > self.size[1]

    def normalised(self, frame: Frame | None = None) -> bytes:
        """Return it upright, in sRGB, of at most settings.PHOTO_LARGEST and without metadata; cut to a frame if given.

        Raises ValidationError where that is no photo: wider than high, too small, ill-proportioned, damaged.
        """
        part = frame or Frame(0, 0, *self.size)
        _check_size(part.width, part.height)
        if frame is None and not _is_proportioned(self.size):
            raise _ill_proportioned()
        photo = self._decoded(part)
        photo.thumbnail(settings.PHOTO_LARGEST, Image.Resampling.LANCZOS)
        if not _reaches(settings.PHOTO_SMALLEST, photo.size):
            raise _ill_proportioned()
        return _encoded(photo)

    def shown(self, largest: Size) -> bytes:
        """Return the whole picture for somebody who chooses a frame: upright, in sRGB, of at most that size."""
        picture = self._decoded(Frame(0, 0, *self.size))
        picture.thumbnail(largest, Image.Resampling.LANCZOS)
        return _encoded(picture)

    def _decoded(self, part: Frame) -> Image.Image:
        """Decode a part, with no more pixels than a photo needs. Raises ValidationError for a damaged file."""
        image = self._open()
        # The reader halves the size as it goes: of the part, never below twice the largest.
        needed = 2 * max(settings.PHOTO_LARGEST) * max(self.size) // part.width
        try:
            image.draft(None, (needed, needed))
            image.load()
            upright = to_srgb(turn_upright(image))
        except Exception:  # noqa: BLE001 -- a damaged file breaks its reader in many ways
            raise ValidationError(
                _(
                    "Plik ze zdjęciem jest uszkodzony lub niepełny. Zapisz zdjęcie jeszcze raz i spróbuj ponownie."
                ),
                code="damaged",
            ) from None
        across, down = upright.width / self.size[0], upright.height / self.size[1]
        return upright.crop(
            (
                round(part.left * across),
                round(part.top * down),
                round((part.left + part.width) * across),
                round((part.top + part.height) * down),
            )
        )

    def _open(self) -> Image.Image:
        return Image.open(BytesIO(self._data), formats=["JPEG"])

    def _check_header(self) -> None:
        """Raise ValidationError for a file that is no JPEG or too large to decode."""
        try:
            image = self._open()
            too_many_pixels = image.width * image.height > MAX_PIXELS
        except Image.DecompressionBombError:
            too_many_pixels = True
        except Exception:  # noqa: BLE001 -- a damaged header breaks its reader in many ways
            raise _no_jpeg(self._data) from None
        if too_many_pixels:
            raise ValidationError(
                _("Zdjęcie ma zbyt wiele pikseli (najwyżej 50 milionów)."), code="too_many_pixels"
            )
        if self._data.count(b"\xff\xda") > MAX_SCANS:
            raise ValidationError(
                _("Zapisz zdjęcie jako zwykły (nieprogresywny) plik JPEG i spróbuj ponownie."),
                code="too_many_scans",
            )


def normalise_photo(data: bytes) -> bytes:
    """Return what is kept of an uploaded JPEG. Raises ValidationError as UploadedPhoto does."""
    return UploadedPhoto(data).normalised()


def normalise_or_cut(data: bytes, *, cut: bool) -> tuple[bytes, bool]:
    """Return what is kept of an uploaded JPEG, and whether it was cut: one that is wider than high is, with `cut`.

    Raises ValidationError as UploadedPhoto does.
    """
    photo = UploadedPhoto(data)
    is_cut = cut and photo.is_wide
    return photo.normalised(automatic_frame(photo.size) if is_cut else None), is_cut


def photo_requirements() -> StrOrPromise:
    """Return the words for what a photo has to be."""
    width, height = settings.PHOTO_SMALLEST
    return format_lazy(
        _("JPEG, co najmniej {width}×{height} pikseli, najwyżej 5 MB, wyższe niż szersze."),
        width=width,
        height=height,
    )


def _check_size(width: int, height: int) -> None:
    smallest = settings.PHOTO_SMALLEST
    if width > height:
        raise ValidationError(
            _(
                "Zdjęcie jest szersze niż wyższe (%(width)d×%(height)d). Przytnij je jak do legitymacji (%(frame)s)."
            ),
            code="landscape",
            params={"width": width, "height": height, "frame": _frame()},
        )
    if not _reaches(smallest, (width, height)):
        raise ValidationError(
            _(
                "Zdjęcie jest za małe: ma %(width)d×%(height)d pikseli, a musi mieć co najmniej "
                "%(least_width)d×%(least_height)d."
            ),
            code="too_small",
            params={"width": width, "height": height}
            | dict(zip(("least_width", "least_height"), smallest, strict=True)),
        )


def _is_proportioned(size: Size) -> bool:
    least, greatest = settings.PHOTO_PROPORTIONS
    return bool(least <= size[1] / size[0] <= greatest)


def _ill_proportioned() -> ValidationError:
    return ValidationError(
        _("Zdjęcie jest zbyt szerokie lub zbyt wysokie. Przytnij je jak do legitymacji (%(frame)s)."),
        code="proportions",
        params={"frame": _frame()},
    )


def _frame() -> str:
    return "{}×{}".format(*settings.PHOTO_FRAME)


def _no_jpeg(data: bytes) -> ValidationError:
    kind = other_kind(data)
    if kind is None:
        return ValidationError(_("To nie jest zdjęcie w formacie JPEG."), code="not_jpeg")
    return ValidationError(
        _("To nie jest zdjęcie w formacie JPEG, tylko %(kind)s. Zapisz je jako JPEG."),
        code="not_jpeg",
        params={"kind": kind},
    )


def _reaches(size: Size, actual: Size) -> bool:
    return actual[0] >= size[0] and actual[1] >= size[1]


def _encoded(image: Image.Image) -> bytes:
    image.info.clear()  # Pillow would carry a comment over
    kept = BytesIO()
    image.save(kept, "JPEG", quality=90, optimize=True)
    return kept.getvalue()
