"""What the faults ask for inside the portal: students, what the office does, and what the database holds at last.

Runs in one `script/manage shell`, which reads a function and its arguments from each line and writes what it returns,
or why it could not: PostgreSQL may be away.
"""

import json
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.test import Client
from django.utils import timezone

from mdocs import orders
from mdocs.models import Breaker, Order, OrderEvent
from mdocs.orders import bulk
from mdocs.statuses import ENDABLE, LIVE, Reason, RevocationReason, Status
from notifications.messages.models import EmailState, Message
from notifications.push import devices
from notifications.push.models import Address, PushDelivery
from script.lib.year_acts import write_usos_file
from students.cards import end_card, extend_cards, issue_card
from students.models import EndReason, Enrolment, Faculty, Level, Programme, Student, StudentCard, User
from students.pesel import compose_pesel
from students.photos import store_photo
from students.portraits import draw_portrait

FIRST_CARD, LATER = date(2027, 3, 31), date(2027, 10, 31)
PHOTOS = 8  # different ones


@transaction.atomic  # a thousand students are not a commit each, with a wait for the disk
def make(count: int) -> list[dict[str, str]]:
    """Make students who meet every condition, and return how to act as them."""
    faculty, _made = Faculty.objects.get_or_create(
        code="FLT", defaults={"name": "Usterki", "name_en": "Faults"}
    )
    programme, _made = Programme.objects.get_or_create(
        faculty=faculty, level=Level.FIRST_CYCLE, name="Usterki", defaults={"name_en": "Faults"}
    )
    photos = [draw_portrait(number, "F") for number in range(PHOTOS)]
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = _unpadded(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    secret = _unpadded(b"0" * 16)  # nobody reads what arrives
    made = []
    first = Student.objects.filter(album_number__startswith="63").count()
    for number in range(first, first + count):
        born = date(2004, 1 + number % 12, 1 + number % 28)
        user = User.objects.create(username=f"usterka{number}", email=f"usterka{number}@student.example.edu")
        student = Student.objects.create(
            user=user, first_names="Ula", last_name="Usterka", birth_date=born, sex="F",
            pesel=compose_pesel(born, "F", number), album_number=f"63{number:05}",
        )  # fmt: skip
        store_photo(student, photos[number % PHOTOS], by=None)
        Enrolment.objects.create(student=student, programme=programme, started_on="2025-10-01")
        issue_card(
            student, barcode_number=f"80{number:08}", issued_on=date(2025, 10, 1), valid_until=FIRST_CARD
        )
        if number % 2:
            phone = Address(f"{settings.PUSH_SERVICES[0]}/{user.username}", point, secret)
            devices.subscribe(student, phone, "telefon")
        browser = Client()
        browser.force_login(user)
        made.append(
            {
                "login": user.username,
                "album_number": student.album_number or "",
                "pesel": student.pesel or "",
                "session": browser.cookies["sessionid"].value,
            }
        )
    return made


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def portrait() -> str:
    """Return a photo, as mDokumenty wants it."""
    return b64encode(draw_portrait(1, "F")).decode()


def extend(*logins: str) -> list[str]:
    """Extend the cards of students, as the office does; their documents follow."""
    cards = StudentCard.objects.in_use().filter(student__user__username__in=logins)
    done = extend_cards(list(cards.values_list("pk", flat=True)), LATER, by=_clerk())
    return sorted(map(str, done.values()))


def invalidate(login: str) -> None:
    """End somebody's card: their document is revoked."""
    for card in StudentCard.objects.in_use().filter(student__user__username=login):
        end_card(card, EndReason.LOST, by=_clerk())


def give_card(login: str) -> None:
    """Give somebody a card in place of one that was ended."""
    student = Student.objects.get(user__username=login)
    if not student.cards.in_use().exists():
        number, today = f"81{student.cards.count():02}{student.pk:06}", timezone.localdate()
        issue_card(student, barcode_number=number, issued_on=today, valid_until=FIRST_CARD)


def order_for(*logins: str) -> int:
    """Order for students, as the office does for those who ask at its desk; return for how many."""
    placed = 0
    for student in Student.objects.filter(user__username__in=logins):
        with suppress(orders.AlreadyOrdered, orders.NotEligible):
            orders.place(student, by=_clerk())
            placed += 1
    return placed


def import_file(folder: str) -> bool:
    """Import some students from USOS, with photos; return whether all were taken."""
    place = Path(folder) / "usos"
    if not place.exists():
        write_usos_file(str(place), {f"import{each}": "2025-10-01" for each in range(10)}, "2027-03-31")
    try:
        call_command("import_students", str(place / "usos.csv"), photos=place / "photos", verbosity=0)
    except CommandError:
        return False
    return True


def poison(login: str) -> str:
    """Place an order that cannot be sent: its photo is gone; return its number."""
    student = Student.objects.get(user__username=login)
    order = orders.place(student, by=student.user)
    Order.objects.filter(pk=order.pk).update(photo=None, sent_at=timezone.now())
    return str(order.pk)


def order_for_many(*logins: str) -> int:
    """Order for students as the university does for a cohort, and return for how many."""
    students = Student.objects.filter(user__username__in=logins)
    return len(bulk.place(list(students.values_list("pk", flat=True)), by=_clerk()).orders)


def waiting(*logins: str) -> list[tuple[str, str, str, bool, bool]]:
    """Return the orders of students that are still to be sent: whose, placed when, whether for many at once, and
    whether they have been tried."""
    found = Order.objects.filter(status=Status.WAITING, student__user__username__in=logins)
    for_many = Exists(OrderEvent.objects.filter(order=OuterRef("pk"), reason=Reason.ORDERED_FOR_COHORT))
    rows = found.annotate(for_many=for_many).values_list(
        "pk", "student__user__username", "created_at", "for_many", "failures"
    )
    return [(str(pk), login, str(at), many, failures > 0) for pk, login, at, many, failures in rows]


def end_poisoned(number: str) -> bool:
    """End a poisoned order as the office does; return whether it is over."""
    order = Order.objects.get(pk=number)
    if order.status in ENDABLE:
        orders.end(order, by=_clerk(), reason=RevocationReason.ISSUED_IN_ERROR)
    order.refresh_from_db()
    if order.is_live and orders.can_be_written_off(order):
        orders.write_off(order, by=_clerk())
    return not Order.objects.live().filter(pk=number).exists()


def retry_attention(poisoned: list[str], all_of_them: bool = False) -> int:
    """Have what waits for staff, or all that is on its way, tried again, as the office does; return how many."""
    waiting = Order.objects.live().exclude(pk__in=poisoned)
    is_document = Q(status__in=[Status.READY, Status.COLLECTED], extend_to=None)
    waiting = waiting.exclude(is_document) if all_of_them else waiting.exclude(attention="")
    done = 0
    for order in waiting.defer("holder"):
        orders.retry(order, by=_clerk())
        done += 1
    return done


def unsettled() -> list[list[str]]:
    """Return the orders that are not over and no document yet, are to be extended, or wait for staff; and what the
    worker knows of them."""
    live = Order.objects.filter(status__in=LIVE)
    going = live.exclude(status__in=[Status.READY, Status.COLLECTED], attention="", extend_to=None)
    names = (
        *("status", "attention", "last_failure", "failures", "extend_to"),
        *("next_attempt_at", "leased_until"),
    )
    return [
        [str(row["pk"]), *(f"{name}={row[name]}" for name in names if row[name])]
        for row in going.values("pk", *names)
    ]


def to_collect() -> list[str]:
    """Return whose document is extended when they have collected it, as mDokumenty extends none before."""
    waiting = Order.objects.filter(status=Status.READY).exclude(extend_to=None)
    return list(waiting.values_list("student__user__username", flat=True))


def undispatched() -> int:
    """Return how many events nobody was told of yet."""
    return OrderEvent.objects.filter(dispatched_at=None).count()


def unmailed() -> int:
    """Return how many e-mails are still to be sent."""
    return Message.objects.filter(email_state=EmailState.WAITING).count()


def unpushed() -> int:
    """Return how many messages to phones are still to be sent."""
    return PushDelivery.objects.filter(delivered_at=None).count()


def breakers() -> dict[str, str]:
    """Return the state of each lane's breaker."""
    return dict(Breaker.objects.values_list("lane", "state"))


def broken_now() -> list[str]:
    """Return what breaks a rule at this moment, whatever goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT student_id FROM mdocs_order WHERE status = ANY(%s) GROUP BY 1 HAVING count(*) > 1",
            [sorted(LIVE)],
        )
        found = [f"student {row[0]} has two live orders" for row in cursor.fetchall()]
        cursor.execute(
            "SELECT id FROM mdocs_order o WHERE status <> (SELECT new FROM mdocs_orderevent e"
            " WHERE e.order_id = o.id ORDER BY e.id DESC LIMIT 1)"
        )
        found += [f"order {row[0]} is in a state that no event brought it to" for row in cursor.fetchall()]
    return found


def differences() -> list[str]:
    """Return what `manage.py reconcile --dry-run` finds, or why it could not."""
    said = StringIO()
    try:
        call_command("reconcile", "--dry-run", "--json", stdout=said)
    except CommandError as error:
        if not said.getvalue():
            return [str(error)]
    return [f"{it['kind']} {it['order']}" for it in json.loads(said.getvalue())["differences"]]


def everything() -> dict[str, Any]:
    """Return orders, events and messages as the checks read them."""
    every = Order.objects.values(
        *("id", "status", "mdokumenty_id", "created_at", "ready_at", "attention", "valid_until"),
        "student__user__username",
    )
    events = OrderEvent.objects.order_by("id").values("order_id", "old", "new", "reason", "detail", "at")
    messages = Message.objects.values_list("event_id", "kind", "student_id")
    whose = ("subscription__student__user__username",)
    delivered = PushDelivery.objects.exclude(delivered_at=None).order_by().values(*whose)
    mailed = Message.objects.filter(email_state=EmailState.SENT).values_list("pk", flat=True)
    return {
        "orders": [{name: str(value) for name, value in row.items()} for row in every],
        "events": [{name: str(value) for name, value in row.items()} for row in events],
        "messages": [list(map(str, row)) for row in messages],
        "mailed": list(map(str, mailed)),
        "pushed": dict(delivered.annotate(number=Count("pk")).values_list(*whose, "number")),
    }


def _clerk() -> User:
    return User.objects.get_or_create(username="usterki", defaults={"is_staff": True, "is_superuser": True})[
        0
    ]


def serve() -> None:
    """Do what each line of standard input asks for, and write what comes of it."""
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        asked: Callable[..., Any] = globals()[name]
        try:
            close_old_connections()
            said = {"said": asked(*arguments)}
        except (DatabaseError, orders.NotAllowed, orders.AlreadyOrdered, orders.NotEligible) as error:
            said = {"failed": type(error).__name__}
            connection.close()
        out.write(f"{json.dumps(said)}\n")
        out.flush()
