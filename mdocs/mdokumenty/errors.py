"""Errors of a call to mDokumenty, named by what the caller does about them.

No text of these errors holds what was sent or what came back, except codes that are plain words: the holder's
data and the codes of a document must not travel into logs.
"""

from datetime import timedelta

from .causes import Cause
from .schemas import RemoteStatus
from .words import loggable


class MdokumentyError(Exception):
    """The base of all: nothing else leaves the client when a call fails."""

    def __str__(self) -> str:
        return "mDokumenty: " + type(self).__name__

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"


class RetryLater(MdokumentyError):
    """Try again later: mDokumenty cannot be reached or cannot answer now.

    `retry_after` is what mDokumenty asked for, between nothing and an hour. `not_done` means that certainly
    nothing happened there: the request never left, or was answered by 425 or 429. A 503 says no such thing: a proxy
    may answer so after the work was done.
    """

    def __init__(
        self,
        retry_after: timedelta | None = None,
        not_done: bool = False,
        why: str = "no answer",
        cause: Cause = Cause.UNKNOWN,
    ) -> None:
        super().__init__(retry_after, not_done, why, cause)
        self.retry_after = retry_after
        self.not_done = not_done
        self.why = why
        self.cause = cause

    def __str__(self) -> str:
        after = "" if self.retry_after is None else f", retry after {self.retry_after.total_seconds():.0f} s"
        return f"{self.why}{after}"


class OutcomeUnknown(RetryLater):
    """The request was sent, and the answer never came or cannot be read: it may have been done.

    Ask by `client_reference`, or repeat with the same key.
    """


class ForeignRefusal(OutcomeUnknown):
    """A 4xx that is not mDokumenty's: no error object of the contract, as of a proxy in front of it.

    Never a verdict on an order. Many of them, or one to a question, are about us: most likely our certificate.
    """


class NotAccepted(MdokumentyError):
    """Our certificate or agreement is not accepted, or we do not accept theirs: stop sending and call somebody.

    401, 403, an alert of TLS about our certificate, or a certificate of theirs that cannot be trusted. Certainly
    nothing was done.
    """

    def __init__(self, cause: Cause = Cause.UNAUTHORISED, why: str = "") -> None:
        super().__init__(cause, why)
        self.cause = cause
        self.why = why

    def __str__(self) -> str:
        return f"mDokumenty: not accepted, {self.cause}"


class OurMistake(MdokumentyError):
    """The request is wrong (400, 405, 415, another 4xx, or an unknown code): staff must look.

    `code` is the one in the answer, or `http_<status>` where there is none. `not_done` means that certainly nothing
    happened there: the contract says of the status that the request was wrong. Of an unknown one nobody knows.
    """

    def __init__(self, code: str, not_done: bool = False, status: int = 400) -> None:
        super().__init__(code, not_done, status)
        self.code = code
        self.not_done = not_done
        self.status = status

    def __str__(self) -> str:
        return f"mDokumenty calls our request wrong: {loggable(self.code)}"


class Refused(MdokumentyError):
    """The ministry refuses the holder for good (422). The message may name the holder: not for logs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"mDokumenty refuses the holder: {loggable(self.code)}"


class OrderUnknown(MdokumentyError):
    """The order is not known to mDokumenty (404 `order_unknown`)."""


class Conflict(MdokumentyError):
    """Request that does not fit the state of the order there (409)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"mDokumenty answers with a conflict: {loggable(self.code)}"


class IdempotencyConflict(Conflict):
    """The same key came before with another body."""

    def __init__(self, code: str = "idempotency_conflict") -> None:
        super().__init__(code)


class HolderHasDocument(Conflict):
    """The holder already has a live document from this institution: `order_id` is its order."""

    def __init__(self, order_id: str) -> None:
        super().__init__("holder_has_document")
        self.args = (order_id,)
        self.order_id = order_id


class EarlierUnnamed(Conflict):
    """The holder already has a live document, and the answer does not name it: nobody can revoke it by itself."""

    def __init__(self, code: str = "holder_has_document") -> None:
        super().__init__(code)


class AlreadyCollected(Conflict):
    """The document is on a phone already: revoke it instead of cancelling."""

    def __init__(self, code: str = "already_collected") -> None:
        super().__init__(code)


class NotIssued(Conflict):
    """No document was issued yet: cancel the order instead of revoking."""

    def __init__(self, code: str = "not_issued") -> None:
        super().__init__(code)


class OrderFinal(Conflict):
    """The order is in a final state there, which is `status`."""

    def __init__(self, status: RemoteStatus) -> None:
        super().__init__("order_final")
        self.args = (status,)
        self.status = status


class NotCollected(Conflict):
    """The document is not on a phone, so that its date cannot be moved."""

    def __init__(self, code: str = "not_collected") -> None:
        super().__init__(code)


class AlreadyRevoked(Conflict):
    """The document is revoked, so that its date cannot be moved."""

    def __init__(self, code: str = "revoked") -> None:
        super().__init__(code)


class ReissueRequired(Conflict):
    """The date cannot be moved on this document: a new order is needed."""

    def __init__(self, code: str = "reissue_required") -> None:
        super().__init__(code)
