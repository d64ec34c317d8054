"""Parser of one row: its person, studies and card, or the reasons why it is rejected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from students.fields import validate_date
from students.identifiers import identifier_key, normalised, read_identifier
from students.importing.cells import mistake_in
from students.importing.columns import (
    ALL_COLUMNS,
    CARD_COLUMNS,
    CARD_FILLED,
    CONTACT_COLUMNS,
    FILLED,
    FINISHED,
    IDENTIFIERS,
    LEVELS,
    NAMES,
    STATUSES,
)
from students.importing.tables import TableRow
from students.models import EnrolmentStatus, Faculty, Level, Programme, Student, StudentCard, User
from students.models.people import EARLIEST_BIRTH, NAMELESS, login_key
from students.names import name_key
from students.pesel import check_identity, clean_pesel_form, sex_of
from students.text_folding import fold

Word = TypeVar("Word")
_ISO = "%Y-%m-%d"
_DATES = (_ISO, "%d.%m.%Y", "%Y-%m-%d %H:%M:%S")
YOUNGEST = 10  # years, at the beginning of studies
MOST_YEARS_AHEAD = 2  # of that beginning
_FIELDS: dict[str, "models.Field[Any, Any]"] = {
    "numer_albumu": Student._meta.get_field("album_number"),
    "login": User._meta.get_field("username"),
    "imiona": Student._meta.get_field("first_names"),
    "nazwisko": Student._meta.get_field("last_name"),
    "email": User._meta.get_field("email"),
    "wydzial": Faculty._meta.get_field("name"),
    "kierunek": Programme._meta.get_field("name"),
    "els_numer": StudentCard._meta.get_field("barcode_number"),
    "els_uid_stykowy": StudentCard._meta.get_field("contact_chip_uid"),
    "els_uid_bezstykowy": StudentCard._meta.get_field("contactless_chip_uid"),
    **{
        column: field
        for column, name in CONTACT_COLUMNS.items()
        for field in Faculty._meta.fields
        if field.name == name
    },
}


class RowRejected(Exception):
    """A row cannot be imported; the message says why, in Polish and without a PESEL."""


@dataclass(frozen=True, slots=True)
class PersonData:
    """The person of a row. `sex` is encoded in the PESEL, None without one; an empty `email` means unknown.

    `pesel_mistake` says what is wrong with the number: it is taken only where it is confirmed.
    """

    album_number: str
    login: str
    first_names: str
    last_name: str
    pesel: str | None
    birth_date: date
    sex: str | None
    email: str
    pesel_mistake: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what is equal in all rows of one person, however they are spelled; the e-mail address is not of it."""
        names = name_key(self.first_names), name_key(self.last_name)
        return identifier_key(self.album_number), login_key(self.login), *names, self.pesel, self.birth_date


@dataclass(frozen=True, slots=True)
class StudiesData:
    """The studies of a row: a programme, its faculty (by code or name), status and dates.

    `contacts` are those of the faculty's dean's office that the row has, by field.
    """

    faculty: str
    programme: str
    level: Level
    status: EnrolmentStatus
    started_on: date
    ended_on: date | None
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CardData:
    """The card of a row; empty chip numbers mean unknown."""

    barcode_number: str
    issued_on: date
    valid_until: date
    contact_chip_uid: str | None
    contactless_chip_uid: str | None


@dataclass(frozen=True, slots=True)
class RowData:
    """A valid row; `doubtful` are its columns with a number that a spreadsheet may have rounded."""

    number: int
    person: PersonData
    studies: StudiesData
    card: CardData | None
    doubtful: tuple[str, ...] = ()


def parse_row(line: TableRow) -> RowData:
    """Parse a row; raise RowRejected with all its mistakes."""
    if line.problem:
        raise RowRejected(line.problem)
    return _Parser(line).row()


