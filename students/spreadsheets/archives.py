"""Safety checks of uploaded ZIP archives (XLSX is one too), made before anything is unpacked."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from students.spreadsheets.errors import UnreadableFile

_ENCRYPTED = 0x1  # bit of the general purpose flags
_SMALL = 10 * 1024 * 1024  # bytes; below this no ratio of packed to unpacked does any harm

_ENTRY = 200  # bytes of the table of contents for one entry, with a path longer than any we want
_END, _END64_PLACE = b"PK\x05\x06", b"PK\x06\x07"
_LONGEST_END = 22 + 0xFFFF + 20 + 56  # bytes: the end record with a comment, and those of ZIP64 before it


@dataclass(frozen=True)
class Limits:
    """Limits of an archive: entries, unpacked bytes in total, and compression ratio."""

    entries: int
    total: int
    ratio: int


def open_archive(file: IO[bytes], limits: Limits) -> ZipFile:
    """Open an archive after checking its table of contents.

    The stated sizes are reliable: zipfile unpacks no more of an entry than is stated. Raises UnreadableFile for a
    file that is no ZIP, exceeds the limits, is encrypted, or has a path that leads out of the archive.
    """
    size = file.seek(0, 2)
    too_many = _("W archiwum jest za dużo plików (najwyżej %(limit)d). Podziel je na mniejsze.") % {
        "limit": limits.entries
    }
    if _directory_size(file, size) > limits.entries * _ENTRY:
        raise UnreadableFile(too_many)
    file.seek(0)
    try:
        archive = ZipFile(file)
    except (BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnreadableFile(
            _("Tego archiwum nie da się otworzyć: to nie jest plik ZIP albo jest uszkodzony.")
        ) from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries:
        raise UnreadableFile(too_many)
    if total > limits.total or (total > _SMALL and total > limits.ratio * size):
        raise UnreadableFile(
            _("Archiwum po rozpakowaniu byłoby o wiele za duże, dlatego nie zostało rozpakowane.")
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnreadableFile(_("Archiwum jest zabezpieczone hasłem. Zapisz je bez hasła."))
    if any(_leads_out(entry) for entry in entries):
        raise UnreadableFile(
            _("W archiwum są ścieżki, które prowadzą poza nie. Nic z niego nie zostało wczytane.")
        )
    return archive


def _directory_size(file: IO[bytes], size: int) -> int:
    """Return the size of the table of contents (APPNOTE 4.3.14, 4.3.16), since zipfile reads all of it into memory.

    It is located as zipfile does; where it is not found, zipfile will not open the archive either.
    """
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read()
    end = tail.rfind(_END)
    if end >= 76 and tail[end - 20 : end - 16] == _END64_PLACE:
        return int.from_bytes(tail[end - 36 : end - 28], "little")
    return int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0


def _leads_out(entry: ZipInfo) -> bool:
    """Return whether a path climbs, begins at a root or a drive, or is a link."""
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or ":" in name or S_ISLNK(entry.external_attr >> 16)
