"""A clock or a file gone wrong ends no documents that nobody has looked at; what a date ends as foreseen goes on."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from mdocs.entitlement import brake, expiry
from mdocs.entitlement.sweep import Swept, sweep
from mdocs.models import Order, SweepBrake
from mdocs.statuses import RevocationReason, Status
from students.models import EnrolmentStatus, StudentCard, User
from students.roles import ADMINISTRATOR, CLERK
from tests.mdocs.engine.worker import fresh
from tests.mdocs.factories import make_order
from tests.scraping import scrape
from tests.students.factories import make_card, make_enrolment, make_member, make_programme, make_student

pytestmark = pytest.mark.django_db
LAST, NEXT = date(2026, 10, 31), date(2027, 3, 31)
EVENING, MIDNIGHT = datetime(2026, 10, 31, 22, 50, tzinfo=UTC), datetime(2026, 10, 31, 23, 0, 1, tzinfo=UTC)
LIST = "/admin/mdocs/order/"


@pytest.fixture(autouse=True)
def low_limit(settings: Any) -> None:
    settings.MOST_ENDINGS, settings.MOST_ENDINGS_SHARE = 2, 0.1


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


def holder(valid_until: date = NEXT, card_until: date | None = None, **fields: Any) -> Order:
    """A document on a phone, and the card on which it was issued."""
    student = make_student()
    make_enrolment(student, programme=make_programme(), started_on=date(2025, 10, 1))
    card = make_card(student, issued_on=date(2025, 10, 1), valid_until=card_until or valid_until)
    return make_order(
        student,
        Status.COLLECTED,
        card_number=card.barcode_number,
        valid_until=valid_until,
        **({"confirmed_until": valid_until} | fields),
    )


def strike_off(*orders: Order) -> None:
    """Change the studies as a file of somebody else's does: nobody is told."""
    for order in orders:
        order.student.enrolments.update(status=EnrolmentStatus.STRUCK_OFF, ended_on=date(2026, 10, 1))


def criticals(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.CRITICAL]


def run(**options: Any) -> Swept:
    return sweep(timezone.now(), **options)


def ended() -> int:
    return Order.objects.exclude(status=Status.COLLECTED).count()


@pytest.mark.usefixtures("either_rules")
def test_more_endings_than_the_limit_wait_and_administrators_are_mailed_once(
    caplog: pytest.LogCaptureFixture, mailoutbox: list[Any], settings: Any
) -> None:
    settings.ADMINS = [("", "admin@example.edu.pl")]
    strike_off(*[holder() for _ in range(3)])
    assert run().stopped == {RevocationReason.STUDENT_STATUS_LOST: 3}
    assert run().ended.total() == ended() == 0
    (said,) = criticals(caplog)
    assert "would end 3 documents (student_status_lost: 3)" in said
    assert [mail.subject for mail in mailoutbox] == [mailoutbox[0].subject] and said[:60] in mailoutbox[
        0
    ].subject
    assert brake.health() == "stopped before 3 endings"


@pytest.mark.usefixtures("either_rules")
def test_few_endings_or_a_small_share_of_all_documents_need_nobody(settings: Any) -> None:
    strike_off(holder(), holder())
    assert run().ended.total() == 2
    settings.MOST_ENDINGS, settings.MOST_ENDINGS_SHARE = 0, 0.5
    losers = [holder(), holder()]
    holder(), holder()
    strike_off(*losers)
    assert run().ended.total() == 2


