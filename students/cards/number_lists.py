"""Parser of an uploaded list of numbers: CSV, TXT or XLSX, one column, with or without a heading."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from students.encryption import blind_index
from students.fields import CODE
from students.identifiers import is_scientific, read_identifier
from students.models import Student, StudentCard
from students.names import tidy
from students.pesel import MISTAKES, clean_pesel, clean_pesel_form
from students.spreadsheets.errors import UnreadableFile
from students.spreadsheets.reading import read_rows

MAX_BYTES = 5 * 1024 * 1024
MAX_NUMBERS = 100_000
LONGEST_NUMBER = 30  # of a card; an album number is shorter
SHOWN_ROWS = 5
# Headings by which the column is found where there are several; those of the import from USOS first.
HEADINGS = (
    "els_numer",
    "numer_albumu",
    "numer legitymacji",
    "numer albumu",
    "kod kreskowy",
    "album",
    "numer",
)


def read_numbers(data: bytes) -> list[str]:
    """Return the card and album numbers of a list, without repetitions, in the order of the list.

    Raises ValidationError in Polish for an invalid list; it names rows, and never repeats their content.
    """
    if len(data) > MAX_BYTES:
        raise ValidationError(_("Plik jest za duży: może mieć najwyżej 5 MB."), code="too_big")
    rows = list(_column(_rows(data)))
    if not rows:
        raise ValidationError(_("W pliku nie ma żadnych numerów."), code="empty")
    if len(rows) > MAX_NUMBERS:
        raise ValidationError(
            _("Na liście jest więcej niż 100 000 numerów. Podziel ją na części."), code="too_long"
        )
    _refuse(
        [row for row, number in rows if _is_changed(number)],
        _(
            "Arkusz zmienił te numery: zaokrąglił je albo zapisał jak 1,23E+16 – wiersze: %(rows)s. Sformatuj kolumnę "
            "jako tekst i wpisz te numery od nowa."
        ),
    )
    rows = [(row, read_identifier(number)) for row, number in rows]
    _refuse(
        [row for row, number in rows if len(number) > LONGEST_NUMBER or not re.match(CODE, number)],
        _("To nie są numery legitymacji ani albumu (same litery i cyfry) – wiersze: %(rows)s."),
    )
    _refuse(
        list(_pesels(rows)),
        _(
            "Tu zamiast numeru legitymacji lub albumu jest PESEL – wiersze: %(rows)s. Usuń numery PESEL z pliku."
        ),
    )
    return list(dict.fromkeys(number for _row, number in rows))


def _refuse(rows: list[int], message: Any) -> None:
    if rows:
        shown = ", ".join(map(str, rows[:SHOWN_ROWS])) + (" …" if len(rows) > SHOWN_ROWS else "")
        raise ValidationError(message, code="rows", params={"rows": shown})


def _is_changed(number: str) -> bool:
    try:
        read_identifier(number)
    except ValidationError:
        return True
    return False


def _pesels(rows: list[tuple[int, str]]) -> Iterator[int]:
    """Return the rows that hold a PESEL rather than the number of a card that looks like one."""
    alike = like_pesels(number for _row, number in rows)
    if not alike:
        return
    known = set(StudentCard.objects.filter(barcode_number__in=alike).values_list("barcode_number", flat=True))
    known |= set(
        map(str, Student.objects.filter(album_number__in=alike).values_list("album_number", flat=True))
    )
    yield from (row for row, number in rows if number in alike - known)


def like_pesels(numbers: Iterable[str]) -> set[str]:
    """Return the numbers that could be a PESEL: valid ones, and those that a student has although they are not."""
    valid, others = set(), {}
    for number in numbers:
        try:
            clean_pesel(number)
            valid.add(number)
        except ValidationError as mistake:
            if mistake.code in MISTAKES:
                others[blind_index(clean_pesel_form(number))] = number
    if not others:
        return valid
    held = Student.objects.filter(pesel_index__in=others).values_list("pesel_index", flat=True)
    return valid | {others[index] for index in held if index}


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their cells tidied; raise ValidationError for a file that cannot be read."""
    try:
        for number, cells in read_rows(BytesIO(data), "", headings=HEADINGS):
            yield number, [tidy(cell) for cell in cells]
    except UnreadableFile as error:
        raise ValidationError(str(error), code="no_list") from None


def _column(rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, str]]:
    """Return the column with the numbers: the one with a known heading, else the only one."""
    chosen: int | None = None
    for position, (row, cells) in enumerate(rows):
        if position == 0 and not any(letter.isdigit() for cell in cells for letter in cell):
            names = [cell.lower() for cell in cells]
            chosen = next((names.index(heading) for heading in HEADINGS if heading in names), None)
            continue
        filled = [cell for cell in cells if cell]
        if chosen is None and len(filled) > 1:
            raise ValidationError(
                _(
                    "W pliku jest więcej niż jedna kolumna. Zostaw samą kolumnę z numerami albo nazwij ją „numer”."
                ),
                code="columns",
            )
        number = "".join(filled) if chosen is None else _cell(cells, chosen)
        if number:
            yield row, number


def _cell(cells: list[str], place: int) -> str:
    """Return a cell, together with the next one where a comma that separates has parted 9,01235E+09."""
    number, following = [*cells, "", ""][place : place + 2] if place < len(cells) else ("", "")
    return f"{number},{following}" if number.isdecimal() and is_scientific(following) else number
