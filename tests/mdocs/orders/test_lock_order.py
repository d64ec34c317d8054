"""Rows are locked in one order: students before orders (docs/architecture.md, Order of locks)."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from mdocs import orders
from mdocs.entitlement import rules
from mdocs.mdokumenty import RemoteStatus
from mdocs.models import Order
from mdocs.orders import placement, transitions
from mdocs.statuses import Status
from students import key_rotation
from students.fingerprints import holder_fingerprint
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker, fresh, make_due
from tests.mdocs.factories import make_order
from tests.students.factories import make_eligible_student


@pytest.mark.django_db(transaction=True)
def test_rotating_keys_and_an_order_placed_again_do_not_wait_for_each_other(monkeypatch: Any) -> None:
    student = make_eligible_student()
    order = make_order(student, Status.READY)
    annotated = Student.objects.annotate(fingerprint=holder_fingerprint()).get(pk=student.pk)
    Order.objects.update(holder_fingerprint=vars(annotated)["fingerprint"])
    orders.order_again(order, by=student.user)
    students_held, successor_wanted = threading.Event(), threading.Event()

    def late_successor(order: Order, at: Any) -> None:
        successor_wanted.set()
        students_held.wait(2)
        placement.place_successor(order, at)

    @contextmanager
    def late_companion(student_ids: Sequence[int]) -> Iterator[None]:
        students_held.set()
        successor_wanted.wait(2)
        with rules.preserve_fingerprints(student_ids):
            yield

    monkeypatch.setattr(transitions, "place_successor", late_successor)
    monkeypatch.setattr(key_rotation, "_keepers", [late_companion])
    rotated: list[tuple[int, int]] = []

    def rotate() -> None:
        try:
            rotated.extend(key_rotation.rotate(Student, 500))
        finally:
            connection.close()

    worker = Worker(ScriptedGateway(revoke=remote(fresh(order), RemoteStatus.REVOKED)))
    make_due(order, worker.now)
    rotation = threading.Thread(target=rotate)
    rotation.start()
    worker.send()
    rotation.join()
    assert [read for read, _ in rotated] == [1]
    assert fresh(order).status == Status.REVOKED
    assert fresh(order).attention == ""
    assert student.orders.live().get().status == Status.WAITING
