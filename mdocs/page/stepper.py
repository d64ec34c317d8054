"""Stepper: how far an order has come, in four steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from mdocs.models import Order
from mdocs.statuses import ENDING, FINAL, Status

_PLACED, _PASSED_ON, _READY, _ON_PHONE = _("Złożone"), _("Przekazane"), _("Gotowe"), _("W telefonie")


class Progress(StrEnum):
    """Position of the order in relation to a step."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Step:
    """One step: its name, how it is with it, and since when it is done, where that is known."""

    label: StrOrPromise
    progress: Progress
    at: datetime | None = None


def stepper(order: Order, *, passed_on_at: datetime | None = None) -> list[Step]:
    """Return the steps of an order: those that are done, then the one it is at, then those ahead.

    `passed_on_at` is when mDokumenty took it, where that is known.
    An order that ends or has ended has no steps ahead: in their place stands what became of it.
    """
    status = Status(order.status)
    over = status in ENDING | FINAL
    steps = list(_done(order, passed_on_at))
    if over:
        progress = Progress.CURRENT if status in ENDING else Progress.STOPPED
        return [*steps, Step(status.label, progress, None if status in ENDING else order.status_changed_at)]
    ahead = [_PLACED, _PASSED_ON, _READY, _ON_PHONE][len(steps) :]
    return [
        *steps,
        *(Step(label, Progress.AHEAD if later else Progress.CURRENT) for later, label in enumerate(ahead)),
    ]


def _done(order: Order, passed_on_at: datetime | None) -> Iterator[Step]:
    yield Step(_PLACED, Progress.DONE, order.created_at)
    if order.mdokumenty_id is not None:
        yield Step(_PASSED_ON, Progress.DONE, passed_on_at)
    if order.ready_at is not None or order.status in {Status.READY, Status.COLLECTED, Status.LAPSED}:
        yield Step(_READY, Progress.DONE, order.ready_at)
    if order.status == Status.COLLECTED:
        yield Step(_ON_PHONE, Progress.DONE, order.status_changed_at)
    elif order.status == Status.LAPSED:  # only what was on a phone lapses
        yield Step(_ON_PHONE, Progress.DONE)
