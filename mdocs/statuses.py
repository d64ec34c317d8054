"""The states of an order: their names for people, their groups, and the table of transitions
(docs/reference/design.md, The life of an order)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """State of an order; the label is the word that the student reads."""

    WAITING = "waiting", _("oczekujący")
    PROCESSING = "processing", _("w trakcie")
    READY = "ready", _("gotowy do pobrania")
    COLLECTED = "collected", _("odebrana")
    CANCELLING = "cancelling", _("anulowanie w toku")
    REVOKING = "revoking", _("unieważnianie w toku")
    REJECTED = "rejected", _("odrzucony")
    EXPIRED = "expired", _("kod wygasł")
    CANCELLED = "cancelled", _("anulowany")
    REVOKED = "revoked", _("unieważniona")
    LAPSED = "lapsed", _("wygasła")


LIVE = frozenset(
    {
        Status.WAITING,
        Status.PROCESSING,
        Status.READY,
        Status.COLLECTED,
        Status.CANCELLING,
        Status.REVOKING,
    }
)
FINAL = frozenset(Status) - LIVE

# What the student may still cancel, and what only revoking can end.
CANCELLABLE = frozenset({Status.WAITING, Status.PROCESSING})
REVOCABLE = frozenset({Status.READY, Status.COLLECTED})
# What ends, one way or the other, when the right to it is lost.
ENDABLE = CANCELLABLE | REVOCABLE
# On its way out: nothing that a student or an extension asks for can hold it.
ENDING = frozenset({Status.CANCELLING, Status.REVOKING})
# What waits on mDokumenty: staff are shown what has done so for a day.
UNDER_WAY = CANCELLABLE | ENDING

# An answer of one of these ends the order from any live state: mDokumenty may end a document by itself.
ENDED_BY_MDOKUMENTY = frozenset({Status.REVOKED, Status.CANCELLED, Status.EXPIRED})

TRANSITIONS: dict[Status, frozenset[Status]] = {
    # `collected` without `ready` before it: a server may skip states, and answers may come late
    # (docs/reference/mdokumenty.md, The order object).
    Status.WAITING: frozenset(
        {Status.PROCESSING, Status.READY, Status.COLLECTED, Status.REJECTED, Status.CANCELLING}
    )
    | ENDED_BY_MDOKUMENTY,
    Status.PROCESSING: frozenset({Status.READY, Status.COLLECTED, Status.REJECTED, Status.CANCELLING})
    | ENDED_BY_MDOKUMENTY,
    Status.READY: frozenset({Status.COLLECTED, Status.REVOKING}) | ENDED_BY_MDOKUMENTY,
    Status.COLLECTED: frozenset({Status.REVOKING, Status.LAPSED}) | ENDED_BY_MDOKUMENTY,
    Status.CANCELLING: frozenset({Status.REVOKING}) | ENDED_BY_MDOKUMENTY,
    Status.REVOKING: ENDED_BY_MDOKUMENTY,
    **{final: frozenset[Status]() for final in FINAL},
}


class Reason(models.TextChoices):
    """Reason of an event: why something happened to an order, in the words of its history."""

    ORDERED = "ordered", _("złożono zamówienie")
    ORDERED_AGAIN = "ordered_again", _("złożono ponownie po unieważnieniu poprzedniej mLegitymacji")
    ORDERED_INSTEAD = (
        "ordered_instead",
        _("portal złożył nowe zamówienie w miejsce mLegitymacji, której nie można przedłużyć"),
    )
    ORDERED_FOR_COHORT = "ordered_for_cohort", _("uczelnia złożyła zamówienie, dla wielu studentów naraz")
    ORDERED_AFTER_REFUSALS = (
        "ordered_after_refusals",
        _("portal złożył zamówienie jeszcze raz: mDokumenty odmawiały wszystkim, więc nie w nim był błąd"),
    )
    ACCEPTED = "accepted", _("mDokumenty przyjęły zamówienie")
    CODES_READY = "codes_ready", _("kody są gotowe")
    CODES_EXPIRING = "codes_expiring", _("kody niedługo wygasną")
    ENDS_IN_14_DAYS = "ends_in_14_days", _("mLegitymacja skończy się za dwa tygodnie")
    ENDS_IN_3_DAYS = "ends_in_3_days", _("mLegitymacja skończy się za trzy dni")
    COLLECTED = "collected", _("dodano do aplikacji mObywatel")
    REFUSED = "refused", _("mDokumenty odrzuciły zamówienie")
    NEVER_SENT = "never_sent", _("anulowano przed wysłaniem do mDokumentów")
    NEVER_ARRIVED = "never_arrived", _("mDokumenty nie dostały zamówienia")
    CANCEL_ASKED = "cancel_asked", _("poproszono mDokumenty o anulowanie")
    REVOKE_ASKED = "revoke_asked", _("poproszono mDokumenty o unieważnienie")
    COLLECTED_FIRST = "collected_first", _("dokument odebrano przed anulowaniem, więc jest unieważniany")
    CONFIRMED = "confirmed", _("mDokumenty potwierdziły")
    ENDED_THERE = "ended_there", _("zakończone przez mDokumenty")
    DATE_PASSED = "date_passed", _("minął termin ważności")
    EXTENSION_ASKED = "extension_asked", _("poproszono mDokumenty o przedłużenie")
    DATE_CHANGED = (
        "date_changed",
        _("zmieniono termin ważności zamówienia, które nie zostało jeszcze wysłane"),
    )
    EXTENSION_WITHDRAWN = "extension_withdrawn", _("wycofano przedłużenie, bo cofnięto je na ELS")
    EXTENDED = "extended", _("przedłużono termin ważności")
    REISSUE_REQUIRED = "reissue_required", _("przedłużenie wymaga zamówienia nowej mLegitymacji")
    AGAIN_ASKED = "again_asked", _("po zakończeniu zostanie złożone nowe zamówienie")
    AGAIN_WITHDRAWN = "again_withdrawn", _("nowe zamówienie nie zostanie złożone: student zmienił zdanie")
    AGAIN_IMPOSSIBLE = (
        "again_impossible",
        _("nowe zamówienie nie mogło zostać złożone: warunki nie są spełnione"),
    )
    EARLIER_FOUND = "earlier_found", _("mDokumenty znają wcześniejszą mLegitymację, zostanie unieważniona")
    EARLIER_ENDED = "earlier_ended", _("unieważniono wcześniejszą mLegitymację")
    NEEDS_STAFF = "needs_staff", _("zamówienie czeka na pracownika uczelni")
    RETRIED = "retried", _("pracownik uczelni ponowił zamówienie")
    RESUMED = (
        "resumed",
        _("portal sam wrócił do zamówienia: mDokumenty nie przyjmowały żadnych, więc nie w nim był błąd"),
    )
    WRITTEN_OFF = "written_off", _("pracownik uczelni zamknął zamówienie, którego mDokumenty nie znają")


class Attention(models.TextChoices):
    """Reason why an order cannot go on by itself and staff have to look at it."""

    OUR_MISTAKE = "our_mistake", _("mDokumenty nie rozumieją naszego zapytania")
    UNKNOWN_THERE = "unknown_there", _("mDokumenty nie znają tego zamówienia")
    KEY_CONFLICT = "key_conflict", _("mDokumenty mają pod tym numerem inne zamówienie")
    EARLIER_UNNAMED = "earlier_unnamed", _("student ma już dokument, którego mDokumenty nie wskazały")
    DATA_UNREADABLE = "data_unreadable", _("nie można odczytać danych lub zdjęcia do zamówienia")
    INTERNAL_ERROR = "internal_error", _("błąd wewnętrzny portalu")


class Failure(models.TextChoices):
    """Failure of the last call about an order; the engine tries again by itself."""

    UNREACHABLE = "unreachable", _("mDokumenty nie odpowiedziały")
    OUTCOME_UNKNOWN = (
        "outcome_unknown",
        _("nie wiadomo, czy mDokumenty przyjęły wywołanie; portal je bezpiecznie powtarza"),
    )
    NOT_ACCEPTED = "not_accepted", _("mDokumenty nie przyjęły certyfikatu lub umowy uczelni")
    PHOTO_UNREADABLE = "photo_unreadable", _("nie można było odczytać zdjęcia; portal próbuje ponownie")
    FOREIGN = "foreign", _("zamiast mDokumentów odpowiedział inny serwer po drodze")
    MISSING = "missing", _("mDokumenty nie wymieniły zamówienia, choć je znają; portal pyta ponownie")
    CONFLICT = "conflict", _("zamówienie zmieniło się w mDokumentach między dwoma wywołaniami")


class Operation(models.TextChoices):
    """Call to mDokumenty that the state of an order asks for (`mdocs.querysets.operation_of_order`)."""

    SUBMIT = "submit", _("wysłanie zamówienia")
    CANCEL = "cancel", _("anulowanie")
    REVOKE = "revoke", _("unieważnienie")
    EXTEND = "extend", _("przedłużenie")
    QUERY = "query", _("pytanie o stan")


class RevocationReason(models.TextChoices):
    """Reason for ending a document, in the words that the student reads.

    The first six are the contract's codes; for the others CONTRACT_REASONS names the code that mDokumenty is told
    (docs/reference/mdokumenty.md, POST /v1/orders/{order_id}/revoke).
    """

    HOLDER_REQUEST = "holder_request", _("na prośbę studenta")
    CARD_NOT_EXTENDED = "card_not_extended", _("ELS nie została przedłużona")
    CARD_INVALIDATED = "card_invalidated", _("ELS została unieważniona")
    STUDENT_STATUS_LOST = "student_status_lost", _("utrata statusu studenta")
    HOLDER_DATA_CHANGED = "holder_data_changed", _("zmiana danych osobowych")
    ISSUED_IN_ERROR = "issued_in_error", _("wydana omyłkowo")
    HOLDER_DECEASED = "holder_deceased", _("śmierć studenta")
    REPLACED = "replaced", _("portal zamawia nową, z późniejszym terminem")
    DATE_PASSED = "date_passed", _("minął termin ważności")


CONTRACT_REASONS: dict[RevocationReason, RevocationReason] = {
    RevocationReason.HOLDER_DECEASED: RevocationReason.STUDENT_STATUS_LOST,
    RevocationReason.REPLACED: RevocationReason.HOLDER_REQUEST,
    RevocationReason.DATE_PASSED: RevocationReason.CARD_NOT_EXTENDED,
}


def contract_reason(code: str) -> RevocationReason:
    """Return the contract's code for a reason.

    One that only a newer version of the portal knows, which has been rolled back, is told as an error of the
    university's: that the document ends does not wait for a word.
    """
    if code not in RevocationReason:
        return RevocationReason.ISSUED_IN_ERROR
    return CONTRACT_REASONS.get(RevocationReason(code), RevocationReason(code))


# What only the portal itself gives as a reason, and nobody chooses.
PORTALS_REASONS = frozenset({RevocationReason.REPLACED, RevocationReason.DATE_PASSED})
STAFFS_REASONS = [
    (reason.value, reason.label) for reason in RevocationReason if reason not in PORTALS_REASONS
]
