"""Cards are issued, extended and ended by commands that refuse what cannot be, and tell the rest after commit."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from students import signals
from students.cards import LONGEST_EXTENSION, end_card, extend_card, issue_card
from students.models import CardExtension, EndReason, StudentCard
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_card, make_student, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> None:
    time_machine.move_to(TODAY)


@pytest.fixture
def told() -> Iterator[list[tuple[str, int, object]]]:
    """Return what the signals have told: which one, of which card, by whom."""
    heard: list[tuple[str, int, object]] = []

    def extended(sender: Any, ids: list[int], by: object, **kwargs: Any) -> None:
        heard.extend(("extended", pk, by) for pk in ids)

    def ended(sender: Any, ids: list[int], by: object, **kwargs: Any) -> None:
        heard.extend(("ended", pk, by) for pk in ids)

    signals.cards_extended.connect(extended)
    signals.cards_ended.connect(ended)
    yield heard
    signals.cards_extended.disconnect(extended)
    signals.cards_ended.disconnect(ended)


def test_a_card_is_issued_on_the_data_of_its_holder() -> None:
    student = make_student()
    card = issue_card(
        student, barcode_number=" B1 ", issued_on=TODAY, valid_until=date(2027, 3, 31), contact_chip_uid=""
    )
    card.refresh_from_db()
    assert (card.holder_first_names, card.holder_last_name) == (student.first_names, student.last_name)
    assert (card.holder_pesel, card.holder_pesel_index) == (student.pesel, student.pesel_index)
    assert (card.barcode_number, card.contact_chip_uid) == ("B1", None)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"barcode_number": "TAKEN"}, "Istnieje już"),
        ({"barcode_number": ""}, "nie może być"),
        ({"barcode_number": "B-1"}, "tylko litery"),
        ({"valid_until": date(2026, 11, 22)}, "przed jej wydaniem"),
        ({"issued_on": date(2026, 11, 24)}, "w przyszłości"),
        ({"valid_until": TODAY + LONGEST_EXTENSION + timedelta(days=1)}, "zbyt odległa"),
        ({"valid_until": date.max}, "zbyt odległa"),
    ],
)
def test_a_card_that_cannot_be_is_not_issued(card: dict[str, Any], message: str) -> None:
    make_card(make_student(), barcode_number="TAKEN")
    values = {"barcode_number": "B1", "issued_on": TODAY, "valid_until": date(2027, 3, 31), **card}
    with pytest.raises(ValidationError, match=message):
        issue_card(make_student(), **values)
    assert StudentCard.objects.count() == 1


def test_a_second_card_is_issued_only_after_the_first_has_ended() -> None:
    student = make_student()
    first = make_card(student)
    new: dict[str, Any] = {"barcode_number": "B2", "issued_on": TODAY, "valid_until": date(2027, 3, 31)}
    with pytest.raises(ValidationError, match="ma już legitymację"):
        issue_card(student, **new)
    end_card(first, EndReason.LOST, by=None)
    issue_card(student, **new)
    assert student.cards.in_use().get().barcode_number == "B2"


def test_an_extension_moves_the_date_keeps_the_history_and_is_told_after_commit(
    told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    clerk, card = make_user(), make_card_in_use(valid_until=date(2027, 3, 31))
    with django_capture_on_commit_callbacks(execute=True):
        extended = extend_card(card, date(2027, 10, 31), by=clerk)
        assert told == []
    assert told == [("extended", card.pk, clerk)]
    assert extended.valid_until == StudentCard.objects.get().valid_until == date(2027, 10, 31)
    history = CardExtension.objects.get()
    assert (history.previous_valid_until, history.valid_until) == (date(2027, 3, 31), date(2027, 10, 31))
    assert history.by == clerk


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (date(2027, 3, 31), "not_later"),
        (date(2027, 3, 30), "not_later"),
        (date(2026, 11, 22), "past"),
        (date(2027, 4, 1), None),
        (TODAY + LONGEST_EXTENSION, None),
        (TODAY + LONGEST_EXTENSION + timedelta(days=1), "too_far"),
        (date(2207, 3, 31), "too_far"),
    ],
)
def test_to_which_dates_a_card_can_be_extended(until: date, code: str | None, told: list[Any]) -> None:
    card = make_card_in_use(valid_until=date(2027, 3, 31))
    if code is None:
        assert extend_card(card, until, by=None).valid_until == until
        return
    with pytest.raises(ValidationError) as caught:
        extend_card(card, until, by=None)
    assert caught.value.code == code
    assert StudentCard.objects.get().valid_until == date(2027, 3, 31)
    assert not CardExtension.objects.exists()


def test_a_card_ends_once_and_for_good(told: list[Any], django_capture_on_commit_callbacks: Any) -> None:
    clerk, card = make_user(), make_card_in_use()
    with django_capture_on_commit_callbacks(execute=True):
        ended = end_card(card, EndReason.INVALIDATED, by=clerk)
    assert (ended.ended_on, ended.end_reason, ended.ended_by) == (TODAY, "invalidated", clerk)
    assert told == [("ended", card.pk, clerk)]
    with pytest.raises(ValidationError, match="już zakończona"):
        end_card(card, EndReason.LOST, by=clerk)
    with pytest.raises(ValidationError, match="już zakończona"):
        extend_card(card, date(2027, 10, 31), by=clerk)
    assert StudentCard.objects.get().end_reason == "invalidated"


def test_a_card_that_is_yet_to_be_issued_cannot_end() -> None:
    card = make_card(make_student(), issued_on=date(2026, 11, 24))
    with pytest.raises(ValidationError, match="nie została jeszcze wydana"):
        end_card(card, EndReason.LOST, by=None)


def test_a_change_that_is_rolled_back_is_not_told(
    told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    card = make_card_in_use()
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        end_card(card, EndReason.LOST, by=None)
        raise ZeroDivisionError
    assert told == []
    assert StudentCard.objects.get().ended_on is None


def test_a_listener_that_fails_does_not_undo_the_change(
    told: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    def broken(sender: Any, **kwargs: Any) -> None:
        raise RuntimeError("a listener is broken")

    card = make_card_in_use()
    signals.cards_ended.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            end_card(card, EndReason.LOST, by=None)
    finally:
        signals.cards_ended.disconnect(broken)
    assert ("ended", card.pk, None) in told
    assert StudentCard.objects.get().ended_on == TODAY


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_extend_at_once_make_one_extension() -> None:
    card = make_card_in_use(valid_until=date(2027, 3, 31))
    barrier, refusals = Barrier(4), []

    def extend() -> None:
        barrier.wait(timeout=60)
        try:
            extend_card(card, date(2027, 10, 31), by=None)
        except ValidationError as error:
            refusals.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=extend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert refusals == ["not_later"] * 3
    assert CardExtension.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda card: extend_card(card, date(2027, 10, 31), by=None),
        lambda card: end_card(card, EndReason.LOST, by=None),
    ],
)
def test_a_card_is_changed_under_the_lock_that_orders_are_placed_under(
    change: Callable[[StudentCard], Any],
) -> None:
    card = make_card_in_use(valid_until=date(2027, 3, 31))
    with CaptureQueriesContext(connection) as queries:
        change(card)
    locks = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert ['FROM "students_student"' in lock for lock in locks] == [True, False]


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"valid_until": date(2020, 1, 1)}, "card_valid_after_issue"),
        ({"ended_on": TODAY}, "card_end_has_reason"),
        ({"end_reason": "lost"}, "card_end_has_reason"),
        ({"ended_on": TODAY, "end_reason": "eaten"}, "card_end_has_reason"),
        ({"ended_on": date(2020, 1, 1), "end_reason": "lost"}, "card_ends_after_issue"),
        ({"barcode_number": "1 2"}, "card_barcode_is_code"),
        ({"contact_chip_uid": "1-2"}, "card_contact_uid_is_code"),
        ({"contactless_chip_uid": "ż"}, "card_contactless_uid_is_code"),
        ({"holder_last_name": ""}, "card_names_spaced"),
        ({"holder_pesel_index": None}, "card_pesel_has_index"),
    ],
)
def test_the_database_refuses_cards_that_cannot_be(values: dict[str, Any], constraint: str) -> None:
    make_card(make_student())
    with transaction.atomic(), pytest.raises(IntegrityError, match=constraint):
        StudentCard.objects.update(**values)


def test_the_database_refuses_a_second_card_in_use_and_numbers_taken() -> None:
    student = make_student()
    make_card(student, barcode_number="B1", contact_chip_uid=None)
    make_card(make_student(), barcode_number="B2", contact_chip_uid=None)
    with transaction.atomic(), pytest.raises(IntegrityError, match="card_one_in_use"):
        make_card(student)
    with transaction.atomic(), pytest.raises(IntegrityError, match="barcode_number"):
        make_card(make_student(), barcode_number="B1")


def test_the_database_refuses_an_extension_backwards() -> None:
    card, day = make_card(make_student()), timezone.localdate()
    with transaction.atomic(), pytest.raises(IntegrityError, match="extension_moves_forward"):
        CardExtension.objects.bulk_create(
            [CardExtension(card=card, previous_valid_until=day, valid_until=day)]
        )
