"""Admin of what the comparison with mDokumenty has found: its runs, and documents that no order here wants."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from mdocs.engine import orphans
from mdocs.engine.comparison import DifferenceKind
from mdocs.models import OrphanDocument, Reconciliation
from students.admin.readonly import ReadOnlyMixin
from students.models import User
from students.scope import sees_every_faculty

KINDS = {
    DifferenceKind.ARRIVED: _("mDokumenty miały zamówienie, o którym portal tego nie wiedział"),
    DifferenceKind.STATE: _("inny stan lub termin w mDokumentach"),
    DifferenceKind.UNKNOWN_THERE: _("mDokumenty nie znają tego zamówienia"),
    DifferenceKind.OTHER_NUMBER: _("w mDokumentach pod innym numerem"),
    DifferenceKind.ALIVE_THERE: _("tu zakończone, w mDokumentach żywe"),
    DifferenceKind.NO_ORDER: _("dokument bez zamówienia"),
}


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyMixin, admin.ModelAdmin[Reconciliation]):
    """Runs of the comparison, each with the differences that it found: to look at."""

    list_display = ("started_at", "cause", "finished_at", "asked", "mended", "left")
    list_filter = ("cause",)
    fields = (*list_display, "found")

    @admin.display(description=_("różnice"))
    def found(self, run: Reconciliation) -> str:
        """List the differences, each with what was done."""
        rows = (
            (
                each["order"],
                KINDS.get(each["kind"], each["kind"]),
                each["here"] or "–",
                each["there"] or "–",
                say("naprawione") if each["mended"] else say("dla pracownika"),
            )
            for each in run.differences
        )
        lines = format_html_join("", "<li>{}: {} ({} / {}): {}</li>", rows)
        return format_html("<ul>{}</ul>", lines) if lines else say("nie ma")


@admin.register(OrphanDocument)
class OrphanDocumentAdmin(ReadOnlyMixin, admin.ModelAdmin[OrphanDocument]):
    """Documents without an order: the office says which are revoked."""

    list_display = (
        "mdokumenty_id",
        "student",
        "status_there",
        "valid_until",
        "found_at",
        "revocation_asked_at",
        "ended_at",
    )
    list_filter = (
        ("ended_at", admin.EmptyFieldListFilter),
        ("revocation_asked_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("student",)
    search_fields = ("mdokumenty_id", "reference")
    fields = ("reference", "order", *list_display, "asked_by", "failures")
    actions = ("revoke_chosen",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Say whether this user may have such documents revoked."""
        return bool(request.user.has_perm("mdocs.revoke_orphandocument"))

    @admin.action(description=_("Unieważnij w mDokumentach"), permissions=["revoke"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[OrphanDocument]) -> None:
        """Have the chosen ones revoked."""
        assert isinstance(request.user, User)  # noqa: S101 -- the admin has asked who it is
        done = sum(orphans.revoke(orphan, by=request.user) for orphan in queryset)
        skipped = queryset.count() - done
        messages.success(request, say("Zlecono unieważnienie: %(number)s.") % {"number": done})
        if skipped:
            text = say("Pominięte, bo już zakończone lub zlecone: %(number)s.")
            messages.warning(request, text % {"number": skipped})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all of them to staff of every faculty; whose one is may not be known, so nobody else sees any."""
        found = super().get_queryset(request)
        return found if sees_every_faculty(request.user) else found.none()