def test_once_the_file_is_right_again_the_sweep_goes_on_by_itself(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "secret"
    losers = [holder() for _ in range(3)]
    strike_off(*losers)
    run()
    assert scrape(client)["portal_sweep_stopped", ()] == 1
    losers[0].student.enrolments.update(status=EnrolmentStatus.ACTIVE, ended_on=None)
    assert run().ended.total() == 2
    assert (brake.health(), SweepBrake.current().stopped_at) == ("ok", None)
    assert scrape(client)["portal_sweep_stopped", ()] == 0


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_what_its_long_known_date_ends_does_not_count(
    settings: Any, clock: time_machine.Traveller, rules: str
) -> None:
    settings.ELIGIBILITY_RULES, settings.AUTOMATIC_CONFIRMATION = rules, False
    for _ in range(5):
        holder(LAST)
    struck_off = [holder() for _ in range(3)]
    assert run().ended.total() == 0
    clock.move_to(MIDNIGHT)
    strike_off(*struck_off)
    assert brake.unforeseen(date(2026, 11, 1)).count() == 3
    swept = run()
    assert (swept.ended.total(), swept.stopped.total()) == (5, 3), "the others go on, those wait"


def test_graduates_whose_rights_end_with_october_do_not_count(clock: time_machine.Traveller) -> None:
    graduates = [holder(LAST) for _ in range(4)]
    for order in graduates:
        order.student.enrolments.update(status=EnrolmentStatus.GRADUATED, ended_on=date(2026, 7, 1))
    run()
    clock.move_to(MIDNIGHT)
    assert run().ended == {RevocationReason.STUDENT_STATUS_LOST: 4}


def test_dates_of_cards_that_jump_back_count() -> None:
    for _ in range(3):
        holder()
    StudentCard.objects.update(valid_until=date(2026, 10, 30))
    assert run().stopped == {RevocationReason.CARD_NOT_EXTENDED: 3}
    assert ended() == 0


def test_what_was_to_last_longer_and_mdokumenty_did_not_extend_counts(clock: time_machine.Traveller) -> None:
    for _ in range(3):
        holder(LAST, NEXT, extend_to=NEXT, extension_asked_at=EVENING)
    for hours in range(0, 24 * 9, 24):
        clock.move_to(MIDNIGHT + timedelta(hours=hours))
        swept = run()
    assert swept.stopped == {RevocationReason.DATE_PASSED: 3}


@pytest.mark.parametrize("rules", ["els", "pesel"])
def test_a_clock_that_leaps_a_year_ends_nothing_and_extends_nothing(
    settings: Any, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture, rules: str
) -> None:
    settings.ELIGIBILITY_RULES = rules
    orders = [holder() for _ in range(4)]
    run()
    before = list(Order.objects.order_by("pk").values("status", "valid_until", "extend_to"))
    clock.move_to(EVENING + timedelta(days=365))
    for _ in range(3):
        assert ((swept := run()).stopped.total(), swept.total) == (4, 0)
    for order in orders:
        expiry.lapse(order, at=timezone.now())
    assert list(Order.objects.order_by("pk").values("status", "valid_until", "extend_to")) == before
    assert fresh(orders[0]).next_attempt_at == timezone.now() + timedelta(minutes=15), (
        "no worker asks in a circle"
    )
    (said,) = criticals(caplog)
    assert "The last sweep was 365 days ago: is the clock right?" in said
    clock.move_to(EVENING + timedelta(hours=1))
    assert not run().stopped
    assert (ended(), brake.health()) == (0, "ok")


def test_a_few_days_without_a_sweep_are_no_leap_but_more_are(clock: time_machine.Traveller) -> None:
    for _ in range(3):
        holder(LAST)
    clock.move_to(MIDNIGHT - brake.UNSEEN)
    run()
    clock.move_to(MIDNIGHT)
    assert run().ended.total() == 3
    for _ in range(3):
        holder(date(2026, 11, 2), confirmed_until=None)
    clock.move_to(MIDNIGHT + brake.UNSEEN + timedelta(seconds=1))
    assert (run().stopped.total(), ended()) == (3, 3)


def test_a_stop_that_lasts_for_days_is_no_leap_of_the_clock(clock: time_machine.Traveller) -> None:
    losers, foreseen = [holder() for _ in range(6)], [holder(LAST) for _ in range(3)]
    card = holder().student.cards.get()
    clock.move_to(MIDNIGHT - timedelta(days=2))
    run()
    strike_off(*losers)
    StudentCard.objects.filter(pk=card.pk).update(valid_until=date(2026, 10, 29))
    for night in range(-1, 5):
        clock.move_to(MIDNIGHT + timedelta(days=night))
        run()
    stopped = SweepBrake.current()
    assert (stopped.stopped_at, stopped.stopped_by_clock) == (MIDNIGHT - timedelta(days=1), False)
    assert (stopped.total, len(stopped.sample), ended()) == (7, 6, len(foreseen)), (
        "five of each reason are named"
    )


def test_who_is_responsible_lets_it_go_on_with_the_number_that_was_seen(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    losers = [holder() for _ in range(3)]
    strike_off(*losers)
    run()
    boss = make_member(ADMINISTRATOR)
    for page in (LIST + "?needs_attention=yes", "/admin/"):
        client.force_login(boss)
        html = client.get(page).content.decode()
        assert "przed zakończeniem mLegitymacji i zamówień: 3" in html
        assert "utrata statusu studenta: 3" in html and losers[0].album_number in html
        assert "Zakończ je: 3" in html and "Nic nie wymaga teraz uwagi" not in html
    for wrong in ("2", "4", "", "x"):
        client.post("/admin/mdocs/order/entitlement/accept/", {"ending": wrong})
    assert (run().ended.total(), ended()) == (0, 0)
    client.post("/admin/mdocs/order/entitlement/accept/", {"ending": "3"})
    assert f"Zgoda: {boss}" in client.get(LIST + "?needs_attention=yes").content.decode()
    assert run().ended.total() == 3
    assert "przed zakończeniem" not in client.get("/admin/").content.decode()
    assert (
        "zgoda na zakończenie wielu mLegitymacji"
        in client.get("/admin/students/auditentry/").content.decode()
    )


def test_a_clerk_of_one_faculty_sees_it_and_cannot_let_it_go_on(client: Client) -> None:
    losers = [holder() for _ in range(3)]
    strike_off(*losers)
    run()
    own = losers[0].student.enrolments.get().programme.faculty
    client.force_login(make_member(CLERK, own))
    html = client.get(LIST + "?needs_attention=yes").content.decode()
    assert losers[0].album_number in html and losers[1].album_number not in html
    assert "Zakończ je" not in html and "Zgodę może dać administrator" in html
    assert client.post("/admin/mdocs/order/entitlement/accept/", {"ending": "3"}).status_code == 403


@pytest.fixture
def accepted() -> User:
    strike_off(*[holder() for _ in range(3)])
    run()
    boss = make_member(ADMINISTRATOR)
    assert brake.accept(3, by=boss)
    assert not brake.accept(3, by=boss), "once"
    return boss


def test_when_the_number_has_grown_much_since_it_stops_again(
    accepted: User, caplog: pytest.LogCaptureFixture
) -> None:
    more = [holder() for _ in range(3)]
    strike_off(*more)
    assert (run().stopped.total(), ended()) == (6, 0)
    assert "would end 6 documents" in criticals(caplog)[-1], "that is news"
    assert not brake.accept(3, by=accepted)
    assert brake.accept(6, by=accepted)
    strike_off(holder())
    assert run().ended.total() == 7, "it has grown, but not much"


def test_what_was_accepted_holds_for_one_sweep(accepted: User) -> None:
    run()
    strike_off(*[holder() for _ in range(3)])
    assert run().stopped.total() == 3


def test_the_command_stops_with_its_own_code_unless_the_number_is_accepted() -> None:
    strike_off(*[holder() for _ in range(3)])

    def code(*arguments: str) -> int:
        try:
            call_command("sweep_entitlement", *arguments, stdout=StringIO())
        except CommandError as error:
            return error.returncode
        return 0

    assert (code(), code("--accept-ending", "2"), ended()) == (4, 4, 0)
    assert (code("--accept-ending", "3"), ended()) == (0, 3)


def test_the_dry_run_names_what_counts(client: Client) -> None:
    strike_off(holder())
    holder(LAST)
    out = StringIO()
    call_command("sweep_entitlement", "--dry-run", "--date", "2026-11-01", stdout=out)
    assert "Of these, not by a date that has long been known: 1." in out.getvalue()
    client.force_login(make_member(ADMINISTRATOR))
    page = client.get("/admin/mdocs/order/entitlement/", {"day": "2026-11-01"}).content.decode()
    assert "W tym z innych powodów niż termin znany od dawna: 1." in page
