"""Import of studies: compares a table's studies with the database."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from students.importing.changes import Differences, PendingChanges
from students.importing.columns import FINISHED
from students.importing.existing import Catalogue, StudentRecord
from students.importing.results import RowEffects, RowOutcome
from students.importing.rows import RowData, RowRejected, StudiesData
from students.importing.wording import differences_in_words
from students.models import Enrolment
from students.moments import write_day
from students.names import name_key


def check_repeated(row: RowData, before: Collection[RowData]) -> None:
    """Raise RowRejected where earlier rows of the same student are about the same studies.

    Several programmes are several rows. A programme may come twice only if it was begun anew: with another first day,
    and finished in one of the rows.
    """
    for other in before:
        if _programme(other.studies) != _programme(row.studies):
            continue
        both_run = not {row.studies.status, other.studies.status} & FINISHED
        if both_run or row.studies.started_on == other.studies.started_on:
            raise RowRejected(
                _("powtórzony numer albumu: o tych samych studiach mówi już wiersz %(row)d")
                % {"row": other.number}
            )


def _programme(studies: StudiesData) -> tuple[str, str, str]:
    return name_key(studies.faculty), name_key(studies.programme), studies.level


def apply(
    studies: StudiesData,
    record: StudentRecord,
    claimed: list[Enrolment],
    catalogue: Catalogue,
    changes: PendingChanges,
    effects: RowEffects,
) -> None:
    """Create the enrolment, or change what differs; `claimed` are the enrolments of other rows."""
    name = (studies.faculty, studies.programme, studies.level)
    programme = catalogue.find(*name)
    if programme is None:
        if not catalogue.has_faculty(studies.faculty):
            effects.catalogue.append(_("nowy wydział w katalogu: %(name)s") % {"name": studies.faculty})
        programme = catalogue.add(*name, changes)
        effects.catalogue.append(
            _("nowy kierunek w katalogu: %(name)s (%(faculty)s)")
            % {"name": programme, "faculty": programme.faculty}
        )
    if contacts := catalogue.change_contacts(studies.faculty, programme.faculty, studies.contacts, changes):
        told = {"faculty": programme.faculty, "changes": differences_in_words(programme.faculty, contacts)}
        effects.add(RowOutcome.CHANGED, _("%(faculty)s: %(changes)s") % told)
    title = catalogue.title(programme)
    values = {"status": studies.status, "started_on": studies.started_on, "ended_on": studies.ended_on}
    enrolment = _matching(
        [one for one in record.enrolments if one.programme is programme or one.programme == programme],
        studies,
        claimed,
    )
    if enrolment is None:
        enrolment = changes.create(Enrolment(student=record.student, programme=programme, **values))
        changes.restudied(record.student)
        record.enrolments.append(enrolment)
        effects.add(RowOutcome.NEW, _("nowe studia: %(studies)s") % {"studies": title})
    else:
        if differing := changes.change(enrolment, **values):
            changes.restudied(record.student)
            _add_effect(enrolment, differing, title, effects)
    claimed.append(enrolment)


def _matching(
    enrolments: list[Enrolment], studies: StudiesData, claimed: Collection[Enrolment]
) -> Enrolment | None:
    """Return the enrolment begun that day, else the one that goes on; but for one begun after these studies ended."""
    free = [one for one in enrolments if not any(one is other for other in claimed)]
    begun = (one for one in free if one.started_on == studies.started_on)
    finished_on = studies.ended_on if studies.status in FINISHED else None
    going_on = (
        one
        for one in free
        if one.status not in FINISHED and (finished_on is None or one.started_on <= finished_on)
    )
    return next(begun, None) or next(going_on, None)


def _add_effect(enrolment: Enrolment, differing: Differences, title: str, effects: RowEffects) -> None:
    told = {"studies": title, "changes": differences_in_words(enrolment, differing)}
    words = (
        _("%(studies)s: %(changes)s")
        if "status" in differing
        else _("nowe daty studiów: %(studies)s: %(changes)s")
    ) % told
    before = differing.get("status", (enrolment.status, None))[0]
    ends = enrolment.status in FINISHED and before not in FINISHED
    if ends and enrolment.ended_on and enrolment.ended_on > timezone.localdate():
        words = _("%(words)s, od %(day)s") % {"words": words, "day": write_day(enrolment.ended_on)}
        ends = False
    effects.add(RowOutcome.ENDED if ends else RowOutcome.CHANGED, words)
