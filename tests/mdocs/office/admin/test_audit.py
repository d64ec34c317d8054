"""What people do with orders is in the audit log; what the engine does is not; and no secret ever is."""

from collections.abc import Callable
from uuid import UUID

import pytest
from auditlog.models import LogEntry
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mdocs import orders
from mdocs.models import Order
from mdocs.qr import qr_svg
from mdocs.statuses import Reason, RevocationReason, Status
from students.cards import extend_card
from students.half_years import next_half_year_end
from students.models import AuditEntry, Faculty, User
from tests.mdocs.factories import ACTIVATION_CODE, QR_TOKEN
from tests.mdocs.office.admin.office import LOG, act, address, order_at
from tests.mdocs.page.conftest import PAGE
from tests.students.factories import make_eligible_student, make_user

pytestmark = pytest.mark.django_db


def of(order: Order) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(object_pk=str(order.pk)).order_by("id"))


def test_a_clerks_deed_is_noted_with_what_it_changed_why_and_from_where(
    office: Client, faculty: Faculty, officer: User
) -> None:
    order = order_at(faculty)
    office.post(
        address("end", order),
        {"reason": RevocationReason.ISSUED_IN_ERROR},
        headers={"X-Request-Id": "7" * 32},
    )
    (entry,) = of(order)
    assert (entry.actor, entry.remote_addr, entry.cid) == (officer, "127.0.0.1", str(UUID("7" * 32)))
    assert entry.changes == {"status": ["ready", "revoking"]}
    assert entry.additional_data == {"done": "revoke_asked", "detail": "issued_in_error"}


def test_what_the_engine_does_by_itself_is_in_the_orders_history_only(faculty: Faculty) -> None:
    order = order_at(faculty, Status.PROCESSING)
    with orders.order_for_update(order.pk) as held:
        orders.transition(held, Status.REJECTED, Reason.REFUSED, at=timezone.now())
    assert order.events.count() == 1
    assert of(order) == []


def test_the_log_tells_of_orders_in_words(client: Client, faculty: Faculty, officer: User) -> None:
    order = order_at(faculty)
    orders.end(order, by=officer, reason=RevocationReason.HOLDER_DATA_CHANGED)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get(LOG, {"q": order.album_number}).content.decode()
    assert "poproszono mDokumenty o unieważnienie: zmiana danych osobowych" in page
    assert address("change", order) in page
    (entry,) = of(order)
    shown = client.get(f"{LOG}{entry.pk}/change/").content.decode()
    assert "status: gotowy do pobrania → unieważnianie w toku" in shown


def test_a_whole_life_leaves_no_pesel_and_no_code_in_the_log(client: Client, work: Callable[[], int]) -> None:
    student = make_eligible_student()
    client.force_login(student.user)
    client.post(f"{PAGE}zamow/")
    work()
    order = Order.objects.get()
    client.get(reverse("mdocs:codes", args=[order.pk]))
    secrets = {
        student.pesel,
        order.qr_token,
        order.activation_code,
        qr_svg(QR_TOKEN),
        QR_TOKEN,
        ACTIVATION_CODE,
    }
    assert None not in secrets
    card = student.cards.get()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    extend_card(card, next_half_year_end(card.valid_until), by=None)
    act(client, "export_csv", order)
    client.post(address("retry", order))
    client.post(address("end", order), {"reason": RevocationReason.ISSUED_IN_ERROR})
    work()
    student.last_name, student.pesel = "Lis", None
    student.save()
    order.refresh_from_db()
    assert order.status == Status.REVOKED
    log = " ".join(str(model_to_dict(entry)) + str(entry) for entry in LogEntry.objects.all())
    assert "revoke_asked" in log
    assert "codes" in log
    for secret in secrets:
        assert str(secret) not in log
