"""Context of the dashboard: figures, charts, and the same as tables. What could not be counted says so."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from mdocs.models import Order
from mdocs.office.dashboard import counters, panels, tiles
from mdocs.office.dashboard.figures import health, history, states
from mdocs.office.dashboard.kept import Kept
from mdocs.office.dashboard.panels import Panel
from mdocs.office.dashboard.tiles import Tile
from mdocs.office.stopped_sweep import StoppedSweep, stopped_sweep
from mdocs.roles import SEE_CAUSE
from students.models import User
from students.scope import sees_every_faculty

logger = logging.getLogger(__name__)

PATIENCE = 2_000  # milliseconds for one query, which takes less than a twentieth of that
T = TypeVar("T")


@dataclass(frozen=True)
class Dashboard:
    """Dashboard of the front page, for users who may view orders: first what waits for them, then how orders go."""

    now: datetime
    counters: Sequence[Tile]
    tiles: Sequence[Tile]
    panels: Sequence[Panel]
    scope: str
    stopped_sweep: StoppedSweep | None


def build(user: User, now: datetime) -> Dashboard:
    """Count everything for `user`, who may look at orders; cards only for who may look at cards."""
    how_it_is, by_state, days = (
        attempt(health),
        attempt(partial(states, now)),
        attempt(partial(history, now)),
    )
    health_tile = tiles.health(how_it_is, now, sees_cause=user.has_perm(SEE_CAUSE))
    shown_tiles = [
        health_tile,
        *tiles.queues(by_state, now),
        tiles.wait(days),
    ]
    shown_panels = [panels.ordered(days), panels.waited(days), panels.states(by_state)]
    waiting = Order.objects.visible_to(user).needing_attention(now)
    shown_counters = [counters.attention(attempt(waiting.count))]
    scope = _("Liczby zamówień dotyczą całej uczelni.")
    kept = Kept(now)
    if user.has_perm("students.view_studentcard"):
        cards = attempt(partial(kept.extensions, user))
        may_see_students = user.has_perm("students.view_student")
        shown_counters.append(counters.extensions(cards, may_see_students=may_see_students))
        shown_panels.append(panels.extensions(cards))
        if not sees_every_faculty(user):
            scope = _("Liczby zamówień dotyczą całej uczelni, liczby legitymacji – Twoich wydziałów.")
    if user.has_perm("mdocs.revoke_order"):
        shown_counters.append(counters.endings(attempt(partial(kept.endings, user))))
    return Dashboard(
        now, shown_counters, shown_tiles, shown_panels, scope, attempt(partial(stopped_sweep, user))
    )


def attempt(figure: Callable[[], T]) -> T | None:
    """Return a figure, or None where the database refuses or takes too long: the rest of the page is still shown."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE}ms"])
            return figure()
    except DatabaseError as error:
        logger.error("the dashboard could not count: %s", type(error.__cause__ or error).__name__)
        return None
