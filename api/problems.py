"""Problem details (RFC 9457) of every error under /api/, in the language of the request."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework.request import Request

MEDIA_TYPE = "application/problem+json"
KEPT_BY_NOBODY = "private, no-store"
_TYPE = "urn:mlegitymacja:problem:"


# Each problem: its code, the status it goes with, and its title, which is the same every time.
TITLES: dict[str, tuple[int, StrOrPromise]] = {
    "invalid": (400, _("Zapytanie zawiera błędy")),
    "malformed": (400, _("Treści zapytania nie da się odczytać")),
    "bad_request": (400, _("Nie rozumiemy tego żądania")),
    "not_authenticated": (401, _("Podaj token albo zaloguj się")),
    "invalid_token": (401, _("Ten token nie działa")),
    "permission_denied": (403, _("Brak uprawnień")),
    "csrf": (403, _("Żądanie nie ma dowodu pochodzenia (CSRF)")),
    "insufficient_scope": (403, _("Token nie obejmuje tej czynności")),
    "not_eligible": (403, _("Warunki zamówienia mLegitymacji nie są spełnione")),
    "not_found": (404, _("Nie ma tego, o co pytasz")),
    "not_a_student": (404, _("To konto nie należy do studenta")),
    "no_order": (404, _("Nie ma jeszcze żadnego zamówienia")),
    "method_not_allowed": (405, _("Tego adresu nie można tak użyć")),
    "not_acceptable": (406, _("Odpowiedź może mieć tylko postać JSON")),
    "already_ordered": (409, _("Jest już zamówienie, które trwa")),
    "photo_refused": (409, _("mDokumenty odrzuciły zdjęcie, które nadal jest w USOS")),
    "not_allowed": (409, _("Stan zamówienia na to nie pozwala")),
    "no_codes": (409, _("Nie ma teraz kodów do odczytania")),
    "card_obstacle": (409, _("Z tą legitymacją nie można tego zrobić")),
    "delivery_waits": (409, _("To powiadomienie i tak czeka na wysłanie")),
    "endpoint_off": (409, _("Ten odbiorca powiadomień jest wyłączony")),
    "precondition_failed": (412, _("Stan nie jest już taki, jak podano w If-Match")),
    "too_large": (413, _("Treść zapytania jest za duża")),
    "unsupported_media_type": (415, _("Treść zapytania musi mieć postać JSON")),
    "key_reused": (422, _("Ten Idempotency-Key należy do innego zapytania")),
    "throttled": (429, _("Za dużo zapytań")),
    "server_error": (500, _("Coś się nie udało po naszej stronie")),
    "unavailable": (503, _("Portal jest chwilowo niedostępny")),
    "maintenance": (503, _("Trwa przerwa techniczna")),
}
# The code of a problem of which only the status is known.
_USUAL = {
    400: "bad_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    412: "precondition_failed",
    429: "throttled",
    500: "server_error",
    503: "unavailable",
}


class Problem(Exception):
    """A refusal with one of the codes; nothing was changed. `members` are added to the response."""

    def __init__(
        self,
        code: str,
        detail: StrOrPromise = "",
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.members = code, detail, members
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """Return the HTTP status of the code."""
        return TITLES[self.code][0]


def body(code: str, instance: str, detail: StrOrPromise = "", **members: Any) -> dict[str, Any]:
    """Return a problem as JSON; `instance` is the path of the request, without its query."""
    status, title = TITLES[code]
    optional = {"detail": str(detail)} if detail else {}
    return {
        "type": f"{_TYPE}{code}",
        "title": str(title),
        "status": status,
        "code": code,
        **optional,
        "instance": instance,
        **members,
    }


def response(request: HttpRequest | Request, status: int, name: str = "") -> JsonResponse:
    """Return the response with the problem of this status or code, outside a view."""
    code = name if name in TITLES else _USUAL[status]
    answer = JsonResponse(body(code, request.path), status=status, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = KEPT_BY_NOBODY
    return answer
