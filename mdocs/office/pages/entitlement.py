"""Dry run of the sweep: who would lose their mLegitymacja on a day to come, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mdocs.entitlement import brake, rules
from mdocs.models import Order
from mdocs.office.pages.permissions import permitted
from mdocs.statuses import RevocationReason, Status
from students import audit_log
from students.cards import LONGEST_EXTENSION
from students.day_field import DayField
from students.exporting import CSV, XLSX, Row, table_response
from students.half_years import half_year_end
from students.models import Enrolment, User
from students.scope import in_scope, sees_every_faculty

ON_A_PAGE = 100
ROWS_AT_A_TIME = 1_000
HEADER = (
    _("numer albumu"),
    _("nazwisko i imiona"),
    _("wydział"),
    _("powód"),
    _("status"),
    _("termin ważności"),
)
TEMPLATE = "admin/mdocs/entitlement/page.html"
REASONS = tuple(dict.fromkeys(rules.REASONS.values()))
# A right that goes on, in a document that does not; counted where there are any.
OF_THE_DATE = (RevocationReason.DATE_PASSED, RevocationReason.REPLACED)


class DayForm(forms.Form):
    """As of which day to look, and which reason to list."""

    day = DayField(label=_("Stan na dzień"))
    reason = forms.ChoiceField(
        label=_("Powód"),
        required=False,
        choices=[
            ("", _("wszystkie")),
            *((reason.value, reason.label) for reason in (*REASONS, *OF_THE_DATE)),
        ],
    )

    def clean_day(self) -> date:
        """Refuse days of the past, and days for which no card can be valid yet."""
        day: date = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today <= day <= today + LONGEST_EXTENSION:
            raise ValidationError(_("Wybierz dzień od dziś do 13 miesięcy naprzód."))
        return day


@dataclass(frozen=True)
class FacultyCounts:
    """Numbers of a faculty that would lose theirs, for each reason shown."""

    faculty: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Sum over all reasons."""
        return sum(self.counts)


class Lost(NamedTuple):
    """A student who would lose theirs, by key; the faculty is empty for who was never enrolled."""

    album_number: str
    student: int
    reason: str
    faculty: str


@require_safe
@permitted("mdocs.revoke_order")
def dry_run(request: HttpRequest) -> HttpResponseBase:
    """Show the counts by faculty and reason, and the students page by page, or export them as a table.

    Nothing is changed.
    """
    half_year = half_year_end(timezone.localdate())
    form = DayForm({"day": (half_year + timedelta(days=1)).isoformat(), **request.GET.dict()})
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Kto straci mLegitymację"),
        "form": form,
        "half_year_end": half_year,
    }
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=400)
    day, reason = form.cleaned_data["day"], form.cleaned_data["reason"]
    lost = _lost(day, request.user)
    listed = [who for who in lost if reason in {"", who.reason}]
    if (format := request.GET.get("format", "")) in {CSV, XLSX}:
        return _table(request, format, day, listed)
    found = {who.reason for who in lost}
    shown = (*REASONS, *(reason for reason in OF_THE_DATE if reason in found))
    by_faculty = list(_by_faculty(lost, shown))
    page = Paginator([who.student for who in listed], ON_A_PAGE).get_page(request.GET.get("p"))
    context |= {
        "day": day,
        "reasons": [reason.label for reason in shown],
        "by_faculty": by_faculty,
        "totals": [sum(column) for column in zip(*(line.counts for line in by_faculty), strict=True)],
        "total": len(lost),
        "unforeseen": brake.unforeseen(day).filter(in_scope(request.user)).count(),
        "page": page,
        "students": _students(day, page.object_list),
    }
    return render(request, TEMPLATE, context)


def _table(request: HttpRequest, format: str, day: date, listed: Sequence[Lost]) -> HttpResponseBase:
    """Export the list, recorded in the audit log. Raises PermissionDenied (403)."""
    if not request.user.has_perm("mdocs.export_order"):
        raise PermissionDenied
    audit_log.record_export(Order, len(listed), format)
    return table_response(format, _("kto-straci-%(day)s") % {"day": day}, HEADER, _rows(day, listed))


def _rows(day: date, listed: Sequence[Lost]) -> Iterator[Row]:
    for start in range(0, len(listed), ROWS_AT_A_TIME):
        some = {who.student: who for who in listed[start : start + ROWS_AT_A_TIME]}
        for student in _students(day, some):
            faculty = some[student["key"]].faculty
            yield (
                student["album_number"],
                student["name"],
                faculty,
                student["reason"],
                student["status"],
                student["valid_until"],
            )


def _lost(day: date, user: User | AnonymousUser) -> list[Lost]:
    """Return everybody within the scope of `user` who would lose theirs, by album number: one query.

    The faculty is that of their latest studies that `user` sees.
    """
    studies = Enrolment.objects.filter(student=OuterRef("pk")).order_by("-started_on", "-pk")
    if not sees_every_faculty(user):
        studies = studies.filter(programme__faculty__clerks=user.pk)
    faculty = Coalesce(Subquery(studies.values("programme__faculty__name")[:1]), Value(""))
    losing = rules.ineligible_students(day).filter(in_scope(user)).annotate(faculty=faculty).order_by()
    rows = losing.values_list("album_number", "pk", "reason", "faculty")
    return sorted(Lost(album_number or "", *rest) for album_number, *rest in rows)


def _by_faculty(lost: Sequence[Lost], reasons: Sequence[RevocationReason]) -> Iterator[FacultyCounts]:
    counts = Counter((who.faculty, who.reason) for who in lost)
    for faculty in sorted({who.faculty for who in lost}):
        yield FacultyCounts(faculty or "–", tuple(counts[faculty, reason] for reason in reasons))


def _students(day: date, keys: Iterable[int]) -> list[dict[str, Any]]:
    """Return what the list shows of the students of one page: one query."""
    losing = rules.with_loss_reason(day).filter(pk__in=list(keys)).exclude(reason=None)
    rows = losing.order_by("album_number", "pk")
    return [
        {
            "key": key,
            "album_number": album_number,
            "name": f"{last_name} {first_names}",
            "reason": RevocationReason(reason).label,
            "order": order_id,
            "status": Status(status).label,
            "valid_until": valid_until,
        }
        for key, album_number, last_name, first_names, reason, order_id, status, valid_until in rows.values_list(
            "pk",
            "album_number",
            "last_name",
            "first_names",
            "reason",
            "document__pk",
            "document__status",
            "document__valid_until",
        )
    ]
