"""Existing records of a batch, read with a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from students.encryption import blind_index
from students.identifiers import identifier_key
from students.importing.changes import Differences, PendingChanges
from students.importing.rows import RowData
from students.models import Enrolment, Faculty, Programme, Student, StudentCard, User
from students.models.people import login_key
from students.names import name_key

CARD_NUMBERS = ("barcode_number", "contact_chip_uid", "contactless_chip_uid")
Contacts = tuple[tuple[str, str], ...]  # fields of a faculty with their values
ProgrammeName = tuple[str, str, str]  # a table's names for a faculty and a programme, and the level


@dataclass
class CatalogueChanges:
    """Changes of the catalogue: added programmes, and contacts by a table's name for the faculty and their fields."""

    programmes: list[ProgrammeName] = field(default_factory=list)
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class StudentRecord:
    """A student with studies and cards."""

    student: Student
    enrolments: list[Enrolment] = field(default_factory=list)
    cards: list[StudentCard] = field(default_factory=list)

    @property
    def card_in_use(self) -> StudentCard | None:
        """Return the card that has not ended; there is at most one."""
        return next((card for card in self.cards if card.ended_on is None), None)


class Catalogue:
    """Faculties and programmes, found by a table's names for them, however these are spelled."""

    def __init__(self) -> None:
        self._faculties: dict[str, Faculty] = {}
        self._programmes: dict[tuple[int, str, str], Programme] = {}
        self._titles: dict[int, str] = {}
        self.changes = CatalogueChanges()
        faculties = list(Faculty.objects.all())
        by_key = {faculty.pk: faculty for faculty in faculties}
        for programme in Programme.objects.all():
            programme.faculty = by_key[programme.faculty_id]  # one object for all: changed once
            self._programmes.setdefault(_key(programme), programme)
        for name in ("name", "code"):  # a code counts for more than another faculty's name
            self._faculties.update({name_key(getattr(faculty, name)): faculty for faculty in faculties})

    def find(self, faculty: str, programme: str, level: str) -> Programme | None:
        """Return a programme; None for an unknown one."""
        found = self._faculties.get(name_key(faculty))
        if found is None:
            return None
        return self._programmes.get((id_of(found), name_key(programme), level))

    def has_faculty(self, faculty: str) -> bool:
        """Return whether a faculty with this code or name exists."""
        return name_key(faculty) in self._faculties

    def title(self, programme: Programme) -> str:
        """Return a programme's name and level; cached for all its students."""
        return self._titles.get(id(programme)) or self._titles.setdefault(id(programme), str(programme))

    def add(self, faculty: str, programme: str, level: str, changes: PendingChanges) -> Programme:
        """Create an unknown programme, and its faculty where that is unknown as well."""
        of = self._faculties.get(name_key(faculty)) or self._add_faculty(faculty, changes)
        made = changes.create(Programme(faculty=of, name=programme, name_en=programme, level=level))
        self._programmes[_key(made)] = made
        self.changes.programmes.append((faculty, programme, level))
        return made

    def change_contacts(
        self, text: str, faculty: Faculty, given: Contacts, changes: PendingChanges
    ) -> Differences:
        """Give a faculty, which a table calls `text`, these contacts; return what differs from those it had."""
        differing = changes.change(faculty, **dict(given))
        if differing:
            self.changes.contacts.setdefault(text, {}).update(
                {name: getattr(faculty, name) for name in differing}
            )
        return differing

    def take_over(self, before: CatalogueChanges, changes: PendingChanges) -> None:
        """Apply the changes of the batches before this one, which a rehearsal has not stored."""
        for programme in before.programmes:
            if self.find(*programme) is None:
                self.add(*programme, changes)
        for text, contacts in before.contacts.items():
            if faculty := self._faculties.get(name_key(text)):
                self.change_contacts(text, faculty, tuple(contacts.items()), changes)

    def _add_faculty(self, text: str, changes: PendingChanges) -> Faculty:
        faculty = changes.create(Faculty(code=self._free_code(text), name=text, name_en=text))
        self._faculties.update({name_key(text): faculty, name_key(faculty.code): faculty})
        return faculty

    def _free_code(self, text: str) -> str:
        """Return an unused code: the text itself where it may be one, else its initials."""
        if len(text) <= 20 and " " not in text and name_key(text) not in self._faculties:
            return text
        initials = "".join(word[0] for word in text.split() if len(word) > 1)[:15].upper() or "W"
        codes = chain([initials], (f"{initials}{number}" for number in count(2)))
        return next(code for code in codes if name_key(code) not in self._faculties)


def id_of(faculty: Faculty) -> int:
    """Return a unique key of a faculty, also before it is stored."""
    return faculty.pk or -id(faculty)


def _key(programme: Programme) -> tuple[int, str, str]:
    return id_of(programme.faculty), name_key(programme.name), programme.level


class ExistingRecords:
    """Students whom a batch may be about, indexed by their unique values."""

    def __init__(self, rows: Sequence[RowData], *, lock: bool) -> None:
        """Read the records; with `lock`, lock the students' rows, which every change of a card or a right waits for."""
        self.catalogue = Catalogue()
        people = {row.person for row in rows}
        # An account is found by its login however that is written: `Anna` and `anna` are one.
        logins = {login_key(person.login) for person in people}
        self.users = {
            login_key(user.username): user
            for user in User.objects.alias(key=Lower("username")).filter(key__in=logins)
        }
        indexes = {blind_index(person.pesel) for person in people if person.pesel}
        students = Student.objects.filter(
            Q(album_number__key__in={identifier_key(person.album_number) for person in people})
            | Q(pesel_index__in=indexes)
            | Q(user__in=[user.pk for user in self.users.values()])
        )
        if lock:
            students = students.select_for_update(no_key=True, of=("self",))
        records = {
            student.pk: StudentRecord(student) for student in students.select_related("user").order_by("pk")
        }
        self._by_album: dict[str, list[StudentRecord]] = {}
        for record in records.values():
            if album := record.student.album_number:
                self._by_album.setdefault(identifier_key(album), []).append(record)
        self.by_pesel = {record.student.pesel: record for record in records.values() if record.student.pesel}
        self.by_login = {login_key(record.student.user.username): record for record in records.values()}
        for enrolment in Enrolment.objects.filter(student__in=records).select_related("programme__faculty"):
            records[enrolment.student_id].enrolments.append(enrolment)
        self._cards: dict[tuple[str, str], list[StudentCard]] = {}
        for card in _cards(records, rows):
            if card.student_id in records:
                records[card.student_id].cards.append(card)
            for name in CARD_NUMBERS:
                if number := getattr(card, name):
                    self._cards.setdefault((name, identifier_key(number)), []).append(card)

    def with_album(self, number: str) -> list[StudentRecord]:
        """Return the students with this album number, give or take leading zeros."""
        return self._by_album.get(identifier_key(number), [])

    def cards_with(self, name: str, number: str | None) -> list[StudentCard]:
        """Return the cards with this barcode or chip number, give or take leading zeros."""
        return self._cards.get((name, identifier_key(number)), []) if number else []


def _cards(records: Iterable[int], rows: Sequence[RowData]) -> Iterable[StudentCard]:
    cards = [row.card for row in rows if row.card]
    wanted: dict[str, Any] = {
        f"{name}__key__in": {identifier_key(number) for card in cards if (number := getattr(card, name))}
        for name in CARD_NUMBERS
    }
    return StudentCard.objects.filter(Q(student__in=list(records)) | Q(**wanted, _connector=Q.OR))
