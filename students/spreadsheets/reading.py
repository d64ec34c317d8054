"""Reading of an uploaded table as rows of text, whatever program has written it."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import IO

from django.utils.translation import gettext as _

from students.spreadsheets.csv_files import read_csv
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.file_kinds import is_zip, refuse_other_kinds
from students.spreadsheets.rows import Rows
from students.spreadsheets.xlsx_files import read_xlsx

WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm"})
TEXTS = frozenset({".csv", ".txt", ".tsv"})
ACCEPTED = ",".join(sorted(WORKBOOKS | TEXTS))  # for the browser's choice of files


def read_rows(file: IO[bytes], name: str, *, headings: Iterable[str], encoding: str | None = None) -> Rows:
    """Return the rows of a CSV or XLSX; its content decides which of the two it is.

    `headings` are names of columns by which the separator is found; `encoding` is the one of a CSV, where somebody
    knows. Raises UnreadableFile at once for another kind of file, whose true name is in the message, and for an
    ending of `name` that does not match the content; while the rows are read, for damage further below.
    """
    if not file.seek(0, 2):
        raise UnreadableFile(_("Plik jest pusty."))
    refuse_other_kinds(file)
    ending = PurePath(name).suffix.lower()
    workbook = is_zip(file)
    if ending in (TEXTS if workbook else WORKBOOKS):
        raise UnreadableFile(
            _("Plik ma nazwę z końcówką %(ending)s, ale nim nie jest. Zapisz tabelę jako CSV albo XLSX.")
            % {"ending": ending}
        )
    return read_xlsx(file) if workbook else read_csv(file, headings, encoding)
