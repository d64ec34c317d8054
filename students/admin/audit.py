"""Audit log in the admin: read and searched by staff of every faculty, never changed."""

from collections.abc import Iterator
from typing import Any

from auditlog.admin import LogEntryAdmin  # importing it registers it, and only then can it be taken away
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from students.admin.paging import BoundedPaginator
from students.admin.readonly import ReadOnlyMixin
from students.audit_labels import ACTIONS, describe_entry, field_changes
from students.models import AuditEntry, Job
from students.models.log import AuditEntryQuerySet
from students.moments import write_moment
from students.scope import sees_every_faculty

assert LogEntryAdmin  # noqa: S101
admin.site.unregister(LogEntry)

JOBS_SHOWN = 10  # above the list


class ActionFilter(admin.SimpleListFilter):
    """Filter by the kind of action."""

    title = _("rodzaj czynności")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the four kinds."""
        return [(str(action), word) for action, word in ACTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Apply the chosen kind."""
        value = self.value() or ""
        return queryset.filter(action=value) if value.isdecimal() else queryset


class KindFilter(admin.SimpleListFilter):
    """Filter by the model of the changed object."""

    title = _("czego dotyczy")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the models that have entries, with one index lookup for each."""
        about = LogEntry.objects.filter(content_type=OuterRef("pk")).order_by()
        kinds = ContentType.objects.filter(Exists(about)).order_by("app_label", "model")
        return [(str(kind.pk), kind.name) for kind in kinds]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Apply the chosen model."""
        value = self.value() or ""
        return queryset.filter(content_type=value) if value.isdecimal() else queryset


class JobsFilter(admin.SimpleListFilter):
    """Filter that folds the entries of background jobs, or shows each."""

    FOLDED, SHOWN = "folded", "shown"
    title = _("zmiany z zadań w tle")
    parameter_name = "jobs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the two."""
        return [(self.FOLDED, _("zwinięte")), (self.SHOWN, _("każda osobno"))]

    def value(self) -> str:
        """Return the choice; folded without one."""
        return super().value() or self.FOLDED

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Leave out the "all" that every filter has: it is one of the two."""
        choices = super().choices(changelist)
        next(choices)
        yield from choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Leave out the jobs' entries where they are folded; a search goes through all."""
        if not folds(request):
            return queryset
        return queryset.exclude(cid__in=[job.audit_id for job in Job.objects.only("pk")])


def folds(request: HttpRequest) -> bool:
    """Return whether a list folds the entries of jobs: unless it is searched or asked not to."""
    chosen = request.GET.get(JobsFilter.parameter_name, JobsFilter.FOLDED)
    return chosen == JobsFilter.FOLDED and not request.GET.get(SEARCH_VAR)


class DayFilter(admin.DateFieldListFilter):
    """Filter by the time of the entry."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("kiedy")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, admin.ModelAdmin[AuditEntry]):
    """Admin of all entries, the newest first."""

    list_display = ("when", "who", "where", "kind", "subject", "what")
    list_display_links = ("when",)
    list_filter = (JobsFilter, ActionFilter, KindFilter, ("timestamp", DayFilter))
    list_select_related = ("actor", "content_type")
    # Any text: the box is for what AuditEntry.objects.search understands.
    search_fields = ("object_pk",)
    search_help_text = _(
        "Numer albumu, nazwisko i imię, numer ELS, numer zamówienia, nazwa konta, adres IP albo numer żądania"
    )
    sortable_by = ()
    fields = ("when", "who", "where", "request_id", "kind", "subject", "what", "changed")
    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table

    class Media:
        css = {"all": ["admin-office.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Require the permission and the view of every faculty, since entries name students of all of them."""
        return super().has_view_permission(request, obj) and sees_every_faculty(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may read the log, so that the menu shows it."""
        return self.has_view_permission(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Search with `AuditEntry.objects.search`."""
        if not search_term.strip() or not isinstance(queryset, AuditEntryQuerySet):
            return queryset, False
        return queryset.search(search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the latest jobs above the list, each as a line that opens its entries."""
        jobs = Job.objects.select_related("started_by")[:JOBS_SHOWN] if folds(request) else []
        return super().changelist_view(request, {"folded_jobs": jobs, **(extra_context or {})})

    @admin.display(description=_("kiedy"))
    def when(self, entry: AuditEntry) -> str:
        """Return the time, to the second."""
        return write_moment(entry.timestamp, seconds=True)

    @admin.display(description=_("skąd"))
    def where(self, entry: AuditEntry) -> str:
        """Return the client's address."""
        return entry.remote_addr or "–"

    @admin.display(description=_("numer żądania"))
    def request_id(self, entry: AuditEntry) -> str:
        """Return the request id, which the server's log has too."""
        return entry.cid or "–"

    @admin.display(description=_("kto"))
    def who(self, entry: AuditEntry) -> str:
        """Return the account's name, the recorded e-mail of a deleted one, or "portal"."""
        if entry.actor is None:
            return entry.actor_email or str(_("portal"))
        return str(entry.actor.username)

    @admin.display(description=_("czego dotyczy"))
    def kind(self, entry: AuditEntry) -> str:
        """Return the name of the model."""
        return str(entry.content_type.name)

    @admin.display(description=_("kogo lub co"))
    def subject(self, entry: AuditEntry) -> str:
        """Return a link to the object, or its name where the admin has no page for it."""
        kind = entry.content_type
        try:
            address = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[entry.object_pk])
        except NoReverseMatch:
            return str(entry.object_repr)
        return format_html('<a href="{}">{}</a>', address, entry.object_repr)

    @admin.display(description=_("co zrobiono"))
    def what(self, entry: AuditEntry) -> StrOrPromise:
        """Return what was done."""
        return describe_entry(entry)

    @admin.display(description=_("zmiany"))
    def changed(self, entry: AuditEntry) -> str:
        """Return each changed field with its old and new value."""
        rows = [(change.field, change.old, change.new) for change in field_changes(entry)]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} → {}</li>", rows)) if rows else "–"
