"""Lines of the log about what was told: each event's, with its order, under the request that caused it."""

import logging
from uuid import uuid4

import pytest
from django.utils import timezone
from django_guid import clear_guid, get_guid, set_guid

from mdocs import orders
from mdocs.mdokumenty import RemoteStatus
from notifications import outbox
from students.models import Student
from tests.mdocs.engine.scripted import ScriptedGateway, remote
from tests.mdocs.engine.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)


class Lines(logging.Handler):
    """Lines about an order, each with the request under which it stands."""

    def __init__(self, order: str) -> None:
        super().__init__()
        self._order, self.found = f"order={order} ", list[tuple[str, str | None]]()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        if self._order in (text := record.getMessage() + " "):
            self.found.append((text, get_guid()))


def test_what_was_told_is_found_by_the_order_and_by_the_request(student: Student) -> None:
    clicked = str(uuid4())
    set_guid(clicked)
    order = orders.place(student, by=None)
    clear_guid()
    Worker(ScriptedGateway(submit=remote(order, RemoteStatus.READY))).send()
    lines = Lines(str(order.pk))
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(lines)
    try:
        outbox.dispatch_batch(timezone.now())
        outbox.dispatch_batch(timezone.now())
    finally:
        root.removeHandler(lines)
        root.setLevel(level)
    told = [text.split("told=")[1].split()[0] for text, _guid in lines.found]
    assert (told[0], told[-1]) == ("ordered", "codes_ready")
    assert {guid for _text, guid in lines.found} == {clicked}
    assert get_guid() is None
