"""Panels of the dashboard: charts, each with the same figures as a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mdocs.office.dashboard import charts
from mdocs.office.dashboard.charts import Bars, Columns, Day
from mdocs.office.dashboard.extensions import Extensions
from mdocs.office.dashboard.figures import DAYS_SHOWN, History, States
from mdocs.office.dashboard.formatting import NOTHING, day, duration, number, percent, short_day
from mdocs.statuses import LIVE


@dataclass(frozen=True)
class Panel:
    """A chart with what it shows in words, and the table behind it.

    `failed` where the figures could not be counted; `empty` says why there is nothing to draw.
    """

    key: str
    heading: str
    explanation: str = ""
    columns: Columns | None = None
    bars: Bars | None = None
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)
    empty: str = ""
    failed: bool = False


def ordered(history: History | None) -> Panel:
    """Show how many orders were placed on each of the last days."""
    key, heading = "ordered", _("Zamówienia dziennie")
    if history is None:
        return Panel(key, heading, failed=True)
    if not any(figures.ordered for figures in history.days):
        return Panel(key, heading, empty=_("Przez ostatnie %s dni nikt nie złożył zamówienia.") % DAYS_SHOWN)
    rows = [(figures.day, figures.ordered) for figures in history.days]
    return Panel(
        key,
        heading,
        _("Ile zamówień złożono każdego z ostatnich %(days)s dni; razem %(orders)s.")
        % {"days": DAYS_SHOWN, "orders": number(sum(orders for _day, orders in rows))},
        columns=charts.counts(
            [(Day(short_day(on), f"{day(on)}: {number(orders)}"), orders) for on, orders in rows]
        ),
        head=[_("Dzień"), _("Zamówienia")],
        rows=[[day(on), number(orders)] for on, orders in reversed(rows)],
    )


def waited(history: History | None) -> Panel:
    """Show how long students waited for their codes on each of the last days."""
    key, heading = "waited", _("Oczekiwanie na kody")
    if history is None:
        return Panel(key, heading, failed=True)
    if not any(figures.ready for figures in history.days):
        return Panel(key, heading, empty=_("Przez ostatnie %s dni nikt nie dostał kodów.") % DAYS_SHOWN)
    return Panel(
        key,
        heading,
        _(
            "Czas od zamówienia do kodów, w dniu, w którym kody przyszły. Kreska to mediana, szczyt słupka to "
            "95. percentyl; skala jest logarytmiczna."
        ),
        columns=charts.waits(
            [
                (
                    Day(
                        short_day(figures.day),
                        _("%(day)s: mediana %(median)s, 95. percentyl %(p95)s")
                        % {
                            "day": day(figures.day),
                            "median": duration(figures.median_wait),
                            "p95": duration(figures.p95_wait),
                        },
                    ),
                    figures.median_wait,
                    figures.p95_wait,
                )
                for figures in history.days
            ]
        ),
        head=[_("Dzień"), _("Przygotowane kody"), _("Mediana"), _("95. percentyl")],
        rows=[
            [day(f.day), number(f.ready), duration(f.median_wait), duration(f.p95_wait)]
            for f in reversed(history.days)
        ],
    )


def states(states: States | None) -> Panel:
    """Show how many orders there are in each state."""
    key, heading = "states", _("Zamówienia według stanu")
    if states is None:
        return Panel(key, heading, failed=True)
    if not states.total:
        return Panel(key, heading, empty=_("Nikt jeszcze nie złożył zamówienia."))
    most = max(states.orders.values())
    return Panel(
        key,
        heading,
        _("Wszystkie zamówienia od początku: %s. Zakończone są szare.") % number(states.total),
        bars=charts.bars(
            [
                (str(state.label), number(orders), orders / most, state not in LIVE)
                for state, orders in states.orders.items()
            ]
        ),
        head=[_("Stan"), _("Zamówienia"), _("Część")],
        rows=[
            [str(state.label), number(orders), percent(orders / states.total)]
            for state, orders in states.orders.items()
        ],
    )


def extensions(extensions: Extensions | None) -> Panel:
    """Show which part of each faculty's cards is not extended yet."""
    key, heading = "extensions", _("Legitymacje do przedłużenia")
    if extensions is None:
        return Panel(key, heading, failed=True)
    if not extensions.total.in_use:
        return Panel(key, heading, empty=_("Żaden obecny student nie ma legitymacji w użyciu."))
    lines = [(faculty.local_name, cards) for faculty, cards in extensions.faculties]
    return Panel(
        key,
        heading,
        _(
            "Legitymacje obecnych studentów ważne krócej niż do %s. Kto studiuje na dwóch wydziałach, jest "
            "liczony na obu, a w sumie raz."
        )
        % day(extensions.until),
        bars=charts.bars(
            [
                (
                    name,
                    f"{number(cards.not_extended)} ({_share(cards.share, cards.in_use)})",
                    cards.share,
                    False,
                )
                for name, cards in lines
            ]
        ),
        head=[_("Wydział"), _("Nieprzedłużone"), _("W użyciu"), _("Część")],
        rows=[
            [name, number(cards.not_extended), number(cards.in_use), _share(cards.share, cards.in_use)]
            for name, cards in [*lines, (_("Razem"), extensions.total)]
        ],
    )


def _share(share: float, of: int) -> str:
    return percent(share) if of else NOTHING
