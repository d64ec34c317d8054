"""Cards for staff: list, extend and end, through `students.cards`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import Problem
from api.scopes import TokenScope
from api.serializers.people import StaffCardResponse
from api.serializers.requests import CardEndRequest, CardsQuery, ExtensionRequest
from api.views.base import user_of
from api.views.idempotent import IdempotentResource, describe_post
from api.views.listing import ListResource, describe_list
from students.cards import check_until, end_card, extend_card
from students.models import EndReason, StudentCard
from students.models.cards import StudentCardQuerySet
from students.scope import in_scope


def _cards(request: Request) -> StudentCardQuerySet:
    within = StudentCard.objects.filter(in_scope(user_of(request), "student_id"))
    return within.defer("holder_pesel")


@describe_list(StaffCardResponse, "Plastic cards (ELS) of the students of your faculties")
class Cards(ListResource):
    """List cards, those that were added last first."""

    permissions, asks = {"GET": ("students.view_studentcard",)}, {"GET": CardsQuery}
    ordering = ("-id",)
    lookups = {
        "student": "student",
        "barcode_number": "barcode_number__means",
        "valid_before": "valid_until__lt",
    }

    def rows(self, request: Request) -> StudentCardQuerySet:
        """Apply `in_use`."""
        found, in_use = _cards(request), self.asked["in_use"]
        return found if in_use is None else found.filter(ended_on__isnull=in_use)


class CardAction(IdempotentResource):
    """Base of the actions on a card."""

    for_staff = True
    scopes = {"POST": TokenScope.STAFF_WRITE}


@describe_post(
    "extend_card",
    "Extend a card",
    "The mLegitymacja issued on it is extended by itself.",
    tag="Cards",
    shows=StaffCardResponse,
)
class ExtendCard(CardAction):
    """Extend a card."""

    permissions = {"POST": ("students.extend_studentcard",)}
    takes = ExtensionRequest

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Extend the card."""
        until = given["until"]
        card = get_object_or_404(_cards(request), pk=place["card_id"])
        try:
            check_until(until)
        except ValidationError as mistake:
            raise Problem("invalid", errors={"until": list(mistake.messages)}) from None
        try:
            extended = extend_card(card, until, by=user_of(request))
        except ValidationError as refused:
            raise _obstacle(refused) from None
        return Response(StaffCardResponse(extended).data)


@describe_post(
    "end_card",
    "End a card",
    "For one that was lost, returned, invalidated or exchanged. Under the rules `els` the mLegitymacja issued on it is "
    "revoked.",
    tag="Cards",
    shows=StaffCardResponse,
)
class EndCard(CardAction):
    """End a card."""

    permissions = {"POST": ("students.end_studentcard",)}
    takes = CardEndRequest

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """End the card."""
        card = get_object_or_404(_cards(request), pk=place["card_id"])
        try:
            ended = end_card(card, EndReason(given["reason"]), by=user_of(request))
        except ValidationError as refused:
            raise _obstacle(refused) from None
        return Response(StaffCardResponse(ended).data)


def _obstacle(refused: ValidationError) -> Problem:
    return Problem("card_obstacle", " ".join(refused.messages), obstacle=refused.code or "other")
