"""One rule says which cards may be extended, to one card's verb and to thousands of cards alike."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students import signals
from students.cards import EXTENDED, end_card, extend_card, extend_cards
from students.models import CardExtension, EndReason, EnrolmentStatus, Level, StudentCard
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_card, make_enrolment, make_student, make_user

pytestmark = pytest.mark.django_db
TODAY, UNTIL = date(2026, 10, 5), date(2027, 3, 31)
BEFORE: dict[str, Any] = {"valid_until": date(2026, 10, 31)}


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to(TODAY)


def card_of(*studies: dict[str, Any], **card: Any) -> StudentCard:
    student = make_student(photo=None)
    for enrolment in studies:
        make_enrolment(student, **{"started_on": date(2023, 10, 1), **enrolment})
    return make_card(student, **BEFORE | card)


FIRST, SECOND, DOCTORAL = (
    {"level": level} for level in (Level.FIRST_CYCLE, Level.SECOND_CYCLE, Level.DOCTORAL)
)
GRADUATED = {"status": EnrolmentStatus.GRADUATED, "ended_on": date(2026, 7, 3)}
STRUCK_OFF = {"status": EnrolmentStatus.STRUCK_OFF, "ended_on": date(2026, 9, 1)}
RULE: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
    ("studies", [FIRST], {}, EXTENDED),
    ("is on leave", [FIRST | {"status": EnrolmentStatus.LEAVE}], {}, EXTENDED),
    ("studies to a planned end before the new date", [FIRST | {"ended_on": date(2026, 12, 1)}], {}, EXTENDED),
    ("struck off", [FIRST | STRUCK_OFF], {}, "not_a_student"),
    ("struck off here, studies there", [FIRST | STRUCK_OFF, SECOND], {}, EXTENDED),
    ("the planned end has passed", [FIRST | {"ended_on": date(2026, 10, 4)}], {}, EXTENDED),
    ("struck off from a day before the new date", [FIRST | STRUCK_OFF | {"ended_on": UNTIL}], {}, "graduate"),
    ("struck off from the day after", [FIRST | STRUCK_OFF | {"ended_on": date(2027, 4, 1)}], {}, EXTENDED),
    ("studies have not begun", [FIRST | {"started_on": date(2026, 10, 6)}], {}, "not_a_student"),
    ("never studied", [], {}, "not_a_student"),
    ("second-cycle graduate", [SECOND | GRADUATED], {}, "not_a_student"),
    ("doctoral student", [DOCTORAL], {}, "level"),
    ("doctoral and first-cycle student", [DOCTORAL, FIRST], {}, EXTENDED),
    ("first-cycle graduate, beyond 31 October", [FIRST | GRADUATED], {}, "graduate"),
    ("first-cycle graduate who goes on", [FIRST | GRADUATED, SECOND], {}, EXTENDED),
    (
        "first-cycle graduate who is to go on",
        [FIRST | GRADUATED, SECOND | {"started_on": date(2026, 10, 20)}],
        {},
        EXTENDED,
    ),
    (
        "first-cycle graduate who goes on after the new date",
        [FIRST | GRADUATED, SECOND | {"started_on": date(2027, 4, 1)}],
        {},
        "graduate",
    ),
    (
        "first-cycle graduate who goes on after a winter without studies",
        [FIRST | GRADUATED, SECOND | {"started_on": date(2027, 2, 20)}],
        {},
        "graduate",
    ),
    ("extended to that day already", [FIRST], {"valid_until": UNTIL}, "not_later"),
    ("extended to a later day", [FIRST], {"valid_until": date(2027, 10, 31)}, "not_later"),
    (
        "lapsed years ago",
        [FIRST],
        {"issued_on": date(2020, 1, 1), "valid_until": date(2020, 3, 31)},
        EXTENDED,
    ),
    ("ended", [FIRST], {"ended_on": TODAY, "end_reason": EndReason.LOST}, "ended"),
    (
        "ended, and struck off",
        [FIRST | STRUCK_OFF],
        {"ended_on": TODAY, "end_reason": EndReason.LOST},
        "ended",
    ),
]


@pytest.mark.parametrize(
    ("studies", "card", "outcome"), [row[1:] for row in RULE], ids=[row[0] for row in RULE]
)
def test_whose_card_may_be_extended(
    studies: list[dict[str, Any]], card: dict[str, Any], outcome: str
) -> None:
    found = card_of(*studies, **card)
    assert extend_cards([found.pk], UNTIL, by=None) == {found.pk: outcome}
    now = StudentCard.objects.get()
    assert now.valid_until == (UNTIL if outcome == EXTENDED else found.valid_until)
    assert CardExtension.objects.count() == (outcome == EXTENDED)
    # The verb of one card gives the same answer, in words: that it is extended already where the first call did it.
    with pytest.raises(ValidationError) as refused:
        extend_card(now, UNTIL, by=None)
    assert refused.value.code == ("not_later" if outcome == EXTENDED else outcome)


def test_a_graduates_card_may_be_extended_to_the_last_day_of_the_rights() -> None:
    card = card_of(FIRST | GRADUATED, valid_until=date(2026, 9, 30))
    assert extend_card(card, date(2026, 10, 31), by=None).valid_until == date(2026, 10, 31)


def test_many_cards_cost_as_many_queries_as_one_and_are_told_at_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    clerk, heard = make_user(), []

    def extended(sender: Any, ids: list[int], **kwargs: Any) -> None:
        heard.append(ids)

    def cost(count: int) -> int:
        cards = [make_card_in_use(**BEFORE).pk for _ in range(count)]
        with django_capture_on_commit_callbacks(execute=True), CaptureQueriesContext(connection) as queries:
            assert set(extend_cards(cards, UNTIL, by=clerk).values()) == {EXTENDED}
        assert heard.pop() == sorted(cards)
        return len(queries)

    signals.cards_extended.connect(extended)
    try:
        cost(1)  # the content type is fetched once and kept
        assert cost(1) == cost(7)
    finally:
        signals.cards_extended.disconnect(extended)
    assert heard == []


def test_each_of_many_has_its_own_history_and_its_own_line_in_the_audit_log() -> None:
    clerk = make_user()
    early, late = make_card_in_use(**BEFORE), make_card_in_use(valid_until=date(2026, 12, 1))
    lost = end_card(make_card_in_use(**BEFORE), EndReason.LOST, by=clerk)
    LogEntry.objects.all().delete()
    assert extend_cards([early.pk, late.pk, lost.pk], UNTIL, by=clerk)[lost.pk] == "ended"
    history = {it.card_id: it for it in CardExtension.objects.all()}
    assert {pk: it.previous_valid_until for pk, it in history.items()} == {
        early.pk: date(2026, 10, 31),
        late.pk: date(2026, 12, 1),
    }
    assert {it.by for it in history.values()} == {clerk}
    logged = LogEntry.objects.filter(object_pk=str(late.pk)).get()
    assert logged.changes == {"valid_until": ["2026-12-01", "2027-03-31"]}
    assert LogEntry.objects.count() == 2
