"""A model of mDokumenty in memory, whose truth and moods a test can turn as it likes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from mdocs.mdokumenty import (
    AlreadyCollected,
    AlreadyRevoked,
    Codes,
    HolderHasDocument,
    IdempotencyConflict,
    NotAccepted,
    NotCollected,
    NotIssued,
    OrderFinal,
    OrderRequest,
    OrderUnknown,
    OurMistake,
    OutcomeUnknown,
    QueryAnswer,
    Refused,
    ReissueRequired,
    Rejection,
    RemoteOrder,
    RemoteStatus,
    RetryLater,
    RevocationReason,
)

R = RemoteStatus
LIVE = {R.PENDING, R.PROCESSING, R.READY, R.COLLECTED}
MOODS = (
    "well",
    "down",  # refuses connections, or answers 429: nothing is done
    "broken",  # answers 500 or 503: nothing is done, and nobody can know
    "loses requests",
    "loses answers",
    "answers with the past",
    "answers in riddles",  # a status that is not in the contract
    "forgets",  # says of orders that it does not know them
    "leaves out",  # says nothing of an order that it was asked about
    "refuses holders",
    "refuses extensions",
    "refuses our certificate",
    "calls us wrong",
)


@dataclass
class Document:
    """An order there, with every version that could be seen of it."""

    request: OrderRequest
    versions: list[RemoteOrder] = field(default_factory=list)

    @property
    def now(self) -> RemoteOrder:
        return self.versions[-1]

    @property
    def is_live(self) -> bool:
        return self.now.status in LIVE


class Ministry:
    """Keeps the contract, as far as its mood lets it."""

    clock_difference: timedelta | None = None

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.mood = "well"
        self.documents: dict[UUID, Document] = {}
        self._clock = clock
        self._numbers = count(1)

    def live(self) -> list[Document]:
        return [document for document in self.documents.values() if document.is_live]

    # What happens there by itself

    def move(self, document: Document, status: RemoteStatus, **changes: object) -> RemoteOrder:
        """Bring a document into a state; each version is newer than the one before."""
        number = next(self._numbers)
        changes["codes"] = Codes(f"MD|token|{number}", f"AB{number:04}", self._clock() + timedelta(days=30))
        if status is not R.READY:
            changes["codes"] = None
        if status is R.REJECTED:
            changes["rejection"] = Rejection("photo_rejected", "")
        moment = self._clock() + timedelta(microseconds=number)
        document.versions.append(replace(document.now, status=status, updated_at=moment, **changes))  # type: ignore[arg-type]
        return document.now

    def go_on(self, document: Document) -> None:
        """Make the next step towards the phone."""
        following = {R.PENDING: R.PROCESSING, R.PROCESSING: R.READY, R.READY: R.COLLECTED}
        if step := following.get(document.now.status):
            self.move(document, step)

    # The wire

    def submit(self, request: OrderRequest) -> RemoteOrder:
        return self._answer(lambda: self._submit(request))

    def query(self, order_ids: Sequence[str]) -> QueryAnswer:
        known = {document.now.order_id: document for document in self.documents.values()}
        asked = [known[order_id] for order_id in order_ids if order_id in known]
        orders = [self._answer(lambda document=document: document.now) for document in asked]  # type: ignore[misc]
        if self.mood == "forgets":
            return QueryAnswer((), frozenset(order_ids))
        if self.mood == "leaves out":
            return QueryAnswer((), frozenset())
        if self.mood == "answers with the past":
            orders = [document.versions[0] for document in asked]
        return QueryAnswer(tuple(orders), frozenset(order_ids) - known.keys())

    def find(self, reference: UUID) -> RemoteOrder | None:
        document = self.documents.get(reference)
        return self._answer(lambda: document.now) if document else None

    def cancel(self, order_id: str) -> RemoteOrder:
        return self._answer(lambda: self._cancel(self._get(order_id)))

    def revoke(self, order_id: str, reason: RevocationReason) -> RemoteOrder:
        return self._answer(lambda: self._revoke(self._get(order_id)))

    def extend(self, order_id: str, valid_until: date) -> RemoteOrder:
        return self._answer(lambda: self._extend(self._get(order_id), valid_until))

    def health(self) -> None:
        if self.mood != "well":
            raise RetryLater(not_done=True)

    def _answer(self, work: Callable[[], RemoteOrder]) -> RemoteOrder:
        match self.mood:
            case "down":
                raise RetryLater(not_done=True)
            case "broken":
                raise RetryLater(not_done=False)
            case "loses requests":
                raise OutcomeUnknown
            case "refuses our certificate":
                raise NotAccepted
            case "calls us wrong":
                raise OurMistake("bad_request", not_done=True)
        answer = work()
        if self.mood == "loses answers":
            raise OutcomeUnknown
        if self.mood == "answers in riddles":
            return replace(answer, status=R.UNKNOWN, codes=None, rejection=None)
        return answer

    def _submit(self, request: OrderRequest) -> RemoteOrder:
        if document := self.documents.get(request.reference):
            if document.request != request:
                raise IdempotencyConflict
            return document.now
        if self.mood == "refuses holders":
            raise Refused("photo_rejected", "")
        for document in self.live():
            if document.request.holder.pesel == request.holder.pesel:
                raise HolderHasDocument(document.now.order_id)
        now = self._clock()
        created = RemoteOrder(
            f"mD-{len(self.documents) + 1}", request.reference, R.PENDING, request.valid_until, now, now
        )
        self.documents[request.reference] = Document(request, [created])
        return created

    def _get(self, order_id: str) -> Document:
        for document in self.documents.values():
            if document.now.order_id == order_id:
                return document
        raise OrderUnknown

    def _cancel(self, document: Document) -> RemoteOrder:
        match document.now.status:
            case R.CANCELLED:
                return document.now
            case R.COLLECTED:
                raise AlreadyCollected
            case status if status in LIVE:
                return self.move(document, R.CANCELLED)
            case status:
                raise OrderFinal(status)

    def _revoke(self, document: Document) -> RemoteOrder:
        match document.now.status:
            case R.REVOKED:
                return document.now
            case R.PENDING | R.PROCESSING:
                raise NotIssued
            case status if status in LIVE:
                return self.move(document, R.REVOKED)
            case status:
                raise OrderFinal(status)

    def _extend(self, document: Document, valid_until: date) -> RemoteOrder:
        if document.now.status is R.REVOKED:
            raise AlreadyRevoked
        if document.now.status is not R.COLLECTED:
            raise NotCollected
        if self.mood == "refuses extensions":
            raise ReissueRequired
        return self.move(document, R.COLLECTED, valid_until=valid_until)
