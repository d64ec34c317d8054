"""Costs of an order in the workers, from the claim to the codes and the message; and of many at once."""

import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mdocs import orders
from mdocs.engine import rounds
from mdocs.engine.calls import request_for
from mdocs.engine.gateway import connection as mdokumenty
from mdocs.mdokumenty.serialization import order_body
from mdocs.models import Order, OrderEvent
from mdocs.querysets import Lane
from mdocs.statuses import Reason, Status
from notifications import outbox
from notifications.messages import email_delivery
from notifications.messages.models import EmailState
from notifications.messages.notification_types import NotificationType
from script.lib.costs import cpu, people
from script.lib.costs.rows import Row
from students.encryption import encrypt

MADE_IN = 0.3  # seconds, by the sandbox: long enough that each order is asked about
LETTER = "0" * 3_000  # as long as an e-mail
_TELLS = {Reason.ORDERED: NotificationType.RECEIVED, Reason.CODES_READY: NotificationType.CODES_READY}


def one(rounds_: int, many: int) -> Iterator[Row]:
    """An order from the claim to codes and message, `many` a round; a plain script makes the same calls and writes."""
    people.behave(processing_seconds=[MADE_IN, MADE_IN])
    students = iter(people.able(2 * many * (rounds_ + 1)))
    ours: list[cpu.Cost] = []
    least: list[cpu.Cost] = []
    for _ in range(rounds_ + 1):
        for known, work in ((ours, _ours), (least, _script)):
            placed = [orders.place(next(students), by=None).pk for _ in range(many)]
            known.append(work(placed))
            assert Order.objects.filter(pk__in=placed, status=Status.READY).count() == many  # noqa: S101
    mine, floor = cpu.median(ours[1:]), cpu.median(least[1:])
    yield Row(
        "an order in the workers",
        mine.whole,
        floor.whole,
        "ms of a core",
        of_postgres=mine.postgres,
        floor_of_postgres=floor.postgres,
        clock=mine.clock,
        floor_clock=floor.clock,
        goal=3,
    )
    yield Row("an order in the workers: PostgreSQL", mine.postgres, floor.postgres, "ms of a core", goal=2)


def _ours(placed: Sequence[UUID]) -> cpu.Cost:
    """Do what the workers do, in this process, without the waits between."""
    many = len(placed)
    costs = [cpu.cost_of(partial(rounds.run, Lane.SEND, mdokumenty()), many)]
    time.sleep(MADE_IN)
    Order.objects.filter(pk__in=placed).update(next_attempt_at=timezone.now())
    costs.append(cpu.cost_of(partial(rounds.run, Lane.POLL, mdokumenty()), many))
    costs += [cpu.cost_of(outbox.dispatch, many), cpu.cost_of(email_delivery.run, many)]
    return cpu.Cost(*(sum(getattr(cost, part) for cost in costs) for part in ("python", "postgres", "clock")))


def _script(placed: Sequence[UUID]) -> cpu.Cost:
    script = Script(placed)
    first = cpu.cost_of(script.send, len(placed))
    time.sleep(MADE_IN)
    then = cpu.cost_of(script.ask_and_tell, len(placed))
    return cpu.Cost(first.python + then.python, first.postgres + then.postgres, first.clock + then.clock)


