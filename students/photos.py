"""Photos of students: validation, normalisation and replacement."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from PIL import Image, UnidentifiedImageError

from students.after_commit import run_after_commit
from students.file_deletion import delete_each
from students.jpegs import first_image, to_srgb, turn_upright
from students.models import Photo, Student, User

MAX_BYTES = 5 * 1024 * 1024  # of the photo itself
READ_BYTES = 16 * 1024 * 1024  # of its file, which may have a film behind it (a phone's motion photo)
MAX_PIXELS = 50_000_000
# A progressive JPEG comes in some ten scans; thousands of tiny ones would keep a processor busy for hours.
MAX_SCANS = 32
THUMBNAIL = (177, 248)
ORPHANED_AFTER = timedelta(days=1)  # longer than any transaction


def normalise_photo(data: bytes) -> bytes:
    """Return an uploaded JPEG upright, in sRGB, of at most settings.PHOTO_LARGEST, and without metadata.

    Raises ValidationError in Polish, with a message and a code for each kind of mistake.
    """
    if len(data) <= READ_BYTES:
        data = first_image(data)
    if len(data) > MAX_BYTES:
        raise ValidationError(_("Plik ze zdjęciem jest za duży: może mieć najwyżej 5 MB."), code="too_big")
    image = _open(data)
    try:
        # Decode no more pixels than needed: the reader halves the size as it goes, never below twice the largest.
        image.draft(None, (2 * max(settings.PHOTO_LARGEST), 2 * max(settings.PHOTO_LARGEST)))
        image.load()
        upright = to_srgb(turn_upright(image))
    except Exception:  # noqa: BLE001 -- a damaged file breaks its reader in many ways
        raise ValidationError(
            _(
                "Plik ze zdjęciem jest uszkodzony lub niepełny. Zapisz zdjęcie jeszcze raz i spróbuj ponownie."
            ),
            code="damaged",
        ) from None
    _check_size(*upright.size)
    upright.thumbnail(settings.PHOTO_LARGEST, Image.Resampling.LANCZOS)
    if not _reaches(settings.PHOTO_SMALLEST, upright.size):
        raise _ill_proportioned()
    upright.info.clear()  # Pillow would carry a comment over
    kept = BytesIO()
    upright.save(kept, "JPEG", quality=90, optimize=True)
    return kept.getvalue()


def _check_size(width: int, height: int) -> None:
    smallest, (least, greatest) = settings.PHOTO_SMALLEST, settings.PHOTO_PROPORTIONS
    if width > height:
        raise ValidationError(
            _(
                "Zdjęcie jest szersze niż wyższe (%(width)d×%(height)d). Przytnij je jak do legitymacji (5:7)."
            ),
            code="landscape",
            params={"width": width, "height": height},
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
    if not least <= height / width <= greatest:
        raise _ill_proportioned()


def _ill_proportioned() -> ValidationError:
    return ValidationError(
        _("Zdjęcie jest zbyt szerokie lub zbyt wysokie. Przytnij je jak do legitymacji (5:7)."),
        code="proportions",
    )


def photo_requirements() -> StrOrPromise:
    """Return the words for what a photo has to be."""
    width, height = settings.PHOTO_SMALLEST
    return format_lazy(
        _("JPEG, co najmniej {width}×{height} pikseli, najwyżej 5 MB, wyższe niż szersze."),
        width=width,
        height=height,
    )


def set_photo(student: Student, data: bytes, *, by: User | None) -> Photo:
    """Normalise an uploaded JPEG and store it as the student's photo.

    The previous photo is kept while something refers to it. Raises ValidationError as `normalise_photo` does.
    """
    return store_photo(student, normalise_photo(data), by=by)


def store_photo(student: Student, jpeg: bytes, *, by: User | None) -> Photo:
    """Store a normalised JPEG as the student's photo; on failure its file is deleted."""
    photo = Photo(uploaded_by=by)
    photo.file.save("", ContentFile(jpeg), save=False)
    try:
        with transaction.atomic():
            locked = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
            photo.save()
            locked.photo = photo
            locked.save(update_fields=["photo"])
    except BaseException:
        photo.file.storage.delete(photo.file.name)
        raise
    return photo


def small_photo(jpeg: bytes) -> bytes:
    """Return a stored photo as a JPEG of at most THUMBNAIL pixels: some milliseconds, some kilobytes."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("RGB", THUMBNAIL)
        image.thumbnail(THUMBNAIL)
        small = BytesIO()
        image.save(small, "JPEG", quality=80, optimize=True)
    return small.getvalue()


def delete_replaced_photos() -> int:
    """Delete photos that nothing refers to, each with its file; return how many."""
    deleted = 0
    for pk in _unreferenced().values_list("pk", flat=True).iterator(chunk_size=500):
        with transaction.atomic():
            # Checked again under the lock: it may be referred to by now, or deleted.
            photo = _unreferenced().select_for_update(skip_locked=True).filter(pk=pk).first()
            if photo:
                photo.delete()
                run_after_commit(photo.file.storage.delete, photo.file.name)
                deleted += 1
    return deleted


def delete_orphaned_files(now: datetime) -> int:
    """Delete the files of photos that no row names; return how many. Raises as `delete_each` does.

    A transaction that was rolled back or a process that was killed leaves them. A file younger than ORPHANED_AFTER
    may belong to a row that is not committed yet.
    """
    storage: Storage = Photo.file.field.storage
    return delete_each(storage, _orphaned_files(storage, now - ORPHANED_AFTER))


def _orphaned_files(storage: Storage, before: datetime) -> Iterator[str]:
    for folder in storage.listdir("")[0] if storage.exists("") else ():
        names = {f"{folder}/{name}" for name in storage.listdir(folder)[1]}
        known = Photo.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True)
        yield from (
            name for name in sorted(names.difference(known)) if storage.get_modified_time(name) < before
        )


def _unreferenced() -> QuerySet[Photo]:
    """Return the photos that no row of any model refers to."""
    photos = Photo.objects.all()
    for relation in Photo._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            referring = relation.field.model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            photos = photos.exclude(Exists(referring))
    return photos


def _open(data: bytes) -> Image.Image:
    """Read the header; raise ValidationError for a file that is no JPEG or too large to decode."""
    try:
        image = Image.open(BytesIO(data), formats=["JPEG"])
        too_many_pixels = image.width * image.height > MAX_PIXELS
    except UnidentifiedImageError:
        raise ValidationError(_("To nie jest zdjęcie w formacie JPEG."), code="not_jpeg") from None
    except Image.DecompressionBombError:
        too_many_pixels = True
    except Exception:  # noqa: BLE001 -- a damaged header breaks its reader in many ways
        raise ValidationError(_("To nie jest zdjęcie w formacie JPEG."), code="not_jpeg") from None
    if too_many_pixels:
        raise ValidationError(
            _("Zdjęcie ma zbyt wiele pikseli (najwyżej 50 milionów)."), code="too_many_pixels"
        )
    if data.count(b"\xff\xda") > MAX_SCANS:
        raise ValidationError(
            _("Zapisz zdjęcie jako zwykły (nieprogresywny) plik JPEG i spróbuj ponownie."),
            code="too_many_scans",
        )
    return image


def _reaches(size: tuple[int, int], actual: tuple[int, int]) -> bool:
    return actual[0] >= size[0] and actual[1] >= size[1]
