"""Cards in the admin: issued here, otherwise changed only through `students.cards`."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Field, ForeignKey, Q, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from students.admin import card_bulk, card_pages, card_scanning
from students.admin.card_filters import ValidityFilter
from students.admin.card_forms import IssueCardForm
from students.admin.list_exports import ListExportMixin
from students.admin.list_jobs import ListJobsMixin
from students.admin.readonly import ReadOnlyMixin
from students.admin.scoped import StudentScopeMixin
from students.cards import issue_card
from students.half_years import extension_target
from students.identifiers import normalised
from students.models import CardExtension, Student, StudentCard
from students.pesel import mask_pesel


def number_or_name(card: str, term: str) -> Q:
    """Return the condition that a card's number, or its holder's album number or name, begins with the text.

    `card` is the path to the card: "" or a path that ends with "__". A text without a digit is a name, which is found
    by its index alone.
    """
    named = Q(**{f"{card}student__in": Student.objects.named(term).order_by().values("pk")})
    if not any(map(str.isdigit, term)):
        return named
    return (
        Q(**{f"{card}barcode_number__startswith": term})
        | Q(**{f"{card}barcode_number__means": normalised(term)})
        | Q(**{f"{card}student__album_number__startswith": term})
        | Q(**{f"{card}student__album_number__means": normalised(term)})
        | named
    )


class CardExtensionInline(ReadOnlyMixin, admin.TabularInline[CardExtension, StudentCard]):
    """Extensions of a card, with date and user."""

    model = CardExtension
    fields = readonly_fields = ("extended_at", "previous_valid_until", "valid_until", "by", "undone_at")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[CardExtension]:
        """Fetch the user and the card with each extension."""
        return super().get_queryset(request).select_related("by", "card")


@admin.register(CardExtension)
class CardExtensionAdmin(ListExportMixin, ReadOnlyMixin, StudentScopeMixin, admin.ModelAdmin[CardExtension]):
    """Admin of extensions within the clerk's faculties."""

    student_path = "card__student_id"
    list_display = ("card", "extended_at", "previous_valid_until", "valid_until", "by", "undone_at")
    list_select_related = ("card", "by")
    list_filter = ("extended_at",)
    search_fields = ("card__barcode_number",)
    search_help_text = _("Numer legitymacji, numer albumu albo nazwisko i imiona.")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CardExtension], search_term: str
    ) -> tuple[QuerySet[CardExtension], bool]:
        """Search by number and name."""
        term = search_term.strip()
        return (queryset.filter(number_or_name("card__", term)) if term else queryset), False


@admin.register(StudentCard)
class StudentCardAdmin(ListJobsMixin, ListExportMixin, StudentScopeMixin, admin.ModelAdmin[StudentCard]):
    """Admin of cards within the clerk's faculties."""

    student_of = "student_id"
    form = IssueCardForm
    list_display = ("barcode_number", "student", "issued_on", "valid_until", "ended_on", "end_reason")
    list_filter = (ValidityFilter, "end_reason")
    list_select_related = ("student",)
    search_fields = ("barcode_number",)
    search_help_text = _("Numer legitymacji, numer albumu albo nazwisko i imiona.")
    autocomplete_fields = ("student",)
    show_full_result_count = False
    inlines = (CardExtensionInline,)

    @admin.display(description="PESEL")
    def holder_pesel_masked(self, card: StudentCard) -> str:
        """Return the holder's masked PESEL."""
        return mask_pesel(card.holder_pesel)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StudentCard], search_term: str
    ) -> tuple[QuerySet[StudentCard], bool]:
        """Search by number and name."""
        term = search_term.strip()
        return (queryset.filter(number_or_name("", term)) if term else queryset), False

    def get_urls(self) -> list[Any]:
        """Add the pages that extend and end a card."""
        pages: list[tuple[str, str, Any]] = [
            ("scan/", "scan", card_scanning.page),
            ("scan/undo/", "scan_undo", card_scanning.undo),
            ("extend-many/", "extend_many", card_bulk.page),
            ("extend-many/<int:job_id>/start/", "extend_previewed", card_bulk.extend),
            ("extend-many/<int:job_id>/undo/", "undo_extensions", card_bulk.undo),
            ("end-many/<int:job_id>/start/", "end_previewed", card_bulk.end),
            ("end-many/<int:job_id>/undo/", "undo_endings", card_bulk.undo_endings),
            ("<int:card_id>/extend/", "extend", card_pages.extend),
            ("<int:card_id>/end/", "end", card_pages.end),
        ]
        own = [
            path(where, self.admin_site.admin_view(partial(page, self)), name=f"students_studentcard_{name}")
            for where, name, page in pages
        ]
        return own + super().get_urls()

    def get_inlines(self, request: HttpRequest, obj: StudentCard | None) -> Any:
        """Return the extensions; a card that is not issued yet has none."""
        return self.inlines if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: StudentCard | None = None) -> Any:
        """Return the printed data for a new card, and the later changes for an issued one."""
        asked = IssueCardForm.Meta.fields
        if obj is None:
            text = _("Imiona, nazwisko i PESEL zostaną wzięte z obecnych danych studenta.")
            return [(None, {"fields": asked, "description": text})]
        holder = ("holder_first_names", "holder_last_name", "holder_pesel_masked")
        end = [(_("Koniec"), {"fields": ("ended_on", "end_reason", "ended_by")})] if obj.ended_on else []
        return [(None, {"fields": asked}), (_("Dane, na które została wydana"), {"fields": holder}), *end]

    def get_readonly_fields(self, request: HttpRequest, obj: StudentCard | None = None) -> Any:
        """Return the fields that the form does not edit."""
        return () if obj is None else ("holder_pesel_masked",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the student named in the address and the default dates."""
        today = timezone.localdate()
        usual = {"issued_on": today, "valid_until": extension_target(today)}
        return {**usual, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Restrict students to those of the clerk's faculties."""
        if db_field.name == "student":
            kwargs["queryset"] = Student.objects.in_scope(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Put the cursor into the number, where the student is known: a reader types it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "barcode_number" and "student" in request.GET:
            field.widget.attrs["autofocus"] = True
        return field

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Turn a concurrent change between validation and save into a form error."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (ValidationError, IntegrityError):
            return super().changeform_view(request, *args, **kwargs)  # the form's own check sees it now

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: issued cards are changed by the functions of `students.cards`, each with its own page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a card is ended, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: StudentCard, form: Any, change: bool) -> None:
        """Issue the card with the student's present data."""
        if not change:
            obj.pk = issue_card(**form.cleaned_data).pk

    def response_post_save_add(self, request: HttpRequest, obj: StudentCard) -> HttpResponseRedirect:
        """Lead to the student who has got the card."""
        return redirect(card_pages.page_behind(request, obj))
