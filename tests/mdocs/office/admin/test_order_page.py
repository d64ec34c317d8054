"""One order's page tells its life in Polish: what happened, by whom, why it waits, and what comes next."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_guid import clear_guid, set_guid

from mdocs import orders
from mdocs.models import Breaker, Order, OrderEvent
from mdocs.statuses import Reason, RevocationReason, Status
from students.models import Faculty, User
from students.moments import write_moment
from students.roles import VIEWER
from tests.mdocs.factories import set_breaker
from tests.mdocs.office.admin.office import EVENTS, address, order_at
from tests.mdocs.page.html import Document, read
from tests.students.factories import make_member

pytestmark = pytest.mark.django_db


def look(client: Client, order: Order) -> Document:
    return read(client.get(address("change", order)))


def facts(page: Document) -> dict[str, str]:
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))


def test_the_timeline_has_each_step_with_its_states_reason_and_actor(
    office: Client, faculty: Faculty, officer: User
) -> None:
    order = order_at(faculty, Status.COLLECTED)
    orders.revoke(order, by=officer, reason=RevocationReason.HOLDER_DATA_CHANGED)
    order.refresh_from_db()
    orders.transition(order, Status.REVOKED, Reason.CONFIRMED, at=timezone.now())
    page = look(office, order)
    asked, confirmed = page.texts("tr")[-2:]
    assert "poproszono mDokumenty o unieważnienie: zmiana danych osobowych" in asked
    assert "odebrana → unieważnianie w toku" in asked
    assert officer.username in asked
    assert "mDokumenty potwierdziły" in confirmed
    assert confirmed.endswith("portal")


def test_the_timeline_names_the_request_that_caused_each_step(
    office: Client, faculty: Faculty, officer: User
) -> None:
    order, clicked = order_at(faculty, Status.COLLECTED), str(uuid4())
    set_guid(clicked)
    orders.revoke(order, by=officer, reason=RevocationReason.HOLDER_DATA_CHANGED)
    clear_guid()
    order.refresh_from_db()
    orders.transition(order, Status.REVOKED, Reason.CONFIRMED, at=timezone.now())
    OrderEvent.objects.filter(reason=Reason.CONFIRMED).update(request_id=None)
    asked, confirmed = look(office, order).texts("tr")[-2:]
    assert clicked in asked.split() and clicked not in confirmed


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        (Reason.REVOKE_ASKED, "holder_request", "na prośbę studenta"),
        (Reason.CANCEL_ASKED, "issued_in_error", "wydana omyłkowo"),
        (Reason.REFUSED, "photo_rejected", "zdjęcie nie zostało przyjęte"),
        (
            Reason.NEEDS_STAFF,
            "our_mistake missing_field",
            "nie rozumieją naszego zapytania (odpowiedź: missing",
        ),
        (Reason.EXTENDED, "2027-03-31", "31 marca 2027"),
        (Reason.EARLIER_FOUND, "mD-77", "mD-77"),
    ],
)
def test_what_an_event_stores_as_a_code_is_told_in_words(
    office: Client, faculty: Faculty, reason: Reason, detail: str, words: str
) -> None:
    order = order_at(faculty)
    OrderEvent.objects.create(order=order, new=order.status, old=order.status, reason=reason, detail=detail)
    for url in (address("change", order), EVENTS):
        html = office.get(url).content.decode()
        assert words in html
        assert f"{reason.label}" in html
        assert f">{reason}<" not in html
    assert detail not in office.get(EVENTS).content.decode() or detail == "mD-77"


@pytest.mark.parametrize(
    ("status", "fields", "what"),
    [
        (Status.WAITING, {}, "wyśle zamówienie"),
        (Status.WAITING, {"blocked_by": "mD-1"}, "unieważni w mDokumentach wcześniejszą"),
        (Status.PROCESSING, {}, "zapyta mDokumenty, czy mLegitymacja jest gotowa"),
        (Status.READY, {}, "zapyta mDokumenty, czy mLegitymacja została odebrana"),
        (Status.COLLECTED, {}, "zapyta mDokumenty, czy mLegitymacja jest nadal ważna"),
        (Status.CANCELLING, {}, "poprosi mDokumenty o anulowanie"),
        (Status.REVOKING, {}, "poprosi mDokumenty o unieważnienie"),
        (Status.REVOKED, {}, "nic: zamówienie jest zakończone"),
        (Status.PROCESSING, {"attention": "our_mistake", "next_attempt_at": None}, "nic, dopóki pracownik"),
    ],
)
def test_the_page_says_what_the_portal_does_next(
    office: Client, faculty: Faculty, status: Status, fields: dict[str, str], what: str
) -> None:
    assert what in facts(look(office, order_at(faculty, status, **fields)))["Portal teraz"]


def test_the_page_says_when_and_what_went_wrong_the_last_time(office: Client, faculty: Faculty) -> None:
    soon = timezone.now() + timedelta(hours=1)
    order = order_at(faculty, Status.WAITING, next_attempt_at=soon, failures=3, last_failure="unreachable")
    told = facts(look(office, order))
    assert f"{write_moment(soon, seconds=True)}" in told["Portal teraz"]
    assert told["Ostatnia próba"] == "mDokumenty nie odpowiedziały; nieudane próby z rzędu: 3"
    set_breaker(Breaker.State.OPEN)
    assert "gdy mDokumenty znów będą przyjmować" in facts(look(office, order))["Portal teraz"]


def test_the_page_leads_to_the_student_for_those_who_may_see_students(
    office: Client, faculty: Faculty
) -> None:
    order = order_at(faculty)
    link = reverse("admin:students_student_page", args=[order.student_id])
    assert look(office, order).texts("a", href=link) == [str(order.student)]


@pytest.mark.parametrize(
    ("status", "attention", "buttons"),
    [
        (Status.WAITING, "", ["Ponów teraz", "Anuluj lub unieważnij…"]),
        (Status.COLLECTED, "unknown_there", ["Ponów teraz", "Anuluj lub unieważnij…"]),
        (Status.REVOKING, "", ["Ponów teraz"]),
        (Status.REVOKED, "", []),
    ],
)
def test_the_page_offers_what_the_state_and_the_role_allow(
    office: Client, faculty: Faculty, status: Status, attention: str, buttons: list[str]
) -> None:
    order = order_at(faculty, status, attention=attention)

    def offered() -> list[str]:
        page = look(office, order)
        return [
            text for text in page.buttons + page.texts("a") if text.startswith(("Ponów", "Anuluj", "Zamknij"))
        ]

    assert offered() == buttons
    office.force_login(make_member(VIEWER, faculty))
    assert offered() == []
