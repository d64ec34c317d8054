"""Plastic cards for staff: found, extended and ended, by the verbs of `students.cards`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from api.paging import page_of, page_schema
from api.problems import Problem
from api.scopes import Scope
from api.serializers.asked import CardEndAsked, CardsAsked, ExtensionAsked
from api.serializers.people import StaffCardOut
from api.views.base import Resource, user_of
from api.views.changing import Changing
from students.cards import check_until, end_card, extend_card
from students.models import EndReason, StudentCard
from students.models.cards import StudentCardQuerySet
from students.scope import in_scope


def _cards(request: Request) -> StudentCardQuerySet:
    within = StudentCard.objects.filter(in_scope(user_of(request), "student_id"))
    return within.defer("holder_pesel")


class Cards(Resource):
    """Cards of the students of the caller's faculties."""

    for_staff = True
    scopes, asks = {"GET": Scope.STAFF_READ}, {"GET": CardsAsked}
    permissions = {"GET": ("students.view_studentcard",)}

    @extend_schema(
        operation_id="cards",
        summary="Plastic cards (ELS) of the students of your faculties",
        tags=["Cards"],
        responses=page_schema(StaffCardOut),
    )
    def get(self, request: Request) -> Response:
        """List cards, those that were added last first."""
        asked, found = self.asked, _cards(request)
        if asked["in_use"] is not None:
            found = found.filter(ended_on__isnull=asked["in_use"])
        for name, lookup in (
            ("student", "student"),
            ("barcode_number", "barcode_number"),
            ("valid_before", "valid_until__lt"),
        ):
            if name in asked:
                found = found.filter(**{lookup: asked[name]})
        return page_of(
            request, found, lambda card: StaffCardOut(card).data, limit=asked["limit"], ordering=("-id",)
        )


class CardVerb(Changing):
    """Something that is done to a card."""

    for_staff = True
    scopes = {"POST": Scope.STAFF_WRITE}


@extend_schema_view(
    post=extend_schema(
        operation_id="extend_card",
        summary="Extend a card",
        description="The mLegitymacja issued on it is extended by itself.",
        tags=["Cards"],
        request=ExtensionAsked,
        responses=StaffCardOut,
    )
)
class ExtendCard(CardVerb):
    """Moves a card's last valid day on."""

    permissions = {"POST": ("students.extend_studentcard",)}
    takes = ExtensionAsked

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
        return Response(StaffCardOut(extended).data)


@extend_schema_view(
    post=extend_schema(
        operation_id="end_card",
        summary="End a card",
        description="For one that was lost, returned, invalidated or exchanged. Under the rules `els` the mLegitymacja "
        "issued on it is revoked.",
        tags=["Cards"],
        request=CardEndAsked,
        responses=StaffCardOut,
    )
)
class EndCard(CardVerb):
    """Ends a card."""

    permissions = {"POST": ("students.end_studentcard",)}
    takes = CardEndAsked

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """End the card."""
        card = get_object_or_404(_cards(request), pk=place["card_id"])
        try:
            ended = end_card(card, EndReason(given["reason"]), by=user_of(request))
        except ValidationError as refused:
            raise _obstacle(refused) from None
        return Response(StaffCardOut(ended).data)


def _obstacle(refused: ValidationError) -> Problem:
    return Problem("card_obstacle", " ".join(refused.messages), obstacle=refused.code or "other")
