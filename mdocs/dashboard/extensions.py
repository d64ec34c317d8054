"""Which cards still have to be extended this half-year, by faculty, within the faculties of whoever looks."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from students.half_years import half_year_end
from students.models import Enrolment, Faculty, StudentCard, User
from students.models.cards import is_behind, is_in_use
from students.scope import sees_every_faculty

_CARD = "student__cards__"  # from an enrolment to the card


@dataclass(frozen=True)
class Cards:
    """How many cards in use current students have, and how many of them are not extended yet."""

    in_use: int
    not_extended: int

    @property
    def share(self) -> float:
        """Which part is not extended, from 0 to 1."""
        return self.not_extended / self.in_use if self.in_use else 0.0


@dataclass(frozen=True)
class Extensions:
    """The cards of each faculty in scope. Who studies at two faculties counts at both, and once in `total`."""

    until: date
    faculties: list[tuple[Faculty, Cards]]
    total: Cards


def extensions(user: User, now: datetime) -> Extensions:
    """Count the cards that are to be extended to the end of this half-year, by faculty, in three queries."""
    today = timezone.localdate(now)
    faculties, current = Faculty.objects.all(), Enrolment.objects.current(today)
    if not sees_every_faculty(user):
        faculties = faculties.filter(clerks=user)
        current = current.filter(programme__faculty__clerks=user)
    rows = (
        current.filter(is_in_use(_CARD))
        .annotate(behind=is_behind(today, _CARD))
        .order_by()
        .values_list("programme__faculty", "behind")
        # A student has one card in use (constraint card_one_in_use): to count students is to count cards.
        .annotate(cards=Count("student", distinct=True))
    )
    counts = {(faculty, behind): cards for faculty, behind, cards in rows}
    by_faculty = [(faculty, _cards(counts, faculty.pk)) for faculty in faculties]
    total = (
        StudentCard.objects.in_use()
        .filter(Exists(current.filter(student=OuterRef("student"))))
        .aggregate(in_use=Count("pk"), not_extended=Count("pk", filter=is_behind(today)))
    )
    return Extensions(half_year_end(today), by_faculty, Cards(**total))


def _cards(counts: dict[tuple[int, bool], int], faculty: int) -> Cards:
    behind = counts.get((faculty, True), 0)
    return Cards(in_use=behind + counts.get((faculty, False), 0), not_extended=behind)
