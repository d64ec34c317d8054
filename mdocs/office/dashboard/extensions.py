"""Cards still to be extended, by faculty, within the user's faculties."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.utils import timezone

from students.half_years import extension_target
from students.models import Enrolment, Faculty, StudentCard, User
from students.models.cards import StudentCardQuerySet
from students.models.studies import EnrolmentQuerySet
from students.scope import sees_every_faculty


@dataclass(frozen=True)
class Cards:
    """Number of cards in use of current students, and how many of them are not extended yet."""

    in_use: int
    not_extended: int

    @property
    def share(self) -> float:
        """Share that is not extended, from 0 to 1."""
        return self.not_extended / self.in_use if self.in_use else 0.0


@dataclass(frozen=True)
class Extensions:
    """The cards of each faculty in scope. Who studies at two faculties counts at both, and once in `total`."""

    until: date
    faculties: list[tuple[Faculty, Cards]]
    total: Cards
    counted_at: datetime | None = None  # None: just now

    @classmethod
    def at(
        cls,
        now: datetime,
        faculties: list[tuple[Faculty, Cards]],
        total: Cards,
        counted_at: datetime | None = None,
    ) -> "Extensions":
        """Return numbers of today."""
        return cls(extension_target(timezone.localdate(now)), faculties, total, counted_at)


def extensions(user: User, now: datetime) -> Extensions:
    """Count the cards that an extension of today would extend, by faculty, in five queries."""
    if sees_every_faculty(user):
        return extensions_of_all(now)
    current = Enrolment.objects.current(timezone.localdate(now)).filter(programme__faculty__clerks=user)
    return _count(Faculty.objects.filter(clerks=user), current, now)


def extensions_of_all(now: datetime) -> Extensions:
    """Count those of the whole university."""
    return _count(Faculty.objects.all(), Enrolment.objects.current(timezone.localdate(now)), now)


def _count(faculties: QuerySet[Faculty], current: EnrolmentQuerySet, now: datetime) -> Extensions:
    today = timezone.localdate(now)
    cards = StudentCard.objects.in_use(), StudentCard.objects.not_extended(today)
    in_use, not_extended = (_by_faculty(current, some) for some in cards)
    return Extensions.at(
        now,
        [
            (faculty, Cards(in_use.get(faculty.pk, 0), not_extended.get(faculty.pk, 0)))
            for faculty in faculties
        ],
        Cards(*(some.filter(student__in=current.values("student")).count() for some in cards)),
    )


def _by_faculty(current: EnrolmentQuerySet, cards: StudentCardQuerySet) -> dict[int, int]:
    """Count cards in use by the faculties at which their holders study now."""
    return dict(
        current.filter(student__in=cards.values("student"))
        .order_by()
        .values_list("programme__faculty")
        # A student has one card in use (constraint card_one_in_use): to count students is to count cards.
        .annotate(cards=Count("student", distinct=True))
    )