class Script:
    """The floor: who trusts every answer, and never stops half-way, writes only this."""

    def __init__(self, placed: Sequence[UUID]) -> None:
        self._http = httpx.Client(base_url=settings.MDOKUMENTY_URL, trust_env=False)
        self._placed = list(placed)

    def send(self) -> None:
        """Claim the orders, send each, and write down that mDokumenty has them."""
        claimed = list(Order.objects.filter(pk__in=self._placed).select_related("photo"))
        self._write(
            "UPDATE mdocs_order SET sent_at = now(), leased_until = now() WHERE id = ANY(%s)", self._placed
        )
        numbers = []
        for order in claimed:
            answer = self._post(
                "v1/orders", order_body(request_for(order)), {"Idempotency-Key": str(order.pk)}
            )
            numbers.append((answer["order_id"], answer["updated_at"], order.pk))
        self._each(
            "UPDATE mdocs_order SET status = 'processing', status_changed_at = now(), mdokumenty_id = %s, "
            "remote_updated_at = %s, holder = NULL, photo_id = NULL, leased_until = NULL WHERE id = %s",
            numbers,
        )
        self._events([number[2] for number in numbers], Status.WAITING, Status.PROCESSING, Reason.ACCEPTED)

    def ask_and_tell(self) -> None:
        """Ask about a hundred orders a call, write the codes down, and send the e-mails."""
        numbers = list(Order.objects.filter(pk__in=self._placed).values_list("mdokumenty_id", flat=True))
        answered: list[Any] = []
        for first in range(0, len(numbers), 100):
            answered += self._post("v1/orders/query", {"order_ids": numbers[first : first + 100]}, {})[
                "orders"
            ]
        self._each(
            "UPDATE mdocs_order SET status = 'ready', status_changed_at = now(), ready_at = now(), qr_token = %s, "
            "activation_code = %s, qr_svg = %s, codes_expire_at = %s, remote_updated_at = %s WHERE id = %s",
            [
                (
                    *(encrypt(text) for text in (each["qr_token"], each["activation_code"], "")),
                    parse_datetime(each["codes_expire_at"]),
                    each["updated_at"],
                    UUID(each["client_reference"]),
                )
                for each in answered
            ],
        )
        self._events(self._placed, Status.PROCESSING, Status.READY, Reason.CODES_READY)
        self._tell()

    def _tell(self) -> None:
        found = OrderEvent.objects.filter(order__in=self._placed, reason__in=_TELLS)
        events = list(found.select_related("order__student__user").defer("order__student__pesel"))
        mail = get_connection()
        for event in events:
            mail.send_messages([EmailMessage("mLegitymacja", LETTER, to=[event.order.student.user.email])])
        self._each(
            "INSERT INTO notifications_message (student_id, order_id, event_id, kind, created_at, email_state, "
            "low_priority, email_failures, email_failure, email_sent_at) "
            "VALUES (%s, %s, %s, %s, now(), %s, false, 0, '', now())",
            [
                (
                    event.order.student_id,
                    event.order_id,
                    event.pk,
                    _TELLS[Reason(event.reason)],
                    EmailState.SENT,
                )
                for event in events
            ],
        )
        self._write(
            "UPDATE mdocs_orderevent SET dispatched_at = now() WHERE order_id = ANY(%s)", self._placed
        )

    def _events(self, orders_: Sequence[UUID], old: Status, new: Status, reason: Reason) -> None:
        self._each(
            "INSERT INTO mdocs_orderevent (order_id, at, old, new, reason, detail) VALUES (%s, now(), %s, %s, %s, '')",
            [(key, old, new, reason) for key in orders_],
        )

    def _post(self, path: str, body: object, headers: dict[str, str]) -> Any:
        told = {"X-Request-Id": str(uuid4()), **headers}
        return self._http.post(path, json=body, headers=told).raise_for_status().json()

    @staticmethod
    def _write(statement: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    @staticmethod
    def _each(statement: str, values: Sequence[tuple[Any, ...]]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)


def at_once(many: int, alone: Row | None) -> Iterator[Row]:
    """Orders placed at one moment beside workers: how many are drained a second, and how soon their codes are here."""
    people.behave(processing_seconds=[MADE_IN, MADE_IN])
    with transaction.atomic():
        placed = [orders.place(student, by=None).pk for student in people.able_or_made(many)]
    begun = time.monotonic()
    mine = Order.objects.filter(pk__in=placed).order_by("pk")
    _wait_for_codes(mine, 120)
    yield drained(many, time.monotonic() - begun, alone)
    waits = _waits(mine)
    name = f"{many} orders at once"
    yield Row(
        f"{name}: from ready there to codes here, median", statistics.median(waits), None, "s", goal=1.5
    )
    last = statistics.quantiles(waits, n=20)[-1]
    yield Row(f"{name}: from ready there to codes here, 95 %", last, None, "s", goal=3)


def drained(many: int, seconds: float, alone: Row | None) -> Row:
    """Return the row of so many orders drained in so many seconds, beside what the script would do by the clock.

    Without the script's row of the same run there is nothing to compare with, and no goal.
    """
    floor = 1e3 / alone.floor_clock if alone and alone.floor_clock else None
    goal = 0.6 if floor else None
    name = f"{many} orders at once, drained"
    return Row(name, many / seconds, floor, "orders a second", goal=goal, more_is_better=True)


def calm(many: int) -> Iterator[Row]:
    """Orders one after the other, with nothing else to do: how soon their codes are here."""
    people.behave(processing_seconds=[1, 3])
    placed = []
    for student in people.able_or_made(many):
        placed.append(orders.place(student, by=None).pk)
        time.sleep(1)
    mine = Order.objects.filter(pk__in=placed)
    _wait_for_codes(mine, 60)
    waits = _waits(mine)
    yield Row(
        "at a calm time: from ready there to codes here, median", statistics.median(waits), None, "s", goal=1
    )
    yield Row("at a calm time: from ready there to codes here, longest", max(waits), None, "s", goal=3)


def _wait_for_codes(mine: QuerySet[Order], seconds: float) -> None:
    begun = time.monotonic()
    while mine.filter(ready_at__isnull=True).exists():
        time.sleep(0.1)
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"the workers have not made the orders ready in {seconds:.0f} seconds")


def _waits(mine: QuerySet[Order]) -> list[float]:
    """Return how many seconds each of the orders was ready at mDokumenty before its codes were here."""
    return [
        (here - there) / timedelta(seconds=1)
        for there, here in mine.values_list("remote_updated_at", "ready_at")
        if there and here
    ]
