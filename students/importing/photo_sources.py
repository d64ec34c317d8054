"""Sources of photos: the files in a folder or a ZIP, and the content of each of them.

Listing a source costs in proportion to all its files, reading a photo does not: an import in batches lists once.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple
from zipfile import BadZipFile, ZipExtFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from students.spreadsheets.archives import Limits, open_archive
from students.spreadsheets.errors import UnreadableFile
from students.uploaded_photos import READ_BYTES

LIMITS = Limits(entries=100_000, total=50 * 1024**3, ratio=10)
_LEFT_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}
# What stands before each file (APPNOTE 4.3.7): bytes before its name, and the first of them.
_LOCAL_HEADER, _LOCAL_SIGNATURE = 30, b"PK\x03\x04"


class ZipEntry(NamedTuple):
    """Place of a file in an archive, as its table of contents states it; sizes and offset in bytes."""

    offset: int
    packed: int
    unpacked: int
    method: int
    crc: int


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file in a source; `entry` is its place where the source is an archive."""

    name: str
    entry: ZipEntry | None = None


# Returns the content, or its first READ_BYTES + 1 bytes; raises ValidationError for a damaged file.
ReadPhoto = Callable[[PhotoFile], bytes]


def zip_photos(file: IO[bytes]) -> list[PhotoFile]:
    """List the files in an archive, in the order of their names. Raises UnreadableFile for an unsafe archive."""
    with open_archive(file, LIMITS) as archive:
        return _wanted(
            PhotoFile(
                _path(info),
                ZipEntry(
                    info.header_offset, info.compress_size, info.file_size, info.compress_type, info.CRC
                ),
            )
            for info in archive.infolist()
            if not _path(info).endswith("/")
        )


def _path(info: ZipInfo) -> str:
    """Return the path of an entry; some programs of Windows write it with backslashes."""
    return info.filename.replace("\\", "/")


def zip_reader(file: IO[bytes]) -> ReadPhoto:
    """Return the function that unpacks a listed file in memory, without reading the table of contents again."""

    def read(photo: PhotoFile) -> bytes:
        try:
            return _unpack(file, photo)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
            raise ValidationError(_("Ten plik w archiwum jest uszkodzony.")) from None

    return read


def _unpack(file: IO[bytes], photo: PhotoFile) -> bytes:
    if photo.entry is None:
        raise BadZipFile
    file.seek(photo.entry.offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_SIGNATURE):
        raise BadZipFile
    # Behind the name and the extra field. About sizes the table of contents is believed, whose limits were checked.
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    info = ZipInfo(photo.name)
    info.compress_size, info.file_size = photo.entry.packed, photo.entry.unpacked
    info.compress_type, info.CRC = photo.entry.method, photo.entry.crc
    return ZipExtFile(file, "r", info).read(READ_BYTES + 1)


def folder_photos(folder: Path) -> list[PhotoFile]:
    """List the files in a folder and its subfolders, without links, in the order of their names."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return _wanted(PhotoFile(path.relative_to(folder).as_posix()) for path in files)


def folder_reader(folder: Path) -> ReadPhoto:
    """Return the function that reads a listed file."""

    def read(photo: PhotoFile) -> bytes:
        try:
            with (folder / photo.name).open("rb") as file:
                return file.read(READ_BYTES + 1)
        except OSError:
            raise ValidationError(_("Tego pliku nie da się odczytać.")) from None

    return read


@contextmanager
def open_photos(path: Path) -> Iterator[tuple[list[PhotoFile], ReadPhoto]]:
    """Open a folder or an archive: list its files, and return how to read them. Raises UnreadableFile otherwise."""
    if path.is_dir():
        yield folder_photos(path), folder_reader(path)
        return
    try:
        file = path.open("rb")
    except OSError:
        raise UnreadableFile(_("Nie ma takiego folderu ani archiwum ze zdjęciami.")) from None
    with file:
        yield zip_photos(file), zip_reader(file)


def _wanted(files: Iterable[PhotoFile]) -> list[PhotoFile]:
    """Return the files without those that operating systems add."""

    def left(file: PhotoFile) -> bool:
        path = PurePosixPath(file.name)
        return path.name.startswith(".") or path.name.lower() in _LEFT_BY_SYSTEMS or "__MACOSX" in path.parts

    return sorted((file for file in files if not left(file)), key=lambda file: file.name)
