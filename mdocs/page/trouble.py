"""Trouble with mDokumenty, as far as it matters to one student."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import JSONObject
from django_stubs_ext import StrOrPromise

from mdocs.models import Breaker, Order
from mdocs.page.parts import Right
from mdocs.page.texts import notices
from mdocs.page.texts.notices import Notice
from mdocs.querysets import Lane
from mdocs.statuses import ENDING, REVOCABLE
from students.moments import write_moment

_SOON = timedelta(minutes=1)


def breaker_columns(lane: Lane) -> Subquery:
    """Return the expression for how a lane is: its state, since when, and when it is probed next."""
    columns = JSONObject(state="state", since="changed_at", next="next_probe_at")
    return Subquery(Breaker.objects.filter(lane=lane).values_list(columns))


def trouble_of(breaker: Mapping[str, Any], order: Order | None, right: Right, now: datetime) -> Notice | None:
    """Return the manual's message when mDokumenty is unwell and that matters to this student.

    It says since when, where that is known, and when the next try is; `breaker` is what `breaker_columns` found.
    """
    live = order if order is not None and order.is_live else None
    failing = live is not None and live.last_failure and not live.attention
    closed = breaker["state"] == Breaker.State.CLOSED
    if (closed and not failing) or (live is None and not right.may_order):
        return None
    not_accepted = breaker["state"] == Breaker.State.NOT_ACCEPTED
    said = [notices.NOT_ACCEPTED_BECAUSE if not_accepted else notices.DOWN_BECAUSE, _meaning(live)]
    if not closed:
        said.append(notices.DOWN_SINCE % {"moment": write_moment(datetime.fromisoformat(breaker["since"]))})
        said.append(next_try(datetime.fromisoformat(breaker["next"]), now))
    elif live is not None and live.next_attempt_at is not None:
        said.append(next_try(live.next_attempt_at, now))
    return Notice("warning", notices.DOWN_TITLE, " ".join(map(str, said)))


def next_try(moment: datetime, now: datetime) -> str:
    """Say when mDokumenty is tried next: most probes are half a minute apart, and nobody needs their seconds."""
    if moment < now + _SOON:
        return str(notices.TRIED_SOON)
    return str(notices.TRIED_AT % {"moment": write_moment(moment)})


def _meaning(live: Order | None) -> StrOrPromise:
    """Say what an outage means to the student with this live order, or with none."""
    if live is None:
        return notices.DOWN_NO_ORDER
    if live.status in ENDING:
        return notices.DOWN_ENDING
    return notices.DOWN_DOCUMENT if live.status in REVOCABLE else notices.DOWN_PENDING
