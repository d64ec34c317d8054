"""Random years: whatever students, clerks, mDokumenty and the calendar do, and in whatever sequence, nothing is valid
without a right, nobody with one is left without, and the portal says the same everywhere, and the truth.

A short run is part of every run of the tests; `script/test --hypothesis-profile=long` of this file lives through as
many years as you wait for.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, lists, sampled_from

from mdocs import orders, schedule
from mdocs.entitlement import confirmation
from mdocs.mdokumenty import Mdokumenty
from mdocs.models import Confirmation, Order
from mdocs.statuses import RevocationReason, Status
from students import signals
from students.cards import end_card, extend_cards, issue_card, undo_extension
from students.half_years import extension_target, half_year_end, next_half_year_end
from students.models import CardExtension, EndReason, EnrolmentStatus, Level, Student
from students.pesel import compose_pesel
from tests.mdocs.entitlement.expected import DAY, Regime
from tests.mdocs.entitlement.running_portal import MOODS, RunningPortal
from tests.mdocs.entitlement.truths import WARSAW
from tests.mdocs.sandbox_thread import SandboxInThread
from tests.students.factories import (
    make_card,
    make_clerk,
    make_enrolment,
    make_photo,
    make_programme,
    make_student,
)

REGIMES = [Regime("els"), Regime("pesel"), Regime("pesel", automatic=True)]
# A short run in every run of the tests; a long one finds what is rare.
SHORT, LONG = 2, 1000
settings.register_profile("long", max_examples=LONG)

BEGINNINGS = [
    "2026-09-20",
    "2026-10-05",
    "2026-10-24",
    "2026-10-29",
    "2027-02-26",
    "2027-03-20",
    "2027-03-29",
    "2027-06-25",
]
MOMENTS = [5, 43_200, 86_390]  # seconds since midnight
people = integers(0, 2)


class RandomYears(RunningPortal):
    """What students, clerks, mDokumenty and the calendar do."""

    @initialize(
        begin=sampled_from(BEGINNINGS),
        kinds=lists(
            sampled_from(["first", "second", "late diploma", "from October"]), min_size=3, max_size=3
        ),
        extended=booleans(),
    )
    def begin(self, begin: str, kinds: list[str], extended: bool) -> None:
        self.clock.move_to(datetime.combine(date.fromisoformat(begin), time(10), WARSAW))
        self.sandbox.reset()
        self.sandbox.behave(**MOODS["well"])
        self.clerk = make_clerk("mdocs.revoke_order")
        self.students = [self.enrol(kind, extended).pk for kind in kinds]
        for student in self.students:
            with suppress(orders.NotEligible):
                orders.place(Student.objects.get(pk=student), by=None)
        self.work()
        for person in range(2):
            self.bring_to_phone(person)
        self.look()

    def enrol(self, kind: str, extended: bool) -> Student:
        student, today = make_student(), self.today
        studies: dict[str, Any] = {"started_on": date(2025, 10, 1)}
        level = Level.SECOND_CYCLE if kind in {"second", "late diploma"} else Level.FIRST_CYCLE
        if kind == "late diploma":
            studies["ended_on"] = today + timedelta(days=3)
        if kind == "from October":
            studies["started_on"] = date(2026, 10, 1)
        make_enrolment(student, level, **studies)
        until = next_half_year_end(today) if extended else half_year_end(today)
        make_card(student, issued_on=today, valid_until=until)
        return student

    # What students do

    @rule(person=people)
    def order(self, person: int) -> None:
        with suppress(orders.NotEligible, orders.AlreadyOrdered):
            orders.place(self.student(person), by=self.student(person).user)
        self.look()

    @rule(person=people)
    def order_again(self, person: int) -> None:
        if order := self.live(person):
            with suppress(orders.NotEligible, orders.NotAllowed):
                orders.order_again(order, by=order.student.user)
                self.given_up.add(order.pk)
        self.look()

    @rule(person=people)
    def give_up(self, person: int) -> None:
        if order := self.live(person):
            with suppress(orders.NotAllowed):
                orders.end(order, by=order.student.user, reason=RevocationReason.HOLDER_REQUEST)
                self.given_up.add(order.pk)
        self.look()

    @rule(person=people)
    def collect(self, person: int) -> None:
        self.bring_to_phone(person)
        self.look()

    def bring_to_phone(self, person: int) -> None:
        order = self.live(person)
        if order is not None and order.status == Status.READY and self.mood != "away":
            with suppress(httpx.HTTPStatusError):
                self.sandbox.activate(order.qr_token or "", order.activation_code or "")
            Order.objects.filter(pk=order.pk).update(next_attempt_at=self.now)

    # What the university does

    @rule(person=people, next=booleans())
    def extend_card(self, person: int, next: bool) -> None:
        until = extension_target(self.today)
        until = next_half_year_end(until) if next else until
        cards = self.student(person).cards.in_use().values_list("pk", flat=True)
        with suppress(ValidationError):
            extend_cards(list(cards), until, by=self.clerk)
        self.look()

    @rule()
    def undo_an_extension(self) -> None:
        if extension := CardExtension.objects.order_by("-pk").first():
            with suppress(ValidationError):
                undo_extension(extension, by=self.clerk)
        self.look()

    @rule(person=people, reason=sampled_from(list(EndReason)), exchanged=booleans())
    def end_card(self, person: int, reason: EndReason, exchanged: bool) -> None:
        for card in self.student(person).cards.in_use():
            end_card(card, reason, by=self.clerk)
        if exchanged:
            self.give_card(person)
        self.look()

    @rule(person=people)
    def give_card(self, person: int) -> None:
        number = f"B9{self.student(person).cards.count()}{self.students[person]:06}"
        until = extension_target(self.today)
        with suppress(ValidationError):
            issue_card(self.student(person), barcode_number=number, issued_on=self.today, valid_until=until)
        self.look()

    @rule(
        person=people,
        status=sampled_from(list(EnrolmentStatus)),
        days=sampled_from([-40, -1, 0, 1, 2, 10, 60]),
        heard=booleans(),
    )
    def change_studies(self, person: int, status: EnrolmentStatus, days: int, heard: bool) -> None:
        ends = max(self.today + timedelta(days=days), date(2026, 10, 1))
        self.student(person).enrolments.filter(started_on__lte=self.today).update(
            status=status, ended_on=ends
        )
        self.heard_of(person, heard)

    @rule(person=people, second_cycle=booleans(), heard=booleans())
    def go_to_other_studies(self, person: int, second_cycle: bool, heard: bool) -> None:
        if second_cycle:
            begin = date(self.today.year + (self.today.month > 9), 10, 1)
            make_enrolment(self.student(person), Level.SECOND_CYCLE, started_on=begin)
        else:
            doctoral = make_programme(Level.DOCTORAL)
            self.student(person).enrolments.filter(started_on__lte=self.today).update(programme=doctoral)
        self.heard_of(person, heard)

    @rule(
        person=people,
        change=sampled_from(["name", "name back", "PESEL", "photo", "album"]),
        heard=booleans(),
    )
    def change_person(self, person: int, change: str, heard: bool) -> None:
        student = self.student(person)
        match change:
            case "name" | "name back":
                student.last_name = "Nowak-Nowa" if change == "name" else "Nowak"
            case "PESEL":
                number = 4000 + (student.pk * 7 + self.now.hour) % 900
                student.pesel = None if student.pesel else compose_pesel(student.birth_date, "F", number)
            case "photo":
                student.photo = None if student.photo else make_photo()
            case "album":
                student.album_number = f"9{student.pk:05}{self.now:%H%M}"
        student.save()
        self.heard_of(person, heard)

    def heard_of(self, person: int, heard: bool) -> None:
        """Have the portal hear of a change, or not: then its next sweep finds it."""
        if heard:
            with transaction.atomic():
                signals.send_after_commit(signals.students_changed, [self.students[person]], by=self.clerk)
        self.unheard = self.unheard or not heard
        self.look()

    @rule(those=lists(people, min_size=1, unique=True))
    def confirm(self, those: list[int]) -> None:
        if confirmation.is_manual():
            with transaction.atomic():
                confirmation.confirm([self.students[person] for person in those], by=self.clerk)
        self.look()

    @rule()
    def undo_a_confirmation(self) -> None:
        newest = Confirmation.objects.filter(undone_at=None).order_by("-pk").select_related("order").first()
        if newest is not None:
            with transaction.atomic():
                confirmation.undo([newest], by=self.clerk)
        self.look()

    # What mDokumenty and time do

    @rule(mood=sampled_from(list(MOODS)))
    def mdokumenty_is(self, mood: str) -> None:
        self.mood = mood
        self.sandbox.behave(**MOODS[mood])
        self.look()

    @rule(
        days=sampled_from([0, 0, 1, 1, 2, 3, 4, 11, 14, 35]),
        at=sampled_from([0, *MOMENTS]),
        sweep_first=booleans(),
    )
    def let_days_pass(self, days: int, at: int, sweep_first: bool) -> None:
        self.go_to(self.today + days * DAY, at, sweep_first)

    @rule(
        days=sampled_from([-15, -14, -4, -3, -2, -1, 0, 1]),
        at=sampled_from(MOMENTS),
        sweep_first=booleans(),
    )
    def go_to_the_end_of_the_half_year(self, days: int, at: int, sweep_first: bool) -> None:
        self.go_to(half_year_end(self.today) + days * DAY, at, sweep_first)


@pytest.fixture(scope="module")
def sandbox_here() -> Iterator[SandboxInThread]:
    with SandboxInThread() as sandbox:
        yield sandbox


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("regime", REGIMES, ids=str)
def test_no_year_breaks_a_rule(
    regime: Regime, sandbox_here: SandboxInThread, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = regime.rules, regime.automatic
    monkeypatch.setattr(schedule, "_random", schedule._random)  # what it was comes back afterwards
    with (
        time_machine.travel(datetime(2026, 9, 20, 8, tzinfo=WARSAW), tick=False) as clock,
        closing(Mdokumenty(sandbox_here.url, timeout=120)) as gateway,
    ):
        years = type(
            "Years",
            (RandomYears,),
            {"sandbox": sandbox_here, "gateway": gateway, "clock": clock, "regime": regime},
        )
        run_state_machine_as_test(years, settings=_profile())


def _profile() -> Any:
    is_long = settings.get_current_profile_name() == "long"
    return settings(
        max_examples=LONG if is_long else SHORT,
        stateful_step_count=25 if is_long else 12,
        derandomize=not is_long,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if is_long else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
