"""Who extends many cards, or undoes it, is told what becomes of the mLegitymacje issued on them."""

from datetime import date
from typing import Any

import pytest

from mdocs.models import Order
from mdocs.statuses import Reason, Status
from students import jobs
from students.extension_jobs import extend_group
from students.extension_undo import UNDO
from students.models import Programme, StudentCard, User
from students.roles import CLERK
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order
from tests.students.cards.holders import make_card_in_use
from tests.students.factories import make_member, make_programme
from tests.students.finishing import finish

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, UNTIL = date(2027, 3, 31), date(2027, 10, 31)


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to("2027-03-23 12:00 +00:00", tick=False)
    return time_machine


@pytest.fixture
def programme() -> Programme:
    return make_programme()


@pytest.fixture
def clerk(programme: Programme) -> User:
    return make_member(CLERK, programme.faculty)


def holder(programme: Programme, status: Status = Status.COLLECTED, valid_until: date = BEFORE) -> Order:
    card = make_card_in_use(programme, valid_until=valid_until)
    return make_order(card.student, status, card_number=card.barcode_number, valid_until=valid_until)


def test_the_preview_counts_the_mlegitymacje_that_are_extended_with_the_cards(
    programme: Programme, clerk: User
) -> None:
    on_phone, waiting = holder(programme), holder(programme, Status.WAITING)
    make_card_in_use(programme, valid_until=BEFORE)
    holder(programme, Status.REVOKED)
    preview = finish(extend_group(programme, UNTIL, by=clerk, preview=True))
    assert preview.counts == {"extended": 4, "documents": 2}
    assert "mLegitymacje i otwarte zamówienia: 2." in " ".join(jobs.summary_of(preview))
    assert (fresh(on_phone).extend_to, fresh(waiting).valid_until) == (None, BEFORE)
    finish(extend_group(programme, UNTIL, by=clerk))
    assert (fresh(on_phone).extend_to, fresh(waiting).valid_until) == (UNTIL, UNTIL)


def test_under_the_rules_pesel_cards_extend_no_mlegitymacje(
    settings: Any, programme: Programme, clerk: User
) -> None:
    settings.ELIGIBILITY_RULES = "pesel"
    holder(programme)
    preview = finish(extend_group(programme, UNTIL, by=clerk, preview=True))
    assert preview.counts == {"extended": 1}
    job = finish(extend_group(programme, UNTIL, by=clerk))
    assert finish(UNDO.start(job, by=clerk)).counts == {"undone": 1}


def test_an_undo_stops_what_was_not_sent_and_names_what_mdokumenty_has_extended(
    programme: Programme, clerk: User
) -> None:
    unsent, extended = holder(programme), holder(programme)
    job = finish(extend_group(programme, UNTIL, by=clerk))
    Order.objects.filter(pk=extended.pk).update(valid_until=UNTIL, extend_to=None, extension_asked_at=None)
    undoing = finish(UNDO.start(job, by=clerk))
    assert undoing.counts == {"undone": 1, "extended_there": 1}
    assert list(undoing.notes.values_list("subject", "outcome")) == [
        (extended.student.album_number, "extended_there")
    ]
    assert (fresh(unsent).extend_to, fresh(unsent).status) == (None, Status.COLLECTED)
    assert unsent.events.latest("pk").reason == Reason.EXTENSION_WITHDRAWN
    assert (fresh(extended).valid_until, fresh(extended).status) == (UNTIL, Status.COLLECTED)
    assert set(StudentCard.objects.values_list("valid_until", flat=True)) == {BEFORE}


def test_the_button_says_how_many_end_because_their_former_date_is_over(
    programme: Programme, clerk: User, clock: Any
) -> None:
    cards = [make_card_in_use(programme, valid_until=date(2026, 10, 31)) for _ in range(2)]
    job = finish(extend_group(programme, UNTIL, by=clerk))
    order = make_order(
        cards[0].student, Status.COLLECTED, card_number=cards[0].barcode_number, valid_until=UNTIL
    )
    (action,) = jobs.actions_of(job, clerk)
    assert "takich jest teraz: 1." in str(action.help)
    finish(UNDO.start(job, by=clerk))
    assert fresh(order).status == Status.REVOKING
