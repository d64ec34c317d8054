"""Who works on which order, and in what sequence."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, models
from django.utils import timezone

from mdocs import mdokumenty as md
from mdocs import orders
from mdocs.engine.claims import claim_due
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.querysets import Lane
from mdocs.statuses import Status
from students.models import Student, User
from tests.mdocs.engine.scripted import ScriptedGateway, answer, remote
from tests.mdocs.engine.worker import Worker, fresh
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student, make_student

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=45)


def copies(template: models.Model, number: int, **columns: str) -> None:
    """Copy a row many times in the database; `columns` are SQL, in which `n` counts from 1."""
    table = template._meta.db_table
    names = [field.column for field in template._meta.local_concrete_fields if not field.generated]
    chosen = ", ".join(columns.get(name, f"template.{name}") for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} "  # noqa: S608 -- the test's own words
            f"FROM {table} template, generate_series(1, {number}) n WHERE template.id = %s",
            [template.pk],
        )


def many_orders(number: int, status: Status, **columns: str) -> None:
    """Make orders of as many new students, in the database alone."""
    student = make_student(pesel=None, album_number=None, photo=None)
    order = make_order(student, status)
    first = 1_000_000 + (User.objects.aggregate(last=models.Max("id"))["last"] or 0)
    copies(student.user, number, id=f"{first} + n", username=f"'many' || {first} + n")
    copies(student, number, id=f"{first} + n", user_id=f"{first} + n")
    unique = {"id": "gen_random_uuid()", "student_id": f"{first} + n"}
    copies(order, number, **unique, mdokumenty_id=f"'mD-{first}-' || n", **columns)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE students_user, students_student, mdocs_order")


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_never_get_the_same_order(transactional_db: None) -> None:
    many_orders(199, Status.PROCESSING)
    now, together = timezone.now() + timedelta(seconds=1), Barrier(4)

    def claim(_: int) -> list[Order]:
        try:
            together.wait(timeout=60)
            return [order for _ in range(4) for order in claim_due(Lane.POLL, now, 20, LEASE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        claims = [order.pk for claimed in workers.map(claim, range(4)) for order in claimed]
    assert len(claims) == len(set(claims)) >= 150


def test_a_claim_holds_until_its_lease_runs_out(student: Student) -> None:
    now = timezone.now()
    orders.place(student, by=None, at=now)
    assert len(claim_due(Lane.SEND, now, 10, LEASE)) == 1
    assert claim_due(Lane.SEND, now + LEASE - timedelta(seconds=1), 10, LEASE) == []
    assert len(claim_due(Lane.SEND, now + LEASE, 10, LEASE)) == 1


def test_claiming_for_sending_marks_an_order_as_perhaps_sent_once(student: Student) -> None:
    now = timezone.now()
    order = orders.place(student, by=None, at=now)
    (first,) = claim_due(Lane.SEND, now, 10, LEASE)
    (second,) = claim_due(Lane.SEND, now + LEASE, 10, LEASE)
    assert (first.unsent_before, second.unsent_before) == (True, False)
    assert fresh(order).sent_at == now


def test_what_is_not_due_yet_is_left_alone(student: Student) -> None:
    now = timezone.now()
    make_order(student, Status.PROCESSING, next_attempt_at=now + timedelta(seconds=1))
    assert claim_due(Lane.POLL, now, 10, LEASE) == []


def test_fresh_orders_overtake_the_daily_questions(db: None) -> None:
    many_orders(150, Status.COLLECTED, next_attempt_at="now() - interval '2 hours'")
    waited_for = [make_order(make_student(), status) for status in (Status.PROCESSING, Status.READY)]
    asked: list[Sequence[str]] = []

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        asked.append(ids)
        return answer()

    worker = Worker(ScriptedGateway(query=query))
    worker.poll()
    assert len(asked[0]) == 100
    assert asked[0][:2] == [order.mdokumenty_id for order in waited_for]


def test_a_student_who_orders_overtakes_the_extensions_of_a_whole_university(
    student: Student, settings: Any
) -> None:
    settings.ENGINE_CONNECTIONS = 2
    later = "template.valid_until + 180"
    many_orders(
        20,
        Status.COLLECTED,
        extend_to=later,
        extension_asked_at="now()",
        next_attempt_at="now() - interval '1 hour'",
    )
    order = orders.place(student, by=None)
    gateway = ScriptedGateway(submit=remote(order, RemoteStatus.READY), extend=md.RetryLater())
    Worker(gateway).send()
    assert sorted(gateway.calls) == ["extend", "submit"]


def test_questions_go_out_a_hundred_orders_a_call(db: None) -> None:
    many_orders(249, Status.PROCESSING)
    asked: list[int] = []

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        asked.append(len(set(ids)))
        return answer()

    worker = Worker(ScriptedGateway(query=query))
    while worker.poll():
        pass
    assert asked == [100, 100, 50]


def test_a_hundred_answers_without_news_cost_a_handful_of_queries(
    db: None, django_assert_max_num_queries: Any
) -> None:
    many_orders(99, Status.PROCESSING)
    there = {order.mdokumenty_id: order for order in Order.objects.all()}

    def query(ids: Sequence[str]) -> md.QueryAnswer:
        return answer(
            *(
                remote(there[order_id], RemoteStatus.PROCESSING, updated_at=there[order_id].remote_updated_at)
                for order_id in ids
            )
        )

    worker = Worker(ScriptedGateway(query=query))
    with django_assert_max_num_queries(15):
        assert worker.poll() == 100
    assert not Order.objects.filter(next_attempt_at__lte=worker.now).exists()
    assert not Order.objects.filter(leased_until__isnull=False).exists()


def test_the_claim_finds_its_orders_by_the_index_among_twenty_thousand(db: None) -> None:
    soon = "now() + interval '1 hour' + n * interval '1 second'"
    many_orders(18_000, Status.COLLECTED, next_attempt_at=soon)
    many_orders(1_500, Status.PROCESSING)
    many_orders(500, Status.COLLECTED, extend_to="template.valid_until + 180", extension_asked_at="now()")
    now = timezone.now()
    for lane in Lane:
        plan = Order.objects.due(lane, now)[:100].explain()
        (condition,) = [line for line in plan.splitlines() if "Index Cond" in line]
        assert "order_due" in plan, plan
        assert "priority" in condition, plan
        assert "next_attempt_at <=" in condition, plan


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_mdokumenty_is_spoken_to(
    transactional_db: None,
) -> None:
    waiting = orders.place(make_eligible_student(), by=None)
    processing = make_order(make_eligible_student(), Status.PROCESSING)
    workers_connection = connection.connection

    def outside(reply: Any) -> Any:
        def call(*_: object) -> Any:
            assert not connection.in_atomic_block
            assert workers_connection.info.transaction_status.name == "IDLE"
            return reply

        return call

    gateway = ScriptedGateway(
        submit=outside(remote(waiting, RemoteStatus.READY)),
        query=outside(answer(remote(processing, RemoteStatus.READY))),
    )
    worker = Worker(gateway)
    worker.send()
    worker.poll()
    assert sorted(gateway.calls) == ["query", "submit"]
    assert {fresh(order).status for order in (waiting, processing)} == {Status.READY}
