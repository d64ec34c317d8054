"""ZIP archives (an XLSX is one, too) that come from outside: refused before anything of them is unpacked."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from students.importing.errors import Unreadable

_ENCRYPTED = 0x1  # bit of the general purpose flags
_SMALL = 10 * 1024 * 1024  # bytes; below this no ratio of packed to unpacked does any harm


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: entries, unpacked bytes of all, and how many times more than packed."""

    entries: int
    total: int
    ratio: int


def open_archive(file: IO[bytes], limits: Limits) -> ZipFile:
    """Open an archive whose table of contents promises no harm.

    The sizes that it states hold: zipfile unpacks no more of an entry than is stated. Raises Unreadable for what is
    no ZIP, is too much, is encrypted, or has a path that leads out of it.
    """
    size = file.seek(0, 2)
    file.seek(0)
    try:
        archive = ZipFile(file)
    except (BadZipFile, NotImplementedError, ValueError, OSError):
        raise Unreadable(
            _("Tego archiwum nie da się otworzyć: to nie jest plik ZIP albo jest uszkodzony.")
        ) from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries:
        raise Unreadable(
            _("W archiwum jest za dużo plików (najwyżej %(limit)d). Podziel je na mniejsze.")
            % {"limit": limits.entries}
        )
    if total > limits.total or (total > _SMALL and total > limits.ratio * size):
        raise Unreadable(
            _("Archiwum po rozpakowaniu byłoby o wiele za duże, dlatego nie zostało rozpakowane.")
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable(_("Archiwum jest zabezpieczone hasłem. Zapisz je bez hasła."))
    if any(_leads_out(entry) for entry in entries):
        raise Unreadable(
            _("W archiwum są ścieżki, które prowadzą poza nie. Nic z niego nie zostało wczytane.")
        )
    return archive


def _leads_out(entry: ZipInfo) -> bool:
    """Tell a path that climbs, begins at a root or a drive, or is a link."""
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or ":" in name or S_ISLNK(entry.external_attr >> 16)
