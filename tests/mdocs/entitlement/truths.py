"""Truths of every moment of a random year: page, list, dashboard, database, inspectors and messages agree."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from random import Random
from typing import Any, ClassVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine

from mdocs import schedule
from mdocs.entitlement import end_warnings, rules
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Order
from mdocs.office.dashboard.endings import endings
from mdocs.page import page_state
from mdocs.statuses import ENDABLE, FINAL, Reason, RevocationReason, Status
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.messages.rendering import OrderMessage, render_message
from notifications.messages.truth import is_about_an_end_ahead, is_about_usable_codes
from students.half_years import half_year_end
from students.models import Student, User
from students.moments import write_day
from tests.mdocs.entitlement.expected import DAY, Facts, Holder, Regime, holder_of
from tests.mdocs.sandbox_thread import SandboxInThread

WARSAW = ZoneInfo("Europe/Warsaw")
ENTITLEMENT = frozenset(rules.REASONS.values())


class Truths(RuleBasedStateMachine):
    """Three students and what must hold of them, whatever has happened."""

    sandbox: ClassVar[SandboxInThread]
    gateway: ClassVar[Mdokumenty]
    clock: ClassVar[Any]
    regime: ClassVar[Regime]
    students: list[int]
    clerk: User

    def __init__(self) -> None:
        super().__init__()
        schedule._random = Random(0)  # type: ignore[assignment]  # or no year could be lived again
        self.mood = "well"
        self.holders: dict[UUID, Holder] = {}
        self.lost: defaultdict[UUID, set[RevocationReason]] = defaultdict(set)
        self.given_up: set[UUID] = set()
        self.seen: dict[UUID, Order] = {}  # those that might still end when they were last observed
        self.read = 0  # the newest message that has been looked at
        self.unheard = False
        self.looked = 0
        self.warned_at = datetime.min.replace(tzinfo=WARSAW)

    @property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def today(self) -> date:
        return timezone.localdate()

    def student(self, person: int) -> Student:
        return Student.objects.get(pk=self.students[person])

    def live(self, person: int) -> Order | None:
        return Order.objects.live().filter(student=self.students[person]).first()

    def facts(self) -> list[Facts]:
        """Return the facts about every order that may still end."""
        return [self.facts_of(order) for order in Order.objects.filter(status__in=ENDABLE)]

    def facts_of(self, order: Order) -> Facts:
        return Facts(order, self.holders.setdefault(order.pk, holder_of(order.student)), self.regime)

    def observe(self, day: date) -> None:
        """Remember what takes rights away on a day, also from what has just ended: for what ends without a cause."""
        now = {order.pk: order for order in Order.objects.filter(status__in=ENDABLE)}
        for order in [*(it for it in self.seen.values() if it.pk not in now), *now.values()]:
            facts = self.facts_of(order)
            self.lost[order.pk] |= facts.ends(day)
        self.seen = now

    def compare(self) -> None:
        facts = self.facts()
        self.lists_agree(facts)
        self.nothing_goes_on_without_a_right(facts)
        self.nothing_has_ended_without_a_cause()
        if facts:  # a page takes as long as everything else here: one each time
            self.looked += 1
            self.page_tells_the_end(facts[self.looked % len(facts)])
        if self.mood == "well":
            self.inspectors_see_the_same(facts)

    def lists_agree(self, facts: list[Facts]) -> None:
        """Compare the list of what ends when with what the rules say, for days that everybody asks about."""
        after = half_year_end(self.today) + DAY
        ahead = (0, 4, 15)[self.looked % 3]
        for day in (self.today + ahead * DAY, after):
            listed = dict(rules.ineligible_students(day).values_list("document__pk", "reason"))
            expected = {each.order.pk: reasons for each in facts if (reasons := each.ends(day))}
            assert listed.keys() == expected.keys(), (day, listed, expected, self.told(facts))
            for pk, reason in listed.items():
                assert reason in expected[pk], (day, reason, expected[pk])
        counted = endings(self.clerk, self.now).by_reason
        assert counted.total() == len(expected), "the dashboard counts something else"

    def nothing_goes_on_without_a_right(self, facts: list[Facts]) -> None:
        for each in facts:
            assert not each.ends(self.today), (each.ends(self.today), self.told([each]))

    def nothing_has_ended_without_a_cause(self) -> None:
        for order in Order.objects.exclude(status__in=ENDABLE).exclude(pk__in=self.given_up):
            if order.status in {Status.EXPIRED, Status.REJECTED}:
                continue  # codes that nobody used in time
            why = RevocationReason(order.revocation_reason or RevocationReason.DATE_PASSED)
            assert why in self.lost[order.pk], f"ended for {why}, lost were {self.lost[order.pk]}"
            if why == RevocationReason.REPLACED and order.status in FINAL:
                newer = Order.objects.filter(student=order.student, created_at__gt=order.created_at)
                impossible = order.events.filter(reason=Reason.AGAIN_IMPOSSIBLE).exists()
                assert newer.exists() or impossible, "the portal has not replaced what it has ended"

    def page_tells_the_end(self, facts: Facts) -> None:
        order = facts.order
        if order.status not in {Status.READY, Status.COLLECTED} or order.extend_to is not None:
            return
        shown = page_state.build(facts.student.user, self.now).order
        titles = [str(notice.title) for notice in shown.notices] if shown else []
        last = facts.last_day(self.today, rules.NOTICE)
        said = [title for title in titles if "jest ważna tylko do" in title]
        if last is None:
            assert not said, f"the page says {said} of what goes on"
        elif order.status == Status.COLLECTED and not order.reissue_required:
            assert any(write_day(last) in title for title in said), (last, titles, self.told([facts]))

    def inspectors_see_the_same(self, facts: list[Facts]) -> None:
        valid = {
            it["order_id"]: date.fromisoformat(it["valid_until"])
            for it in self.sandbox.orders()
            if it["status"] == "collected" and it["valid_until"] >= self.today.isoformat()
        }
        phones = {
            it.order.mdokumenty_id: it.order.valid_until
            for it in facts
            if it.order.status == Status.COLLECTED and it.order.valid_until >= self.today
        }
        assert phones == valid, "what inspectors see is not what the portal believes"
        for each in facts:
            assert each.order.valid_until >= self.today, "somebody with a right has a void document"

    # Messages

    def read_messages(self) -> None:
        """Read what has been written since the last time, as its student would at this moment."""
        for message in Message.objects.with_event_and_order().filter(pk__gt=self.read).order_by("pk"):
            self.read = message.pk
            if is_about_an_end_ahead(message) and is_about_usable_codes(message):
                words = " ".join(render_message(message).paragraphs)
                read = READ.get(NotificationType(message.kind), _nothing_to_check)
                read(self, cast(OrderMessage, message), words)

    def _of_end(self, message: OrderMessage, words: str) -> None:
        order = Order.objects.get(pk=message.order_id)
        facts = self.facts_of(order)
        last, reason = end_warnings.ending_of(message.event)
        expected = facts.ends(last + DAY)
        assert reason in expected, f"it ends for {reason} after {last}? {expected}"
        if reason != RevocationReason.REPLACED:
            assert not facts.ends(last), f"it is over before {last}"

    def _of_extension(self, message: OrderMessage, words: str) -> None:
        order = Order.objects.get(pk=message.order_id)
        if message.event.reason == Reason.EXTENDED:
            assert order.valid_until >= date.fromisoformat(message.event.detail) >= self.today
        elif order.status in ENDABLE and "portal sam zamówi nową" in words:
            facts = self.facts_of(order)
            due = facts.due_until(self.today)
            assert due is not None and due > order.valid_until, words

    def _of_ending(self, message: OrderMessage, words: str) -> None:
        why = message.order.revocation_reason
        if why in ENTITLEMENT and message.order_id not in self.given_up:
            assert RevocationReason(why) in self.lost[message.order_id], (why, words)

    def told(self, facts: list[Facts]) -> list[str]:
        """Tell of orders, for whoever reads the failure."""
        return [
            f"{it.order.status} until {it.order.valid_until} -> {it.order.extend_to}, confirmed "
            f"{it.order.confirmed_until}, reissue {it.order.reissue_required}, rights {it.rights_last(self.today)}, "
            f"due {it.due_until(self.today)}, may order {it.may_order(self.today)}"
            for it in facts
        ]


def _nothing_to_check(_years: Truths, _message: OrderMessage, _words: str) -> None:
    """Of the other messages nothing depends on a date."""


READ: dict[NotificationType, Callable[[Truths, OrderMessage, str], None]] = {
    NotificationType.ENDS_IN_14_DAYS: Truths._of_end,
    NotificationType.ENDS_IN_3_DAYS: Truths._of_end,
    NotificationType.EXTENDED: Truths._of_extension,
    NotificationType.ENDED: Truths._of_ending,
}
