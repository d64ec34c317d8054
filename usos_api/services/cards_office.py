"""services/cards for systems of the university: administrative consumers, which need no user's consent."""

import logging
from typing import Any

from django.core.exceptions import ValidationError

from mdocs.models import Order
from mdocs.querysets import ENCRYPTED
from students import looks
from students.cards import extend_card
from students.cards.extension_blockers import NOT_LATER, TEXTS
from students.identifiers import normalised
from students.models import Look, Student, StudentCard
from usos_api import texts
from usos_api.errors import ObjectInvalid, ObjectNotFound, ParamInvalid, ParamMissing
from usos_api.lang_dicts import LangDict, translated
from usos_api.methods import Argument, Call, Field, Need, method
from usos_api.services.shapes import CARD_FIELDS, ORDER_FIELDS, serialize_card, serialize_order
from usos_api.timestamps import parse_date

logger = logging.getLogger(__name__)

_OFFICE: dict[str, Any] = {"token": Need.OPTIONAL, "administrative": True}
_NUMBERS = ("contact_chip_uid", "contactless_chip_uid", "barcode_number")
_USER_ID = Argument("user_id", "Id of a user.", required=True)
# The codes are the student's alone.
_ORDER_FIELDS = tuple(field for field in ORDER_FIELDS if field.name not in ("token", "distribution_pass"))


@method(
    "services/cards/card",
    "The card with a number, and its holder.",
    description="Give exactly one of the numbers. A card that was lost, returned or invalidated is not found.",
    **_OFFICE,
    arguments=(
        Argument("contact_chip_uid", "Number of the contact chip."),
        Argument("contactless_chip_uid", "Number of the contactless chip."),
        Argument("barcode_number", "Number of the barcode."),
    ),
    fields=CARD_FIELDS,
)
def card(call: Call) -> dict[str, Any]:
    """Return the card in use with this number."""
    given = {name: call.arguments[name] for name in _NUMBERS if name in call.arguments}
    if not given:
        raise ParamMissing(_NUMBERS[0])
    if len(given) > 1:
        raise ParamInvalid(
            list(given)[1], "Give exactly one of the numbers of the card.", texts.EXACTLY_ONE_NUMBER
        )
    ((name, number),) = given.items()
    number = normalised(number)
    known = number.isascii() and number.isalnum()
    cards = StudentCard.objects.in_use().filter(**{f"{name}__means": number}).select_related("student")
    alike = {getattr(each, name): each for each in cards} if known else {}
    found = alike.get(number) or (next(iter(alike.values())) if len(alike) == 1 else None)
    if found is None:
        raise ObjectNotFound(name, call.method.name)
    _record_look(call, found.student_id)
    return serialize_card(found)


@method(
    "services/cards/check_orders_status",
    "The card and the orders of a student.",
    **_OFFICE,
    arguments=(_USER_ID,),
    fields=(
        Field("card", "The card in use, or null.", parts=CARD_FIELDS),
        Field("orders", "The student's orders, the newest first; never the codes.", parts=_ORDER_FIELDS),
    ),
)
def check_orders_status(call: Call) -> dict[str, Any]:
    """Return a student's card and orders."""
    student = _student(call)

    def card_in_use() -> dict[str, Any] | None:
        found = _cards(student).first()
        return serialize_card(found) if found else None

    placed = Order.objects.filter(student=student).defer(*ENCRYPTED)
    return {
        "card": card_in_use,
        "orders": lambda: [serialize_order(order, call.now) for order in placed],
    }


@method(
    "services/cards/mark_student_card_prolonged",
    "Extend the card of a student.",
    description="The mLegitymacja issued on it is extended as well. Repeating a call changes nothing more.",
    **_OFFICE,
    arguments=(
        _USER_ID,
        Argument("expiration_date", "The last day on which the card is valid: YYYY-MM-DD.", required=True),
    ),
    returns='{"success": true}',
)
def mark_student_card_prolonged(call: Call) -> dict[str, Any]:
    """Extend the card that a student uses."""
    until = parse_date(call.arguments["expiration_date"])
    if until is None:
        raise ParamInvalid("expiration_date", "expiration_date is not a date.", texts.DATE_EXPECTED)
    found = _cards(_student(call)).first()
    if found is None:
        raise ObjectInvalid("The student has no card in use.", texts.NO_CARD)
    try:
        extend_card(found, until, by=call.user_if_any)
    except ValidationError as refused:
        if not (refused.code == NOT_LATER and found.valid_until == until):
            raise _cannot_extend(refused) from None
    else:
        # The audit log has the card and the request's id; which system it was is known by that id.
        logger.info("Consumer %s extended card %s", call.consumer.key, found.pk)
    return {"success": True}


def _cannot_extend(refused: ValidationError) -> ParamInvalid | ObjectInvalid:
    if refused.code in TEXTS:
        obstacle = TEXTS[refused.code]
        return ObjectInvalid("The card cannot be extended.", translated(lambda: obstacle))
    person: LangDict = translated(lambda: " ".join(refused.messages))
    return ParamInvalid("expiration_date", "The card cannot be extended to this date.", person)


def _student(call: Call) -> Student:
    given = call.arguments["user_id"]
    found = None
    if given.isascii() and given.isdecimal() and len(given) < len("9223372036854775807"):
        found = Student.objects.filter(user=int(given)).defer("pesel").first()
    if found is None:
        raise ObjectNotFound("user_id", call.method.name)
    _record_look(call, found.pk)
    return found


def _record_look(call: Call, student: int) -> None:
    """Record that a system of the university has seen a student's card or orders."""
    program = call.consumer.name
    looks.record(Look.What.API, call.method.name, actor=call.user_if_any, program=program, student=student)


def _cards(student: Student) -> Any:
    return StudentCard.objects.in_use().filter(student=student).select_related("student").order_by("pk")
