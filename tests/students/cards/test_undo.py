"""An extension is taken back by the clerk who made it, moments later, and stays in the card's history."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from students import signals
from students.cards import end_card, extend_card, undo_extension
from students.models import CardExtension, EndReason, StudentCard, User
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
BEFORE, UNTIL, LATER = date(2027, 3, 31), date(2027, 10, 31), date(2027, 11, 30)


@pytest.fixture
def clerk() -> User:
    return make_user()


@pytest.fixture
def done(clerk: User) -> CardExtension:
    extend_card(make_card_in_use(valid_until=BEFORE), UNTIL, by=clerk)
    return CardExtension.objects.get()


def test_the_card_has_its_date_back_and_the_history_says_so(
    done: CardExtension, clerk: User, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[Any] = []

    def changed(sender: Any, ids: list[int], by: object, **kwargs: Any) -> None:
        heard.append((ids, by))

    LogEntry.objects.all().delete()
    signals.students_changed.connect(changed)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            card = undo_extension(done, by=clerk)
    finally:
        signals.students_changed.disconnect(changed)
    assert heard == [([card.student_id], clerk)]
    assert card.valid_until == StudentCard.objects.get().valid_until == BEFORE
    done.refresh_from_db()
    assert done.undone_at is not None
    assert done.valid_until == UNTIL
    assert LogEntry.objects.get().changes == {"valid_until": ["2027-10-31", "2027-03-31"]}


def test_a_card_can_be_extended_again_afterwards(done: CardExtension, clerk: User) -> None:
    card = undo_extension(done, by=clerk)
    assert extend_card(card, UNTIL, by=clerk).valid_until == UNTIL
    assert CardExtension.objects.count() == 2
    with pytest.raises(ValidationError, match="już cofnięte"):
        undo_extension(done, by=clerk)


@pytest.mark.parametrize(
    ("happened", "message"),
    [
        (lambda done, clerk: extend_card(done.card, LATER, by=clerk), "została zmieniona"),
        (lambda done, clerk: end_card(done.card, EndReason.LOST, by=clerk), "została zmieniona"),
        (lambda done, clerk: undo_extension(done, by=clerk), "już cofnięte"),
    ],
)
def test_what_has_changed_since_is_not_undone(
    done: CardExtension, clerk: User, happened: Callable[[CardExtension, User], Any], message: str
) -> None:
    happened(done, clerk)
    before = StudentCard.objects.values().get()
    with pytest.raises(ValidationError, match=message):
        undo_extension(done, by=clerk)
    assert StudentCard.objects.values().get() == before


def test_nobody_undoes_what_somebody_else_did(done: CardExtension) -> None:
    with pytest.raises(ValidationError, match="ktoś inny"):
        undo_extension(done, by=make_user())
    assert StudentCard.objects.get().valid_until == UNTIL


def test_after_a_quarter_of_an_hour_it_stays(done: CardExtension, clerk: User, time_machine: Any) -> None:
    time_machine.move_to(done.extended_at + timedelta(minutes=15, seconds=1))
    with pytest.raises(ValidationError, match="za dużo czasu"):
        undo_extension(done, by=clerk)
    assert StudentCard.objects.get().valid_until == UNTIL


def test_it_is_undone_under_the_locks_of_the_other_commands(done: CardExtension, clerk: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        undo_extension(done, by=clerk)
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert ['FROM "students_student"' in lock for lock in locks] == [True, False]
