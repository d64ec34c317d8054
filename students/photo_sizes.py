"""Photos in fixed sizes, each made once and stored beside the photo that it was made of."""

import re
from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image

from students.file_deletion import names_in
from students.models import Photo

_SIZED = re.compile(r"_(?P<width>[0-9]{2,4})x(?P<height>[0-9]{2,4})[^/]*(?=\.jpg$)")


def sized_photo(photo: Photo, size: tuple[int, int]) -> bytes:
    """Return the photo as a JPEG that fits into `size` (width and height in pixels), never enlarged.

    Raises FileNotFoundError when the photo's file is gone.
    """
    storage, name = photo.file.storage, sized_name(photo.file.name, size)
    if storage.exists(name):
        with storage.open(name) as made_before:
            return bytes(made_before.read())
    jpeg = _fitted(photo.read(), size)
    # Two that make it at once each store one, under two names; both go with the photo.
    storage.save(name, ContentFile(jpeg))
    return jpeg


def sized_name(name: str, size: tuple[int, int]) -> str:
    """Return the name of the file in which a photo is stored in this size."""
    return f"{name.removesuffix('.jpg')}_{size[0]}x{size[1]}.jpg"


def made_of(name: str) -> str:
    """Return the name of the photo of which a file was made; a photo's own name stays."""
    return _SIZED.sub("", name)


def files_of(photo: Photo) -> list[str]:
    """Return the names of the photo's file and of all that were made of it."""
    own = str(photo.file.name)
    folder = own.rpartition("/")[0]
    _, beside = names_in(photo.file.storage, folder)
    stored = (f"{folder}/{name}" for name in beside)
    return [own, *(name for name in stored if name != own and made_of(name) == own)]


def _fitted(jpeg: bytes, size: tuple[int, int]) -> bytes:
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("RGB", size)
        image.thumbnail(size)
        small = BytesIO()
        image.save(small, "JPEG", quality=85, optimize=True)
    return small.getvalue()
