"""Import of studies: compares a table's studies with the database."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from students.importing.changes import PendingChanges
from students.importing.columns import FINISHED
from students.importing.existing import Catalogue, StudentRecord
from students.importing.results import RowEffects, RowOutcome
from students.importing.rows import RowData, RowRejected, StudiesData
from students.models import Enrolment, EnrolmentStatus
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
            effects.add(RowOutcome.NEW, _("nowy wydział w katalogu: %(name)s") % {"name": studies.faculty})
        programme = catalogue.add(*name, changes)
        effects.add(RowOutcome.NEW, _("nowy kierunek w katalogu: %(name)s") % {"name": programme})
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
        before = enrolment.status
        if changes.change(enrolment, **values):
            changes.restudied(record.student)
            _add_effect(enrolment, before, title, effects)
    claimed.append(enrolment)


def _matching(
    enrolments: list[Enrolment], studies: StudiesData, claimed: Collection[Enrolment]
) -> Enrolment | None:
    """Return the enrolment begun that day, else the one that goes on."""
    free = [one for one in enrolments if not any(one is other for other in claimed)]
    begun = (one for one in free if one.started_on == studies.started_on)
    going_on = (one for one in free if one.status not in FINISHED)
    return next(begun, None) or next(going_on, None)


def _add_effect(enrolment: Enrolment, before: str, title: str, effects: RowEffects) -> None:
    if enrolment.status == before:
        effects.add(RowOutcome.CHANGED, _("nowe daty studiów: %(studies)s") % {"studies": title})
        return
    words = {
        "studies": title,
        "before": EnrolmentStatus(before).label,
        "now": EnrolmentStatus(enrolment.status).label,
    }
    ends = enrolment.status in FINISHED and before not in FINISHED
    if ends and enrolment.ended_on and enrolment.ended_on > timezone.localdate():
        day = date_format(enrolment.ended_on, pgettext("date format", "d.m.Y"))
        effects.add(
            RowOutcome.CHANGED, _("%(studies)s: %(before)s → %(now)s od %(day)s") % {**words, "day": day}
        )
        return
    effects.add(
        RowOutcome.ENDED if ends else RowOutcome.CHANGED, _("%(studies)s: %(before)s → %(now)s") % words
    )
