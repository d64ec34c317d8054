"""Students in the states whose pages are measured, and a university's numbers of rows."""

from typing import Any

import httpx
from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from mdocs import orders
from mdocs.engine import rounds
from mdocs.engine.gateway import connection as mdokumenty
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student
from students.seeding import seed

SPARE = 1.25  # students made for one who may order


def behave(**members: object) -> None:
    """Tell the sandbox how to behave."""
    address = f"{settings.MDOKUMENTY_URL}/sandbox/behaviour"
    httpx.put(address, json=members, trust_env=False).raise_for_status()


def able(count: int) -> list[Student]:
    """Return so many students who may order and have not."""
    everyone = Student.objects.with_conditions(timezone.localdate())
    found = list(everyone.filter(Q(may_order=True), orders__isnull=True).order_by("pk")[:count])
    assert len(found) == count, f"{count} students who may order, there are {len(found)}"  # noqa: S101
    return found


def able_or_made(count: int) -> list[Student]:
    """Return so many students who may order and have not, making those that lack."""
    today = timezone.localdate()
    may_order = Student.objects.with_conditions(today).filter(Q(may_order=True), orders__isnull=True)
    while (lacking := count - may_order.count()) > 0:
        for _added in seed(int(lacking * SPARE) + 10, seed=count + lacking, today=today):
            pass
    return list(may_order.order_by("pk")[:count])


def unable() -> Student:
    """Return a student who studies and may not order."""
    everyone = Student.objects.with_conditions(timezone.localdate())
    return everyone.filter(Q(may_order=False) & Q(level_allowed=True), orders__isnull=True)[:1].get()


def with_order(status: Status) -> Student:
    """Return a student whose order has come to `waiting` or `ready`."""
    (student,) = able(1)
    order = orders.place(student, by=None)
    while status == Status.READY and Order.objects.get(pk=order.pk).status != status:
        Order.objects.filter(status=Status.PROCESSING).update(next_attempt_at=timezone.now())
        for lane in Lane:
            rounds.run_round(lane, mdokumenty())
    return student


def multiply(model: type[models.Model], times: int, **changed: str) -> None:
    """Copy all rows of a table so many times; `changed` are columns as SQL, `k` being the number of the copy."""
    columns = [
        field.column for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)
    ]
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}", generate_series(1, %s) k',  # noqa: S608
            [times],
        )


def analyse(*tables: Any) -> None:
    """Have PostgreSQL count what there is, as it does by itself in a while."""
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f'VACUUM ANALYZE "{model._meta.db_table}"')
