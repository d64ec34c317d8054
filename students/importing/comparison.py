"""Comparison of a batch with the database: new, changed and rejected rows. Nothing is stored here."""

from collections.abc import Sequence
from dataclasses import astuple

from django.utils.translation import gettext as _

from students.identifiers import ROUNDED, identifier_key
from students.importing import cards, people, studies
from students.importing.changes import PendingChanges
from students.importing.columns import IDENTIFIERS
from students.importing.existing import CARD_NUMBERS, CatalogueChanges, ExistingRecords, StudentRecord
from students.importing.grouping import Group
from students.importing.results import RowEffects, RowOutcome, RowResult
from students.importing.rows import CardData, RowData, RowRejected, parse_row
from students.importing.tables import TableRow
from students.importing.wording import person_of
from students.models import Enrolment, User

_CARD_COLUMNS = dict(zip(IDENTIFIERS[1:], CARD_NUMBERS, strict=True))


def compare_batch(
    groups: Sequence[Group], *, by: User | None, lock: bool, before: CatalogueChanges | None = None
) -> tuple[PendingChanges, list[RowResult], CatalogueChanges]:
    """Return the pending changes of the batch, the result of each row in the order of the file, and the catalogue's.

    A row is rejected as a whole. With `lock`, the compared rows are locked until the transaction ends. `before` is what
    batches before it would have changed of the catalogue; it counts among what is returned.
    """
    students = [_Student(group) for group in groups]
    stored = ExistingRecords([row for student in students for row in student.rows], lock=lock)
    changes = PendingChanges()
    if before is not None:
        stored.catalogue.take_over(before, changes)
    results: list[RowResult] = []
    for student in students:
        student.compare(stored, changes, by)
        results += student.results()
    return changes, results, stored.catalogue.changes


class _Student:
    """The rows of one student on their way from parsed to compared; rejected rows drop out on the way."""

    def __init__(self, lines: Sequence[TableRow]) -> None:
        self.lines = lines
        self.rows: list[RowData] = []
        self._refused: dict[int, str] = {}
        self._effects: dict[int, RowEffects] = {}
        self._record: StudentRecord | None = None
        for line in lines:
            try:
                self.rows.append(parse_row(line))
            except RowRejected as refusal:
                self._refused[line.number] = str(refusal)
        if len({row.person.identity for row in self.rows}) > 1:
            self._refuse(self.rows, _("powtórzony numer albumu: w pliku mają go osoby o różnych danych"))

    def compare(self, stored: ExistingRecords, changes: PendingChanges, by: User | None) -> None:
        """Reject impossible rows, then collect the changes of the others."""
        if not self.rows:
            return
        # Of album numbers that differ by leading zeros, the longest is whole.
        person = max((row.person for row in self.rows), key=lambda person: len(person.album_number))
        try:
            record = people.find(person, stored)
        except RowRejected as refusal:
            self._refuse(self.rows, str(refusal))
            return
        self._check_doubtful(record)
        self._check_studies()
        if not self.rows:
            return
        try:
            card = self._only_card()
            if card:
                cards.check(card, record, stored)
        except RowRejected as refusal:
            self._refuse([row for row in self.rows if row.card], str(refusal))
            card = None
        if not self.rows:
            return
        self._effects = {row.number: RowEffects() for row in self.rows}
        record = people.apply(person, record, stored, changes, self._effects[self.rows[0].number])
        self._record = record
        if card:
            bearer = next(row for row in self.rows if row.card)
            cards.apply(card, record, changes, self._effects[bearer.number], by=by)
        claimed: list[Enrolment] = []
        for row in sorted(self.rows, key=lambda row: row.studies.started_on):
            studies.apply(row.studies, record, claimed, stored.catalogue, changes, self._effects[row.number])

    def results(self) -> list[RowResult]:
        """Return the result of each row."""
        return [self._result(line) for line in self.lines]

    def _result(self, line: TableRow) -> RowResult:
        number = line.number
        subject = _("wiersz %(number)d") % {"number": number}
        if number in self._refused or self._record is None:
            return RowResult(subject, RowOutcome.REJECTED, self._refused[number], number, *person_of(line))
        effects, student = self._effects[number], self._record.student
        return RowResult(
            subject,
            effects.outcome,
            "; ".join([*effects.words, *effects.catalogue]),
            number,
            student.album_number or "",
            student.full_name,
            effects.catalogue,
            effects.new_student,
        )

    def _check_doubtful(self, record: StudentRecord | None) -> None:
        """Reject rows with a number that a spreadsheet may have rounded, unless the student has this very number."""
        for row in list(self.rows):
            numbers = {column: getattr(row.card, name, None) for column, name in _CARD_COLUMNS.items()}
            numbers["numer_albumu"] = row.person.album_number
            known = {record.student.album_number} if record else set()
            known |= (
                {getattr(card, name) for card in record.cards for name in CARD_NUMBERS} if record else set()
            )
            if unsure := [column for column in row.doubtful if numbers[column] not in known]:
                self._refuse([row], f"{unsure[0]}: {ROUNDED}")

    def _check_studies(self) -> None:
        for position, row in reversed(list(enumerate(self.rows))):
            try:
                studies.check_repeated(row, self.rows[:position])
            except RowRejected as refusal:
                self._refuse([row], str(refusal))

    def _only_card(self) -> CardData | None:
        """Return the card that the rows agree on; a row without a card does not count."""
        named = {_comparable(row.card): row.card for row in self.rows if row.card}
        if len(named) > 1:
            raise RowRejected(_("wiersze tego studenta mówią o różnych legitymacjach"))
        return next(iter(named.values()), None)

    def _refuse(self, rows: Sequence[RowData], reason: str) -> None:
        self._refused.update({row.number: reason for row in rows})
        self.rows = [row for row in self.rows if row not in rows]


def _comparable(card: CardData) -> tuple[object, ...]:
    """Return what is equal for a card whose numbers differ by leading zeros only."""
    return tuple(identifier_key(value) if isinstance(value, str) else value for value in astuple(card))