class _Parser:
    """Parser of cells that collects all mistakes, so that they can be corrected at once."""

    def __init__(self, line: TableRow) -> None:
        self.line = line
        self.wrong: dict[str, str] = {}

    def row(self) -> RowData:
        self._check_cells()
        person, studies, card = self._person(), self._studies(), self._card()
        self._check_ages(
            person.birth_date, {"od": studies.started_on, "els_wydana": card.issued_on if card else None}
        )
        if self.wrong:
            reasons = [f"{column}: {reason}" for column, reason in self.wrong.items()]
            raise RowRejected(" ".join(filter(None, [*reasons, person.pesel_mistake])))
        return RowData(self.line.number, person, studies, card, self.line.doubtful)

    def _check_cells(self) -> None:
        wanted = FILLED | (set(CARD_FILLED) if any(self.line[column] for column in CARD_COLUMNS) else set())
        for column in sorted(wanted):
            if not self.line[column]:
                self.wrong[column] = _("To pole nie może być puste.")
        for column in ALL_COLUMNS:
            if mistake := mistake_in(column, self.line[column]):
                self.wrong[column] = mistake

    def _check_ages(self, birth_date: date, days: Mapping[str, date | None]) -> None:
        """Find a year that is wrong beside another one; what is no date, or not there, is `date.min` or None."""
        for column, day in days.items():
            if day and date.min not in (day, birth_date) and day.year < birth_date.year + YOUNGEST:
                self.wrong.setdefault(
                    column, _("Student miał wtedy mniej niż %(years)d lat.") % {"years": YOUNGEST}
                )

    def _person(self) -> PersonData:
        birth_date, pesel = self._birth_date(), self._pesel()
        mistake = self._mistake(pesel, birth_date) if pesel else ""
        if all(name_key(self.line[column]) == "-" for column in NAMES):
            self.wrong.setdefault("nazwisko", str(NAMELESS))
        return PersonData(
            album_number=self._text("numer_albumu"),
            login=User.normalize_username(self._text("login")),  # as people sign in with it
            first_names=self._text("imiona"),
            last_name=self._text("nazwisko"),
            pesel=pesel,
            birth_date=birth_date,
            sex=sex_of(pesel) if pesel and not mistake else None,
            pesel_mistake=mistake,
            email=self._text("email"),
        )

    def _mistake(self, pesel: str, birth_date: date) -> str:
        """Return what is wrong with a number that can be confirmed; "" where nothing is, or the birth date itself."""
        if "data_urodzenia" in self.wrong:
            return ""
        try:
            check_identity(pesel, birth_date, None)
        except ValidationError as error:
            column = "pesel" if "pesel" in error.error_dict else "data_urodzenia"
            return f"{column}: {' '.join(error.messages)}"
        return ""

    def _birth_date(self) -> date:
        birth_date = self._date("data_urodzenia")
        if birth_date and not EARLIEST_BIRTH <= birth_date <= timezone.localdate():
            self.wrong["data_urodzenia"] = _("Takiej daty urodzenia być nie może.")
        return birth_date or date.min

    def _pesel(self) -> str | None:
        text = padded_pesel(self.line["pesel"])
        if not text or "pesel" in self.wrong:
            return None
        try:
            return clean_pesel_form(text)
        except ValidationError as error:
            self._blame("pesel", error)
        return None

    def _studies(self) -> StudiesData:
        status = self._word("status", STATUSES, "aktywny, urlop, skreslony, absolwent")
        started_on, ended_on = self._plausible_date("od"), self._plausible_date("do")
        if started_on and started_on.year > timezone.localdate().year + MOST_YEARS_AHEAD:
            self.wrong["od"] = _("Takiego roku być tu nie może.")
        if status in FINISHED and not self.line["do"]:
            self.wrong["do"] = _("Skreślenie i ukończenie studiów wymagają daty.")
        if started_on and ended_on and ended_on < started_on:
            self.wrong["do"] = _("Studia nie mogą skończyć się przed ich rozpoczęciem.")
        return StudiesData(
            faculty=self._text("wydzial"),
            programme=self._text("kierunek"),
            level=self._word("poziom", LEVELS, "I, II, JM, III, POD") or Level.FIRST_CYCLE,
            status=status or EnrolmentStatus.ACTIVE,
            started_on=started_on or date.min,
            ended_on=ended_on,
            contacts=tuple(
                (name, text) for column, name in CONTACT_COLUMNS.items() if (text := self._text(column))
            ),
        )

    def _card(self) -> CardData | None:
        if not any(self.line[column] for column in CARD_COLUMNS):
            return None
        issued_on, valid_until = self._plausible_date("els_wydana"), self._plausible_date("els_wazna_do")
        if issued_on and valid_until and valid_until < issued_on:
            self.wrong["els_wazna_do"] = _("Legitymacja nie może stracić ważności przed jej wydaniem.")
        return CardData(
            barcode_number=self._text("els_numer"),
            issued_on=issued_on or date.min,
            valid_until=valid_until or date.min,
            contact_chip_uid=self._text("els_uid_stykowy") or None,
            contactless_chip_uid=self._text("els_uid_bezstykowy") or None,
        )

    def _text(self, column: str) -> str:
        text = self.line[column]
        if text and column not in self.wrong:
            try:
                text = read_identifier(text) if column in IDENTIFIERS else text
                _FIELDS[column].clean(text, None)
            except ValidationError as error:
                self._blame(column, error)
        return text

    def _date(self, column: str) -> date | None:
        text = self.line[column]
        for written in _DATES if text else ():
            try:
                if written == _ISO and len(text) == 10 and "W" not in text:
                    return date.fromisoformat(text)  # ten times as fast, and nearly every date is one
                return datetime.strptime(text, written).date()  # noqa: DTZ007 -- days have no time zone
            except ValueError:
                continue
        if text:
            self.wrong[column] = _("To nie jest data. Napisz ją jako RRRR-MM-DD.")
        return None

    def _plausible_date(self, column: str) -> date | None:
        day = self._date(column)
        try:
            if day:
                validate_date(day)
        except ValidationError as error:
            self._blame(column, error)
        return day

    def _word(self, column: str, words: Mapping[str, Word], allowed: str) -> Word | None:
        word = words.get(fold(self.line[column]))
        if word is None and self.line[column]:
            self.wrong[column] = _("Dozwolone są: %(words)s.") % {"words": allowed}
        return word

    def _blame(self, column: str, error: ValidationError) -> None:
        self.wrong.setdefault(column, " ".join(error.messages))


def padded_pesel(text: str) -> str:
    """Return a PESEL without spaces and hyphens, with the leading zeros that a spreadsheet dropped.

    People born in 2000 to 2009 lose one or two; the checksum and the birth date show whether the guess was right.
    """
    digits = normalised(text).replace(" ", "").replace("-", "")
    return digits.zfill(11) if digits.isdecimal() and len(digits) in (9, 10) else digits
