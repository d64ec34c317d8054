"""Examples for the OpenAPI document: one of every request and response, by its component's name.

A test validates each against its schema.
"""

from typing import Any

_ORDER = {
    "id": "0f7f2f04-7a1e-4c0b-9a51-3f1d6c1e8a10",
    "status": "ready",
    "status_label": "gotowy do pobrania",
    "status_changed_at": "2026-11-25T09:00:04+01:00",
    "created_at": "2026-11-25T09:00:00+01:00",
    "ready_at": "2026-11-25T09:00:04+01:00",
    "valid_until": "2027-03-31",
    "extend_to": None,
    "codes_expire_at": "2026-12-25T09:00:04+01:00",
    "is_live": True,
    "can": ["revoke", "order-again"],
    "order_again": False,
    "reissue_required": False,
    "refusal": None,
    "revocation_reason": None,
}
_STAFF_ORDER = _ORDER | {
    "student": 17,
    "album_number": "123456",
    "card_number": "9012345601",
    "mdokumenty_id": "mD-2026-0000006",
    "attention": None,
    "failures": 0,
    "next_attempt_at": "2026-11-25T09:01:04+01:00",
}
_EVENTS = [
    {
        "at": "2026-11-25T09:00:00+01:00",
        "old": None,
        "new": "waiting",
        "reason": "ordered",
        "what": "złożono zamówienie",
        "detail": "",
        "who": "Anna Nowak",
    },
    {
        "at": "2026-11-25T09:00:04+01:00",
        "old": "waiting",
        "new": "ready",
        "reason": "codes_ready",
        "what": "kody są gotowe",
        "detail": "",
        "who": "portal",
    },
]
_CARD = {
    "id": 23,
    "barcode_number": "9012345601",
    "contact_chip_uid": "3B123456C0",
    "contactless_chip_uid": "04123456A1",
    "issued_on": "2025-10-01",
    "valid_until": "2026-10-31",
    "ended_on": None,
    "end_reason": None,
}
_CONDITION = {
    "code": "card_extended",
    "state": "not_met",
    "text": "Twoja (plastikowa) ELS została przedłużona w USOS",
    "remedy": "Ważność Twojej legitymacji minęła. Przynieś ją do przedłużenia na bieżący semestr.",
    "helper": "dziekanat Twojego wydziału",
}
_ELIGIBILITY = {
    "rules": "els",
    "may_order": False,
    "entitled_until": None,
    "level_allowed": True,
    "levels": ["first_cycle"],
    "conditions": [_CONDITION],
}
_STUDENT = {
    "id": 17,
    "first_names": "Anna Maria",
    "last_name": "Nowak",
    "album_number": "123456",
    "pesel_masked": "022708•••••",
    "has_photo": True,
}
_ENROLMENT = {
    "faculty": "WP",
    "programme": "pedagogika",
    "level": "first_cycle",
    "status": "active",
    "started_on": "2025-10-01",
    "ended_on": "2028-09-30",
}

EXAMPLES: dict[str, Any] = {
    "OrderOut": _ORDER,
    "OrderWithEventsOut": _ORDER | {"events": _EVENTS},
    "StaffOrderOut": _STAFF_ORDER,
    "StaffOrderWithEventsOut": _STAFF_ORDER | {"events": _EVENTS},
    "CodesOut": {
        "qr_token": "7ardDOQ9eEJweHuShwTGkQy1L4TSzNDsFjTCL2EK71x9l",
        "activation_code": "7ED4G4",
        "expire_at": "2026-12-25T09:00:04+01:00",
    },
    "CardOut": _CARD,
    "StaffCardOut": _CARD | {"student": 17, "holder_first_names": "Anna Maria", "holder_last_name": "Nowak"},
    "EligibilityOut": _ELIGIBILITY,
    "StudentOut": _STUDENT,
    "StudentWithRightOut": _STUDENT
    | {"eligibility": _ELIGIBILITY, "enrolments": [_ENROLMENT], "cards": [_CARD]},
    "JobOut": {
        "id": 5,
        "kind": "students",
        "title": "studenci.csv",
        "state": "running",
        "total": 1200,
        "done": 300,
        "percent": 25,
        "counts": {"created": 290, "unchanged": 10},
        "failure": "",
        "created_at": "2026-11-25T09:00:00+01:00",
        "finished_at": None,
    },
    "EndpointOut": {
        "id": 3,
        "name": "biblioteka",
        "url": "https://library.example.edu.pl/mlegitymacja",
        "is_active": True,
        "switched_off": None,
        "failing_since": None,
        "paused_until": None,
        "waiting": 0,
        "refused": 1,
        "created_at": "2026-10-01T12:00:00+02:00",
    },
    "DeliveryOut": {
        "id": "4b0c27c1-6e1e-4b8f-9d1c-0a3a5d8b7f21",
        "type": "order.ready",
        "order": "0f7f2f04-7a1e-4c0b-9a51-3f1d6c1e8a10",
        "state": "arrived",
        "created_at": "2026-11-25T09:00:04+01:00",
        "failures": 0,
        "next_attempt_at": None,
        "delivered_at": "2026-11-25T09:00:05+01:00",
        "refused_at": None,
        "last_attempt_at": "2026-11-25T09:00:05+01:00",
        "last_status": 204,
        "last_seconds": 0.042,
        "last_answer": "",
    },
    "OrderMessage": {
        "type": "order.ready",
        "timestamp": "2026-11-25T08:00:04.123456+00:00",
        "data": {
            "order": {
                "id": "0f7f2f04-7a1e-4c0b-9a51-3f1d6c1e8a10",
                "student": 17,
                "album_number": "123456",
                "valid_until": "2027-03-31",
            },
            "status": "ready",
            "previous_status": "processing",
            "reason": "codes_ready",
        },
    },
    "TestMessage": {
        "type": "webhook.test",
        "timestamp": "2026-11-25T08:00:04.123456+00:00",
        "data": {"text": "An administrator of the portal has sent this to try the receiver."},
    },
    "OrderAskedRequest": {"anyway": False},
    "PeselAskedRequest": {"pesel": "44051401359"},
    "ExtensionAskedRequest": {"until": "2027-03-31"},
    "CardEndAskedRequest": {"reason": "lost"},
    "OrderEndAskedRequest": {"reason": "issued_in_error"},
    "Problem": {
        "type": "urn:mlegitymacja:problem:already_ordered",
        "title": "Jest już zamówienie, które trwa",
        "status": 409,
        "code": "already_ordered",
        "instance": "/api/v1/me/orders",
        "order": "0f7f2f04-7a1e-4c0b-9a51-3f1d6c1e8a10",
    },
}
_PAGE = "PageOut"


def add_examples(schemas: dict[str, Any]) -> None:
    """Add the examples to the schemas; those of pages are made of the example of one row."""
    for name, schema in schemas.items():
        if name in EXAMPLES:
            schema["examples"] = [EXAMPLES[name]]
        elif name.endswith(_PAGE):
            row = EXAMPLES[f"{name.removesuffix(_PAGE)}Out"]
            schema["examples"] = [{"items": [row], "next": None, "previous": None}]
