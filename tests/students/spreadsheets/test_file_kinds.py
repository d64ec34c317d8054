"""A file that is no table is called by its true name."""

import io
import zipfile

import pytest

from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.reading import read_rows

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("u.xls", OLE + "Workbook\0".encode("utf-16-le"), "XLS"),
        ("u.xls", OLE + "Book\0".encode("utf-16-le"), "starego Excela"),
        ("u.xlsx", OLE + "EncryptedPackage\0".encode("utf-16-le"), "zabezpieczony hasłem"),
        ("u.doc", OLE + "WordDocument\0".encode("utf-16-le"), "DOC"),
        ("u.xls", OLE, "starego Excela"),
        ("u.ods", packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "ODS"),
        ("u.odt", packed(mimetype=b"application/vnd.oasis.opendocument.text"), "ODT"),
        ("u.xlsb", packed(xl__workbook_dot_bin=b"x"), "XLSB"),
        (
            "u.xlsx",
            packed(xl__workbook_dot_xml=b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main">'),
            "Strict",
        ),
        ("u.docx", packed(word__document_dot_xml=b"x"), "DOCX"),
        ("u.pdf", b"%PDF-1.7 ", "PDF"),
        ("u.xls", b"<html><table><tr><td>numer_albumu", "HTML"),
        (
            "u.xls",
            b'\xef\xbb\xbf\n<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "2003",
        ),
        ("u.xml", b'<?xml version="1.0"?><a/>', "XML"),
        ("u.csv.gz", b"\x1f\x8b\x08", "GZIP"),
        ("u.jpg", b"\xff\xd8\xff\xe0", "JPEG"),
        ("u.csv", b"", "pusty"),
        ("u.xlsm", b"numer\n1\n", "końcówką .xlsm"),
    ],
)
def test_a_file_that_is_no_table_is_called_by_its_true_name(name: str, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        list(read_rows(io.BytesIO(content), name, headings=()))
