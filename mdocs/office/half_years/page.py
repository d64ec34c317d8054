"""Page with the numbers of half-years: a chart over time, one by faculty, the table, and the file."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mdocs.advice import REFUSED, REFUSED_UNLISTED
from mdocs.models import HalfYearFigures
from mdocs.office.dashboard import charts
from mdocs.office.dashboard.formatting import NOTHING, day, number, percent
from mdocs.office.dashboard.panels import Panel
from mdocs.office.pages.permissions import permitted
from students import audit_log
from students.exporting import CSV, XLSX, Row, table_response
from students.models import Faculty, Level
from students.scope import within_faculties

TEMPLATE = "admin/mdocs/half_years/page.html"
HEADER = (
    _("półrocze do"),
    _("wydział"),
    _("poziom"),
    _("uprawnieni"),
    _("zamówili"),
    _("na telefonach"),
    _("odmowy"),
    _("powody odmów"),
    _("przedłużone legitymacje"),
    _("przedłużone mLegitymacje"),
)


@dataclass
class Sums:
    """Sums of some rows; `entitled` and `on_phones` are None where none of them was counted within its half-year."""

    entitled: int | None = None
    on_phones: int | None = None
    ordered: int = 0
    cards_extended: int = 0
    documents_extended: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The part of the entitled that has an mLegitymacja on a phone, from 0 to 1."""
        return (self.on_phones or 0) / self.entitled if self.entitled else 0.0

    @property
    def cells(self) -> list[str]:
        """The numbers in the order of the table."""
        shares = percent(self.share) if self.entitled else NOTHING
        return [
            _written(self.entitled),
            number(self.ordered),
            _written(self.on_phones),
            shares,
            number(self.refused.total()),
            number(self.cards_extended),
            number(self.documents_extended),
        ]


def _written(value: int | None) -> str:
    return NOTHING if value is None else number(value)


def _sum(rows: Iterable[HalfYearFigures]) -> Sums:
    sums = Sums()
    for row in rows:
        if row.entitled is not None:
            sums.entitled = (sums.entitled or 0) + row.entitled
            sums.on_phones = (sums.on_phones or 0) + (row.on_phones or 0)
        sums.ordered += row.ordered
        sums.cards_extended += row.cards_extended
        sums.documents_extended += row.documents_extended
        sums.refused.update(row.refused)
    return sums


class ChoiceForm(forms.Form):
    """Form that chooses half-year, faculty and level among those that there are."""

    until = forms.ChoiceField(label=_("Półrocze"), required=False)
    faculty = forms.ChoiceField(label=_("Wydział"), required=False)
    level = forms.ChoiceField(
        label=_("Poziom"), required=False, choices=[("", _("wszystkie")), *Level.choices]
    )

    def __init__(self, data: Any, halves: Sequence[date], faculties: Iterable[Faculty]) -> None:
        super().__init__(data)
        every = [("", _("wszystkie"))]
        self.fields["until"].choices = [(half.isoformat(), _half(half)) for half in halves]  # type: ignore[attr-defined]
        self.fields["faculty"].choices = every + [(it.code, it.local_name) for it in faculties]  # type: ignore[attr-defined]


@require_safe
@permitted("mdocs.view_order")
def figures(request: HttpRequest) -> HttpResponseBase:
    """Show the figures of the user's faculties, or export them as a table: a constant number of queries."""
    rows = list(_rows_of(request.user))
    if (format := request.GET.get("format", "")) in {CSV, XLSX}:
        audit_log.record_export(HalfYearFigures, len(rows), format)
        name = say("liczby-polroczy-%(day)s") % {"day": timezone.localdate()}
        return table_response(format, name, HEADER, _table(rows))
    halves = sorted({row.until for row in rows}, reverse=True)
    context = {
        **admin.site.each_context(request),
        "title": _("Liczby według półroczy"),
        "halves": halves,
        "columns": COLUMNS,
    }
    if not halves:
        return render(request, TEMPLATE, context)
    faculties = sorted({row.faculty for row in rows}, key=lambda faculty: faculty.local_name)
    form = ChoiceForm({"until": halves[0].isoformat(), **request.GET.dict()}, halves, faculties)
    if not form.is_valid():
        return render(request, TEMPLATE, {**context, "form": form}, status=400)
    chosen = form.cleaned_data
    kept = [
        row
        for row in rows
        if chosen["faculty"] in {"", row.faculty.code} and chosen["level"] in {"", row.level}
    ]
    until = date.fromisoformat(chosen["until"] or halves[0].isoformat())
    here = [row for row in kept if row.until == until]
    context |= {
        "form": form,
        "until": until,
        "lines": [*_lines(here), (_("Razem"), "", _sum(here).cells)],
        "refusals": _refusals(_sum(here).refused),
        "panels": [_over_time(kept, halves), _by_faculty(here)],
        "counted_at": max((row.counted_at for row in here), default=None),
    }
    return render(request, TEMPLATE, context)


