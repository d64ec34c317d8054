"""Serializers of query parameters and request bodies. Unknown names are refused, not ignored."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from mdocs.statuses import STAFFS_REASONS, Status
from students.admin.search import find_pesel
from students.identifiers import read_identifier
from students.models import EndReason, Job

LARGEST_PAGE, USUAL_PAGE = 100, 25


class StrictSerializer(serializers.Serializer[Any]):
    """Serializer that refuses unknown and repeated names."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated input. Raises ValidationError, which names the unknown names."""
        if isinstance(data, Mapping):
            wrong = {str(name): [_("Nieznana nazwa.")] for name in data if name not in self.fields}
            if hasattr(data, "getlist"):
                twice = [name for name in data if len(data.getlist(name)) > 1]
                wrong |= {str(name): [_("Ta nazwa może wystąpić tylko raz.")] for name in twice}
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class NoInput(StrictSerializer):
    """No parameters, or no body."""


class PageQuery(StrictSerializer):
    """Query parameters of a list: the page."""

    cursor = serializers.CharField(
        required=False, max_length=200, help_text="From `next` or `previous` of another page."
    )
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PAGE, default=USUAL_PAGE, help_text="Items on a page."
    )


class NumberField(serializers.CharField):
    """An album number, or one of a card, as `students.identifiers.read_identifier` reads it."""

    def to_internal_value(self, data: Any) -> str:
        """Return the number; raise ValidationError for what a spreadsheet has left of one."""
        try:
            return read_identifier(super().to_internal_value(data))
        except DjangoValidationError as mistake:
            raise serializers.ValidationError(list(mistake.messages)) from None


class StudentsQuery(PageQuery):
    """Query parameters of the list of students."""

    q = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Words that begin a name or an album number, or the number of a card. Never a PESEL: see "
        "`POST /api/v1/students/search`.",
    )
    album_number = NumberField(required=False, max_length=20)
    faculty = serializers.CharField(required=False, max_length=20, help_text="Code of a faculty.")

    def validate_q(self, words: str) -> str:
        """Raise ValidationError for a PESEL, since addresses are kept in many places."""
        if find_pesel(words):
            raise serializers.ValidationError(
                _("Numer PESEL nie może stać w adresie. Wyślij go w treści POST students/search.")
            )
        return words


class OrderRequest(StrictSerializer):
    """How to order; the body may be left out."""

    anyway = serializers.BooleanField(
        default=False, help_text="Order although mDokumenty has refused the photo that the student still has."
    )


class PeselRequest(StrictSerializer):
    """Whose PESEL it is; it stands in the body, which nobody logs."""

    pesel = serializers.CharField(max_length=20)


class CardsQuery(PageQuery):
    """Query parameters of the list of cards."""

    student = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    barcode_number = NumberField(required=False, max_length=30)
    in_use = serializers.BooleanField(required=False, allow_null=True, default=None)
    valid_before = serializers.DateField(
        required=False, help_text="Cards whose last valid day is before this one."
    )


class ExtensionRequest(StrictSerializer):
    """Until when a card is to be valid."""

    until = serializers.DateField(help_text="The last day on which the card is to be valid.")


class CardEndRequest(StrictSerializer):
    """Why a card ends."""

    reason = serializers.ChoiceField(choices=EndReason.choices)


class OrdersQuery(PageQuery):
    """Query parameters of the list of orders."""

    q = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Id of an order here or in mDokumenty, an album number, or words that begin a name.",
    )
    status = serializers.ChoiceField(required=False, choices=Status.choices)
    student = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    needs_attention = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only orders that staff should look at."
    )
    created_from = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)


class OrderEndRequest(StrictSerializer):
    """Why an order or a document ends; the student reads it, and mDokumenty is told."""

    reason = serializers.ChoiceField(choices=STAFFS_REASONS)


class JobsQuery(PageQuery):
    """Query parameters of the list of jobs."""

    state = serializers.ChoiceField(required=False, choices=Job.State.choices)
