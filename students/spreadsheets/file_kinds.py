"""Kinds of files that are no table for us, told by their content and called by their true names."""

import zlib
from typing import IO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from students.spreadsheets.errors import UnreadableFile

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096  # bytes
_STRICT = (
    b"http://purl.oclc.org/ooxml/spreadsheetml"  # a namespace that openpyxl does not know (ISO/IEC 29500-1)
)
_OLE_READ = 1 << 22  # bytes, in which the directory of an OLE file usually stands
_SAVE_AS = gettext_lazy("Zapisz tabelę jako XLSX albo „CSV UTF-8”.")
_STARTS: tuple[tuple[bytes, StrOrPromise], ...] = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x89PNG", gettext_lazy("obraz PNG")),
    (b"\xff\xd8\xff", gettext_lazy("zdjęcie JPEG")),
)
# Names of streams in an OLE file, as its directory writes them, and entries of a ZIP.
_STREAMS: tuple[tuple[str, StrOrPromise], ...] = (
    ("WordDocument", gettext_lazy("dokument Worda (DOC)")),
    ("Workbook", gettext_lazy("arkusz starego Excela (XLS)")),
    ("Book", gettext_lazy("arkusz starego Excela (XLS)")),
)
_ENTRIES: tuple[tuple[str, StrOrPromise], ...] = (
    ("xl/workbook.bin", gettext_lazy("binarny arkusz Excela (XLSB)")),
    ("word/document.xml", gettext_lazy("dokument Worda (DOCX)")),
    ("ppt/presentation.xml", gettext_lazy("prezentacja (PPTX)")),
    ("Index/Document.iwa", gettext_lazy("arkusz programu Numbers")),
)
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.spreadsheet": gettext_lazy("arkusz OpenDocument (ODS)"),
    b"application/vnd.oasis.opendocument.text": gettext_lazy("dokument OpenDocument (ODT)"),
}


def is_zip(file: IO[bytes]) -> bool:
    """Return whether a file begins as a ZIP does; an XLSX is one."""
    file.seek(0)
    return file.read(len(_ZIP)) == _ZIP


def refuse_other_kinds(file: IO[bytes]) -> None:
    """Raise UnreadableFile for a file that is neither XLSX nor text; the message calls it by its true name."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_OLE):
        _refuse_ole(head + file.read(_OLE_READ))
    if head.startswith(_ZIP):
        _refuse_zip(file)
        return
    for start, kind in _STARTS:
        if head.startswith(start):
            raise _no_table(kind)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        raise _no_table(_("strona HTML"))
    if text.startswith(b"<?xml"):
        old = b"urn:schemas-microsoft-com:office:spreadsheet" in text
        raise _no_table(_("arkusz XML z roku 2003") if old else "XML")


def _refuse_ole(content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFile(_("To plik XLSX zabezpieczony hasłem. Zapisz go w arkuszu bez hasła."))
    for stream, kind in _STREAMS:
        if f"{stream}\0".encode("utf-16-le") in content:
            raise _no_table(kind)
    raise UnreadableFile(_("To plik starego Excela (XLS) albo zaszyfrowany. Zapisz go jako XLSX, bez hasła."))


def _refuse_zip(file: IO[bytes]) -> None:
    try:
        with ZipFile(file) as archive:
            entries = set(archive.namelist())
            if _STRICT in _beginning(archive, "xl/workbook.xml"):
                raise _no_table(_("arkusz „Strict Open XML”"))
            if "mimetype" in entries:
                mimetype = _beginning(archive, "mimetype").strip()
                raise _no_table(_OPEN_DOCUMENTS.get(mimetype, "OpenDocument"))
    except (BadZipFile, RuntimeError, zlib.error, EOFError, ValueError, OSError):
        return  # what is wrong with it is said by the one that reads it
    for name, kind in _ENTRIES:
        if name in entries:
            raise _no_table(kind)


def _beginning(archive: ZipFile, name: str) -> bytes:
    """Return the beginning of an entry, nothing of one that is not there."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as entry:
        return entry.read(_HEAD)


def _no_table(kind: StrOrPromise) -> UnreadableFile:
    return UnreadableFile(_("To nie jest CSV ani XLSX, tylko %(kind)s.") % {"kind": kind} + f" {_SAVE_AS}")
