"""Plastic cards in the admin: issued here, and otherwise changed only by the verbs of `students.cards`."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

from students.admin.readonly import NoChanges
from students.cards import issue_card
from students.forms import IssueCardForm
from students.identity import mask_pesel
from students.models import CardExtension, StudentCard


class CardExtensionInline(NoChanges, admin.TabularInline[CardExtension, StudentCard]):
    """When a card was extended, and by whom."""

    model = CardExtension
    fields = readonly_fields = ("extended_at", "previous_valid_until", "valid_until", "by")
    extra = 0


@admin.register(CardExtension)
class CardExtensionAdmin(NoChanges, admin.ModelAdmin[CardExtension]):
    """All extensions."""

    list_display = ("card", "extended_at", "previous_valid_until", "valid_until", "by")
    list_select_related = ("card", "by")
    search_fields = ("card__barcode_number", "card__student__album_number")
    show_full_result_count = False


@admin.register(StudentCard)
class StudentCardAdmin(admin.ModelAdmin[StudentCard]):
    """All cards."""

    form = IssueCardForm
    list_display = ("barcode_number", "student", "issued_on", "valid_until", "ended_on", "end_reason")
    list_filter = ("valid_until", "end_reason")
    list_select_related = ("student",)
    search_fields = ("barcode_number", "student__album_number", "student__last_name")
    autocomplete_fields = ("student",)
    show_full_result_count = False
    inlines = (CardExtensionInline,)

    @admin.display(description="PESEL")
    def holder_pesel_masked(self, card: StudentCard) -> str:
        """Show the PESEL of the holder as in a list."""
        return mask_pesel(card.holder_pesel)

    def get_fields(self, request: HttpRequest, obj: StudentCard | None = None) -> Any:
        """Ask for what is on the plastic; later show what became of it."""
        if obj is None:
            return IssueCardForm.Meta.fields
        holder = ("holder_first_names", "holder_last_name", "holder_pesel_masked")
        return (*IssueCardForm.Meta.fields, *holder, "ended_on", "end_reason", "ended_by")

    def get_readonly_fields(self, request: HttpRequest, obj: StudentCard | None = None) -> Any:
        """Show an issued card without letting anybody write in it."""
        return () if obj is None else self.get_fields(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show as an error of the form also what somebody quicker brought about between its check and the issue."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (ValidationError, IntegrityError):
            return super().changeform_view(request, *args, **kwargs)  # the form's own check sees it now

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a card ends, it does not vanish."""
        return False

    def save_model(self, request: HttpRequest, obj: StudentCard, form: Any, change: bool) -> None:
        """Issue the card on the student's data as they are."""
        if not change:
            obj.pk = issue_card(**form.cleaned_data).pk
