"""Who may open what, and who may do what: each role at each address and action of orders, events, breaker and log."""

from collections.abc import Callable

import pytest
from django.test import Client

from mdocs.models import Order, OrderEvent
from mdocs.qr import qr_svg
from mdocs.statuses import RevocationReason, Status
from students.audit_log import record_access
from students.models import AuditEntry, Faculty, Job, User
from students.roles import ADMINISTRATOR, CLERK, VIEWER
from tests.mdocs.factories import QR_TOKEN
from tests.mdocs.office.admin.office import BREAKER, EVENTS, LOG, ORDERS, act, address, order_at
from tests.students.factories import make_eligible_student, make_member, make_user

pytestmark = pytest.mark.django_db

# Every address and action, and which roles get through.
LOOKERS = {CLERK, VIEWER, ADMINISTRATOR, "superuser"}
WORKERS = LOOKERS - {VIEWER}
CHIEFS = {ADMINISTRATOR, "superuser"}
ROLES = [CLERK, VIEWER, ADMINISTRATOR, "superuser", "staff without a role", "student", "anonymous"]

Knock = Callable[[Client, Order], int]
WHY = {"reason": RevocationReason.ISSUED_IN_ERROR}


def acts(action: str, **more: str) -> Knock:
    """Knock with an action of the list; one that is not offered is taken for none, and leads back to the list."""

    def knock(client: Client, order: Order) -> int:
        before = OrderEvent.objects.count(), AuditEntry.objects.count()
        answer = act(client, action, order, **more)
        happened = (OrderEvent.objects.count(), AuditEntry.objects.count()) != before
        return 200 if happened or (answer.status_code == 200 and answer.context is None) else 403

    return knock


DOORS: dict[str, tuple[Knock, set[str]]] = {
    "list": (lambda c, o: c.get(ORDERS, {"needs_attention": "no"}).status_code, LOOKERS),
    "page": (lambda c, o: c.get(address("change", o)).status_code, LOOKERS),
    "events": (lambda c, o: c.get(EVENTS).status_code, LOOKERS),
    "event": (lambda c, o: c.get(f"{EVENTS}{o.events.latest('id').pk}/change/").status_code, LOOKERS),
    "breaker": (lambda c, o: c.get(BREAKER).status_code, CHIEFS),
    "breaker's row": (lambda c, o: c.get(f"{BREAKER}send/change/").status_code, CHIEFS),
    "retry": (lambda c, o: c.post(address("retry", o)).status_code, WORKERS),
    "ask to end": (lambda c, o: c.get(address("end", o)).status_code, WORKERS),
    "end": (lambda c, o: c.post(address("end", o), WHY).status_code, WORKERS),
    "ask to write off": (lambda c, o: c.get(address("write_off", o)).status_code, CHIEFS),
    "write off": (lambda c, o: c.post(address("write_off", o)).status_code, CHIEFS),
    "retry chosen": (acts("retry_chosen"), WORKERS),
    "end chosen": (acts("end_chosen", confirmed="1", **WHY), WORKERS),
    "export csv": (acts("export_csv"), WORKERS),
    "export xlsx": (acts("export_xlsx"), WORKERS),
    "log": (lambda c, o: c.get(LOG).status_code, CHIEFS),
    "entry of the log": (
        lambda c, o: c.get(f"{LOG}{AuditEntry.objects.earliest('id').pk}/change/").status_code,
        CHIEFS,
    ),
}
THROUGH = {200, 302}


def sign_in(client: Client, role: str, faculty: Faculty) -> None:
    """Sign in somebody with that role, who sees the faculty if anybody does."""
    people: dict[str, Callable[[], User]] = {
        "superuser": lambda: make_user(is_staff=True, is_superuser=True),
        "staff without a role": lambda: make_user(is_staff=True),
        "student": lambda: make_eligible_student().user,
    }
    if role in {CLERK, VIEWER, ADMINISTRATOR}:
        client.force_login(make_member(role, faculty))
    elif role in people:
        client.force_login(people[role]())


@pytest.fixture
def order(faculty: Faculty) -> Order:
    """Return an order with which everything can be done."""
    order = order_at(faculty, Status.READY, attention="unknown_there")
    OrderEvent.objects.create(order=order, old="", new=Status.WAITING, reason="ordered")
    record_access(order, "codes")
    return order


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_through_its_own_doors_only(
    client: Client, faculty: Faculty, order: Order, role: str
) -> None:
    sign_in(client, role, faculty)
    opened, should_open = set(), {door for door, (_, roles) in DOORS.items() if role in roles}
    for door, (knock, _) in DOORS.items():
        row = Order.objects.filter(pk=order.pk)
        before = row.values().get()
        status = knock(client, order)
        outside = role in {"student", "anonymous"} and status == 302  # to where one signs in
        if status in THROUGH and not outside:
            opened.add(door)
        else:
            assert status in {302, 403}, door
            assert row.values().get() == before, f"{door} changed something"
        row.update(**before | {"status": before["status"]})
    assert opened == should_open


@pytest.mark.parametrize("role", [CLERK, VIEWER])
def test_another_facultys_orders_do_not_exist_at_any_door(
    client: Client, order: Order, elsewhere: Faculty, role: str
) -> None:
    client.force_login(make_member(role, elsewhere))
    before = list(Order.objects.values()), OrderEvent.objects.count(), Job.objects.count()
    for door, (knock, roles) in DOORS.items():
        status = knock(client, order)
        if door in {"list", "events"}:
            assert status == 200
        elif door.startswith("export") and role == CLERK:
            continue  # an empty table: tests/mdocs/office/admin/test_export.py
        elif door == "event":
            assert status == 302  # Django's "there is none", on the way back to the list
        else:
            assert status in {403, 404}, (door, roles)
    assert (list(Order.objects.values()), OrderEvent.objects.count(), Job.objects.count()) == before


@pytest.mark.parametrize("role", ROLES)
def test_no_role_of_the_staff_gets_at_codes_by_any_address(
    client: Client, faculty: Faculty, role: str
) -> None:
    order = order_at(faculty, Status.READY)
    sign_in(client, role, faculty)
    page = "/dla-studentow/moje-studia/mlegitymacja/"
    doors = [ORDERS, EVENTS, BREAKER, LOG, f"{ORDERS}?needs_attention=no", page]
    doors += [address(name, order) for name in ("change", "end", "write_off", "history", "delete")]
    doors += [
        f"{page}zamowienia/{order.pk}/{name}" for name in ("kod-qr.svg", "uniewaznij/", "zamow-ponownie/")
    ]
    for door in doors:
        html = client.get(door, follow=True).content.decode()
        for secret in (QR_TOKEN, order.activation_code, qr_svg(QR_TOKEN)):
            assert secret
            assert secret not in html, door
