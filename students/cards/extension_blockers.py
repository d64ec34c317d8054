"""Rules of which cards may be extended to a date, as expressions that the database evaluates.

One annotated query answers for one scanned card and for fifty thousand, as in `students.conditions`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Exists, OuterRef, Q, TextField, Value, When
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.conditions import rights_until
from students.models.people import Student
from students.models.studies import Enrolment, EnrolmentQuerySet

ENDED, NOT_LATER = "ended", "not_later"


@dataclass(frozen=True)
class ExtensionBlocker:
    """A reason why a card cannot be extended: its text for one card, its label for a table of many.

    `applies` builds the condition over StudentCard from the new date and today's.
    """

    code: str
    text: StrOrPromise
    label: StrOrPromise
    applies: Callable[[date, date], Q]


def _studies(today: date) -> EnrolmentQuerySet:
    return Enrolment.objects.current(today).filter(student=OuterRef("student_id"))


def _rights_last(until: date, today: date) -> Exists:
    """Say whether the rights of the card's holder last to `until`; a gap between studies ends them."""
    holder = Student.objects.filter(pk=OuterRef("student_id")).annotate(rights_until=rights_until(today))
    return Exists(holder.filter(rights_until__gte=until))


# In the order of precedence: what cannot be remedied first.
BLOCKERS = (
    ExtensionBlocker(
        code=ENDED,
        text=_("Ta legitymacja została już zakończona i nie można jej przedłużyć. Student potrzebuje nowej."),
        label=_("legitymacja zakończona (utracona, zwrócona lub unieważniona)"),
        applies=lambda until, today: Q(ended_on__isnull=False),
    ),
    ExtensionBlocker(
        code="not_a_student",
        text=_(
            "Ta osoba nie jest teraz studentem: nie ma studiów, które trwają (np. skreślenie, ukończenie)."
        ),
        label=_("nie jest studentem (np. skreślenie lub ukończenie studiów)"),
        applies=lambda until, today: ~Q(Exists(_studies(today))),
    ),
    ExtensionBlocker(
        code="level",
        text=_(
            "Legitymacja studencka przysługuje tylko na studiach I stopnia, II stopnia i jednolitych magisterskich."
        ),
        label=_("poziom studiów bez prawa do legitymacji"),
        applies=lambda until, today: ~Q(Exists(_studies(today).entitling())),
    ),
    ExtensionBlocker(
        code="graduate",
        text=_(
            "Studia tej osoby kończą się wcześniej. Absolwent studiów I stopnia ma prawa studenta tylko do 31 "
            "października roku ukończenia studiów."
        ),
        label=_("prawa studenta kończą się wcześniej (absolwent, skreślenie z późniejszą datą)"),
        applies=lambda until, today: ~Q(_rights_last(until, today)),
    ),
    ExtensionBlocker(
        code=NOT_LATER,
        text=_("Ta legitymacja jest już przedłużona do tego dnia lub dłużej: nowa data musi być późniejsza."),
        label=_("już przedłużona do tego dnia lub dłużej"),
        applies=lambda until, today: Q(valid_until__gte=until),
    ),
)
TEXTS = {blocker.code: blocker.text for blocker in BLOCKERS}


def first_blocker(until: date, today: date) -> Case:
    """Return the expression over StudentCard for the code of the first blocker; "" where there is none."""
    return Case(
        *(When(each.applies(until, today), then=Value(each.code)) for each in BLOCKERS),
        default=Value(""),
        output_field=TextField(),
    )
