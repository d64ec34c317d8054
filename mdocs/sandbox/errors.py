"""Error codes of the contract, and their words."""

from __future__ import annotations

from typing import Any

from mdocs.sandbox.languages import gettext_lazy as _

MESSAGES = {
    # The wire
    "bad_request": _("Żądanie jest niepoprawne."),
    "not_found": _("Nie ma takiego adresu."),
    "method_not_allowed": _("Ten adres nie przyjmuje tej metody."),
    "too_large": _("Żądanie jest za duże."),
    "unsupported_media_type": _("Treść żądania musi mieć typ application/json."),
    "cross_site": _("Żądanie pochodzi z obcej strony."),
    "idempotency_conflict": _("Pod tym kluczem złożono już inne zamówienie."),
    "holder_has_document": _("Ta osoba ma już ważny dokument tej instytucji."),
    "order_unknown": _("Nie ma takiego zamówienia."),
    "order_final": _("Zamówienie jest już zakończone."),
    "already_collected": _("Dokument został już odebrany; można go tylko unieważnić."),
    "not_issued": _("Dokument nie został jeszcze wystawiony; zamówienie można anulować."),
    "not_collected": _("Dokument nie został odebrany."),
    "revoked": _("Dokument został unieważniony."),
    "reissue_required": _("Tego dokumentu nie można przedłużyć; potrzebne jest nowe zamówienie."),
    # Refusals of a holder, at once or later
    "holder_unknown": _("W rejestrze nie ma osoby o tym numerze PESEL."),
    "holder_data_mismatch": _("Dane osoby nie zgadzają się z rejestrem."),
    "photo_rejected": _("Zdjęcie nie spełnia wymagań."),
    "institution_not_authorised": _("Ta instytucja nie może zamawiać dokumentów."),
    # Faults
    "internal_error": _("Wystąpił błąd wewnętrzny."),
    "unavailable": _("Serwis jest chwilowo niedostępny."),
    "too_many_requests": _("Za dużo żądań."),
    # The phone and the verifier
    "document_unknown": _("mLegitymacja nie istnieje"),
    "wrong_activation_code": _("Kod aktywacyjny jest nieprawidłowy."),
    "codes_used": _("Ten kod QR został już wykorzystany."),
    "codes_expired": _("Ten kod QR stracił ważność."),
    "no_code_in_picture": _("Na obrazie nie ma czytelnego kodu QR."),
    "not_a_picture": _("Plik nie jest obrazem, który można odczytać."),
    "several_codes_in_picture": _("Na obrazie jest więcej niż jeden kod QR."),
    "not_collected_yet": _("mLegitymacji nie dodano jeszcze do żadnego telefonu."),
    "document_revoked": _("mLegitymacja została unieważniona."),
    "document_cancelled": _("Zamówienie mLegitymacji zostało anulowane."),
    "document_lapsed": _("Minął termin ważności mLegitymacji."),
}
_REFUSED = _("Ministerstwo odmówiło wystawienia dokumentu.")


def message(code: str) -> str:
    """Return the words for an error code, also for one that a behaviour invented."""
    return str(MESSAGES.get(code, _REFUSED))


class ApiError(Exception):
    """An answer that is an error: `{"error": {"code", "message", …}}` with an HTTP status.

    `detail` replaces the usual words of the code; it may name a member of the request but never quotes its value,
    which may be somebody's PESEL. `extra` are further members, such as `order_id`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str | None = None,
        /,
        *,
        retry_after: int | None = None,
        **extra: str,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = detail or message(code)
        self.retry_after = retry_after
        self.extra = extra

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": {"code": self.code, "message": self.message, **self.extra}}


def bad_request(detail: str) -> ApiError:
    """Return the 400 that says which part of the request is wrong."""
    return ApiError(400, "bad_request", detail)
