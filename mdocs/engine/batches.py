"""Batches: answers about many orders, recorded in one transaction with one statement for all rows and one for all
events.

Where that fails, whatever the reason, each answer is recorded by itself: one order never holds up another.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from mdocs.engine import failures, merging, references, responses
from mdocs.engine.gateway import Clock
from mdocs.mdokumenty import RemoteOrder
from mdocs.models import Order
from mdocs.orders.events import stored_together
from mdocs.querysets import ENCRYPTED
from mdocs.statuses import FINAL
from mdocs.step_log import CallOutcome, result_of
from students.bulk_rows import update_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """Answer of mDokumenty about a claimed order, and the call that brought it."""

    claimed_order: Order
    remote: RemoteOrder
    call: CallOutcome | None


def record_answers(answers: Sequence[Answer], clock: Clock) -> None:
    """Record answers about orders of one claim, together where that is possible, else one by one."""
    left = answers
    if len(answers) > 1:
        try:
            left = _record_together(answers, clock())
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is found again in the one that it is about
            logger.warning("%s answers are recorded one by one: %s", len(answers), type(error).__name__)
            if isinstance(error, OperationalError | InterfaceError):
                connection.close_if_unusable_or_obsolete()
    for answer in left:
        with failures.isolate_failure(answer.claimed_order, clock), result_of(answer.call):
            responses.record_answer(answer.claimed_order, answer.remote, clock())


def _record_together(answers: Sequence[Answer], at: datetime) -> list[Answer]:
    """Record answers in one transaction; return those that need one of their own."""
    by_order = {answer.claimed_order.pk: answer for answer in answers}
    changed: defaultdict[tuple[str, ...], list[Order]] = defaultdict(list)
    newly_known, left = list[Order](), list[Answer]()
    with transaction.atomic(), stored_together():
        rows = Order.objects.select_for_update().defer(*ENCRYPTED).filter(pk__in=by_order)
        for order in list(rows.order_by("pk")):
            answer = by_order[order.pk]
            if order.order_again:
                left.append(answer)  # its end places another, for which its student is locked first
            elif order.status not in FINAL:
                before = dict(order.__dict__)
                with responses.recording(order, answer.claimed_order), result_of(answer.call):
                    if merging.merge(order, answer.claimed_order, answer.remote, at):
                        newly_known.append(order)
                changed[tuple(_changed_fields(order, before))].append(order)
        for names, orders in changed.items():
            update_rows(Order, orders, names)
        references.record(newly_known)
    return left


def _changed_fields(order: Order, before: dict[str, Any]) -> Iterable[str]:
    now = order.__dict__
    for field in Order._meta.concrete_fields:
        name = field.attname
        if name in now and (name not in before or now[name] != before[name]):
            yield field.name
