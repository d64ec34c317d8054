"""Ledger of orders, and the rules by which they change. Every method is given the time.

Nothing runs in the background. An order's next states follow from when it was made and from the behaviour;
they are written down, with their true times, as soon as anybody looks (`settle`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from mdocs.sandbox.behaviour import Behaviour, Dice
from mdocs.sandbox.errors import ApiError, bad_request
from mdocs.sandbox.orders import IN_PREPARATION, LIVE, Codes, Deed, Order, Status, later
from mdocs.sandbox.validation import Application, check_holder, fingerprint

PENDING_SHARE = 1 / 3  # of the processing time, an order is still pending


class Ledger:
    """All orders. `changed` holds the ids of those not stored yet; the store empties it."""

    def __init__(
        self, behaviour: Behaviour, behaves_since: datetime, orders: Iterable[Order] = (), last: int = 0
    ) -> None:
        self.behaviour = behaviour
        self.behaves_since = behaves_since
        self.dice = Dice(behaviour.seed)
        self.last_number = last
        self.changed: set[str] = set()
        self._orders: dict[str, Order] = {}
        self._by_reference: dict[UUID, Order] = {}
        self._by_qr_token: dict[str, Order] = {}
        self._latest: dict[tuple[str, str], Order] = {}
        for order in orders:
            self._enter(order)

    def __len__(self) -> int:
        return len(self._orders)

    def __getitem__(self, order_id: str) -> Order:
        return self._orders[order_id]

    def _enter(self, order: Order) -> None:
        self._orders[order.order_id] = order
        self._by_reference[order.client_reference] = order
        self._latest[order.holder.pesel, order.institution.code] = order
        self.last_number = order.number
        if order.codes:
            self._by_qr_token[order.codes.qr_token] = order

    def clear(self) -> None:
        """Forget every order; numbers go on, so that an id never means two orders."""
        self._orders.clear()
        self._by_reference.clear()
        self._by_qr_token.clear()
        self._latest.clear()
        self.changed.clear()

    def order_ids(self) -> dict[str, str]:
        """Return the id of each person's latest order, by PESEL: pages name people by it."""
        return {order.holder.pesel: order.order_id for order in self._latest.values()}

    def pesel_of(self, person: str) -> str:
        """Return the PESEL of a person who is named by an order's id; anything else is one itself."""
        order = self._orders.get(person)
        return order.holder.pesel if order else person

    def behave(self, behaviour: Behaviour, now: datetime) -> None:
        """Behave in another way from now on; what has happened until now happened under the old one."""
        for order in self._orders.values():
            self.settle(order, now)
        self.behaviour = behaviour
        self.behaves_since = now
        self.dice = Dice(behaviour.seed)

    # What time does

    def settle(self, order: Order, now: datetime) -> Order:
        """Let the order enter the states that have become due, each at its true time."""
        if order.status in IN_PREPARATION:
            wait = self.behaviour.processing_seconds.at(order.pace)
            self._prepare(order, wait, now)
        if order.status is Status.READY and order.codes and order.codes.expire_at <= now:
            self._move(order, Status.EXPIRED, order.codes.expire_at)
        return order

    def _prepare(self, order: Order, wait: float, now: datetime) -> None:
        # A state that the present behaviour brings about cannot have begun before that behaviour.
        processing_at = max(later(order.created_at, wait * PENDING_SHARE), self.behaves_since)
        ready_at = max(later(order.created_at, wait), self.behaves_since)
        if order.status is Status.PENDING and processing_at <= now:
            self._move(order, Status.PROCESSING, processing_at)
        if order.status is Status.PROCESSING and ready_at <= now:
            order.rejection = self.behaviour.reject_later.get(order.holder.pesel)
            if order.rejection:
                self._move(order, Status.REJECTED, ready_at)
            else:
                self._issue(order, ready_at)

    def _issue(self, order: Order, at: datetime) -> None:
        self._move(order, Status.READY, at)
        order.codes = Codes.draw(later(order.updated_at, self.behaviour.codes_valid_seconds))
        self._by_qr_token[order.codes.qr_token] = order

    def _move(self, order: Order, status: Status, at: datetime) -> None:
        order.move(status, at)
        self.changed.add(order.order_id)

    # Looking

    def orders(self, now: datetime) -> Iterator[Order]:
        """Yield every order as it is now, the oldest first."""
        for order in self._orders.values():
            yield self.settle(order, now)

    def newest(self, count: int, now: datetime) -> list[Order]:
        """Return the last orders, the newest first."""
        newest = [order for order, _ in zip(reversed(self._orders.values()), range(count), strict=False)]
        return [self.settle(order, now) for order in newest]

    def find(self, order_id: str, now: datetime) -> Order | None:
        """Return the order with this id."""
        order = self._orders.get(order_id)
        return order and self.settle(order, now)

    def find_reference(self, reference: UUID, now: datetime) -> Order | None:
        """Return the order that was made with this client reference."""
        order = self._by_reference.get(reference)
        return order and self.settle(order, now)

    def find_qr_token(self, qr_token: str, now: datetime) -> Order | None:
        """Return the order whose document has this QR code."""
        order = self._by_qr_token.get(qr_token)
        return order and self.settle(order, now)

    def _get(self, order_id: str, now: datetime) -> Order:
        order = self.find(order_id, now)
        if order is None:
            raise ApiError(404, "order_unknown")
        return order

    # What the university asks for

    def submit(self, application: Application, now: datetime) -> tuple[Order, bool]:
        """Order a document. Returns the order and whether it is new; raises the contract's 409 and 422."""
        digest = fingerprint(application)
        known = self.find_reference(application.client_reference, now)
        if known:
            if known.fingerprint != digest:
                raise ApiError(409, "idempotency_conflict")
            return known, False
        holder = application.holder
        if code := self.behaviour.reject.get(holder.pesel):
            raise ApiError(422, code)
        check_holder(application)
        latest = self._latest.get((holder.pesel, application.institution.code))
        if latest and self.settle(latest, now).status in LIVE:
            raise ApiError(409, "holder_has_document", order_id=latest.order_id)
        order = Order.place(self.last_number + 1, application, digest, self.dice.fraction("pace"), now)
        self._enter(order)
        self.changed.add(order.order_id)
        return self.settle(order, now), True

    def cancel(self, order_id: str, now: datetime) -> Order:
        """Cancel an order whose document has not been collected."""
        order = self._get(order_id, now)
        match order.status:
            case Status.CANCELLED:
                pass
            case Status.PENDING | Status.PROCESSING | Status.READY:
                self._move(order, Status.CANCELLED, now)
            case Status.COLLECTED:
                raise ApiError(409, "already_collected")
            case _:
                raise ApiError(409, "order_final", status=order.status)
        return order

    def revoke(self, order_id: str, now: datetime) -> Order:
        """End a document that was issued, wherever it is."""
        order = self._get(order_id, now)
        match order.status:
            case Status.REVOKED:
                pass
            case Status.READY | Status.COLLECTED:
                self._move(order, Status.REVOKED, now)
            case Status.PENDING | Status.PROCESSING:
                raise ApiError(409, "not_issued")
            case _:
                raise ApiError(409, "order_final", status=order.status)
        return order

    def extend(self, order_id: str, valid_until: date, now: datetime) -> Order:
        """Move the valid-until date of a collected document on; one that has run out needs a new order."""
        order = self._get(order_id, now)
        if order.status is Status.REVOKED:
            raise ApiError(409, "revoked")
        if order.status is not Status.COLLECTED:
            raise ApiError(409, "not_collected")
        if valid_until == order.valid_until:
            return order
        if valid_until < order.valid_until:
            raise bad_request("valid_until: data jest wcześniejsza niż obecna.")
        if self.behaviour.reissue_required or order.lapsed(now):
            raise ApiError(409, "reissue_required")
        order.extend(valid_until, now)
        self.changed.add(order.order_id)
        return order

    # What the student does

    def note(self, order: Order, deed: Deed) -> None:
        """Write down what a phone did with the document of an order."""
        if order.note(deed):
            self.changed.add(order.order_id)

    def activate(self, qr_token: str, activation_code: str, now: datetime) -> Order:
        """Bring a document onto the phone; 404: none, or ended; 403: wrong code; 410: used or expired."""
        order = self.find_qr_token(qr_token, now)
        if order is None or order.codes is None or order.status in (Status.CANCELLED, Status.REVOKED):
            raise ApiError(404, "document_unknown")
        if activation_code != order.codes.activation_code:
            raise ApiError(403, "wrong_activation_code")
        if order.status is Status.EXPIRED:
            raise ApiError(410, "codes_expired")
        if order.status is not Status.READY:
            raise ApiError(410, "codes_used")
        self._move(order, Status.COLLECTED, now)
        return order