def _rows_of(user: Any) -> QuerySet[HalfYearFigures]:
    rows = HalfYearFigures.objects.filter(within_faculties(user, "faculty")).select_related("faculty")
    return rows.order_by("-until", "faculty__name", "level")


def _half(until: date) -> str:
    return say("do %(day)s") % {"day": day(until)}


def _lines(rows: Iterable[HalfYearFigures]) -> Iterator[tuple[str, str, list[str]]]:
    for row in rows:
        yield row.faculty.local_name, str(Level(row.level).label), _sum([row]).cells


def _refusals(counts: Counter[str]) -> list[tuple[str, str]]:
    return [(_why(code), number(count)) for code, count in counts.most_common()]


def _why(code: str) -> str:
    advice = REFUSED.get(code)
    return str(advice.why) if advice else str(REFUSED_UNLISTED.why) % {"code": code}


def _over_time(rows: Sequence[HalfYearFigures], halves: Sequence[date]) -> Panel:
    """Show the part of the entitled that has one on a phone, half-year by half-year, the oldest first."""
    sums = [(_half(half), _sum(row for row in rows if row.until == half)) for half in reversed(halves)]
    return _panel(
        "over-time", say("Na telefonach, półrocze po półroczu"), say("Półrocze"), sums, lambda it: it.share
    )


def _by_faculty(rows: Sequence[HalfYearFigures]) -> Panel:
    """Show the same of each faculty in the chosen half-year."""
    names = sorted({row.faculty.local_name for row in rows})
    sums = [(name, _sum(row for row in rows if row.faculty.local_name == name)) for name in names]
    return _panel(
        "by-faculty", say("Na telefonach, według wydziałów"), say("Wydział"), sums, lambda it: it.share
    )


def _panel(
    key: str,
    heading: str,
    first: str,
    sums: Sequence[tuple[str, Sums]],
    part: Callable[[Sums], float],
) -> Panel:
    if not any(each.entitled for _name, each in sums):
        return Panel(key, heading, empty=say("Nikogo uprawnionego jeszcze nie policzono."))
    return Panel(
        key,
        heading,
        say("Ilu uprawnionych ma mLegitymację w telefonie, i jaka to ich część."),
        bars=charts.bars(
            [
                (name, f"{_written(each.on_phones)} ({each.cells[3]})", part(each), each.entitled is None)
                for name, each in sums
            ]
        ),
        head=[first, *(str(name) for name in COLUMNS)],
        rows=[[name, *each.cells] for name, each in sums],
    )


COLUMNS = (
    _("Uprawnieni"),
    _("Zamówili"),
    _("Na telefonach"),
    _("Część uprawnionych"),
    _("Odmowy"),
    _("Przedłużone legitymacje"),
    _("Przedłużone mLegitymacje"),
)


def _table(rows: Iterable[HalfYearFigures]) -> Iterator[Row]:
    for row in rows:
        refused = Counter(row.refused)
        yield (
            row.until,
            row.faculty.local_name,
            Level(row.level).label,
            row.entitled,
            row.ordered,
            row.on_phones,
            refused.total(),
            "; ".join(f"{_why(code)}: {count}" for code, count in refused.most_common()),
            row.cards_extended,
            row.documents_extended,
        )
