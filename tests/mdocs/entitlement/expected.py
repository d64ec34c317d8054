"""What the rules of docs/lifecycle.md say, once more and in plain Python: what the portal's one query must agree with.

Reads rows one by one and knows no SQL, so that a mistake in an expression is not made twice.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from mdocs.models import Order
from mdocs.statuses import RevocationReason, Status
from students.conditions import ELS
from students.half_years import extension_target
from students.models import EndReason, Enrolment, EnrolmentStatus, Level, Student, StudentCard

R = RevocationReason
Holder = tuple[str, str, str | None]
ENTITLING = {Level.FIRST_CYCLE, Level.SECOND_CYCLE, Level.UNIFORM_MASTERS}
ONGOING = {EnrolmentStatus.ACTIVE, EnrolmentStatus.LEAVE}
DAY, FOREVER = timedelta(days=1), date.max
GRACE, REPLACED_AHEAD = timedelta(days=7), timedelta(days=3)


@dataclass(frozen=True)
class Regime:
    """A set of rules, and whether the portal confirms by itself who goes on."""

    rules: str
    automatic: bool = False

    def __str__(self) -> str:
        return self.rules + (" automatic" if self.automatic else "")


class Facts:
    """All that is known of a student and of an order of theirs; `holder` is who was ordered for."""

    def __init__(self, order: Order, holder: Holder, regime: Regime) -> None:
        self.order, self.holder, self.regime = order, holder, regime
        self.student = Student.objects.get(pk=order.student_id)
        self.enrolments = list(Enrolment.objects.filter(student=self.student).select_related("programme"))
        self.cards = list(StudentCard.objects.filter(student=self.student))

    # Rights

    def rights_last(self, day: date) -> date | None:
        """Return the last day of the rights that there are on a day; None without any."""
        entitling = [each for each in self.enrolments if each.programme.level in ENTITLING]
        ends = [
            _rights_end(each) for each in entitling if each.started_on <= day and _rights_end(each) >= day
        ]
        if not ends:
            return None
        last = max(ends)
        follows = [it for it in entitling if it.status in ONGOING and day < it.started_on <= _next_day(last)]
        return FOREVER if follows else last

    def losses(self, day: date) -> set[RevocationReason]:
        """Return every reason for which the right to this document is lost on a day."""
        found = set()
        if self.rights_last(day) is None:
            found.add(R.STUDENT_STATUS_LOST)
        if holder_of(self.student) != self.holder or not self.student.pesel:
            found.add(R.HOLDER_DATA_CHANGED)
        if self.regime.rules == ELS:
            found |= self._losses_with_card(day)
        return found

    def _losses_with_card(self, day: date) -> set[RevocationReason]:
        found = set()
        in_use = next((card for card in self.cards if card.ended_on is None), None)
        if in_use is not None and _holder_on(in_use) != holder_of(self.student):
            found.add(R.HOLDER_DATA_CHANGED)
        own = self.own_card
        if own is None or own.ended_on is not None:
            changed = own is not None and own.end_reason == EndReason.DATA_CHANGED
            found.add(R.HOLDER_DATA_CHANGED if changed else R.CARD_INVALIDATED)
        if in_use is not None and in_use.valid_until < day:
            found.add(R.CARD_NOT_EXTENDED)
        return found

    @property
    def own_card(self) -> StudentCard | None:
        """The card on which the document was issued."""
        return next((it for it in self.cards if it.barcode_number == self.order.card_number), None)

    def may_order(self, day: date) -> bool:
        """Say whether a new order could be placed on a day."""
        student = self.student
        met: list[object] = [self.rights_last(day), student.pesel, student.album_number, student.photo_id]
        if self.regime.rules == ELS:
            cards = [it for it in self.cards if it.ended_on is None and it.valid_until >= day]
            met.append([it for it in cards if _holder_on(it) == holder_of(student)])
        return all(met)

    def due_until(self, day: date) -> date | None:
        """Return until when the document is to be valid, as things stand on a day; None: of no concern."""
        if self.regime.rules == ELS:
            own = self.own_card
            return own.valid_until if own is not None and own.ended_on is None else None
        rights = self.rights_last(day)
        if rights is None:
            return None
        confirmed = self.order.confirmed_until or self.order.valid_until
        if self.regime.automatic:
            confirmed = max(confirmed, extension_target(day))
        return min(rights, confirmed)

    # What becomes of it

    def ends(self, day: date) -> set[RevocationReason]:
        """Return the reasons of which one ends the order by a day, as things stand; none where it stays."""
        return self.losses(day) or self._ends_with_its_date(day)

    def _ends_with_its_date(self, day: date) -> set[RevocationReason]:
        order, due = self.order, self.due_until(day)
        goes_on = due is not None and due >= day
        if order.valid_until >= day:
            codes_too_old = (
                order.status == Status.READY
                and due is not None
                and due > order.valid_until
                and order.valid_until < day + REPLACED_AHEAD
            )
            return {R.REPLACED} if codes_too_old and self.may_order(day) else set()
        if order.status == Status.COLLECTED:
            if order.extend_to is not None and order.valid_until >= day - GRACE:
                return set()
            if goes_on and order.reissue_required:
                return {R.REPLACED}
            return set() if goes_on and order.extend_to is None else {R.DATE_PASSED}
        if not self.may_order(day):
            return {R.DATE_PASSED}
        never_sent = order.status == Status.WAITING and order.sent_at is None
        return set() if never_sent else {R.REPLACED}

    def last_day(self, today: date, within: timedelta) -> date | None:
        """Return the last day on which it is valid, if that comes within some days and it ends then."""
        for ahead in range(within.days + 1):
            if self.ends(today + (ahead + 1) * DAY):
                return today + ahead * DAY
        return None


def _rights_end(studies: Enrolment) -> date:
    if studies.status in ONGOING or studies.ended_on is None:
        return FOREVER
    end = studies.ended_on - DAY
    if studies.status == EnrolmentStatus.GRADUATED and studies.programme.level == Level.FIRST_CYCLE:
        return max(end, date(studies.ended_on.year, 10, 31))
    return end


def _next_day(day: date) -> date:
    return day if day == FOREVER else day + DAY


def holder_of(student: Student) -> Holder:
    """Return the personal data that count."""
    return student.first_names, student.last_name, student.pesel


def _holder_on(card: StudentCard) -> Holder:
    return card.holder_first_names, card.holder_last_name, card.holder_pesel
