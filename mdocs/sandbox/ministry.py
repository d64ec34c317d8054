"""Ministry: the ledger, the calls, and the store of both."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mdocs.sandbox.behaviour import Behaviour
from mdocs.sandbox.calls import Call, Calls
from mdocs.sandbox.errors import ApiError
from mdocs.sandbox.exchanges import Exchange
from mdocs.sandbox.ledger import Ledger
from mdocs.sandbox.orders import Order
from mdocs.sandbox.store import Store
from mdocs.sandbox.validation import Application


def clock() -> datetime:
    """Return what time it is for the ministry."""
    return datetime.now(UTC)


class Ministry:
    """State that the routes work on. Nothing runs between two awaits: a change is whole or not at all."""

    def __init__(self, path: Path | None) -> None:
        self._store = Store(path)
        settings = self._store.load_settings()
        since = settings.get("behaves_since")
        self.ledger = Ledger(
            Behaviour.from_json(settings.get("behaviour", {})),
            datetime.fromisoformat(since) if since else clock(),
            self._store.load_orders(),
            settings.get("last_number", 0),
        )
        self.calls = Calls(self._store.load_calls(), self._store.load_last_call())

    def submit(self, application: Application) -> tuple[Order, bool]:
        """Order a document and keep its photo; see `Ledger.submit`."""
        order, is_new = self.ledger.submit(application, clock())
        if is_new:
            self._store.put_photo(order.number, application.photo)
        return order, is_new

    def behave(self, behaviour: Behaviour) -> None:
        """Behave in another way from now on."""
        self.ledger.behave(behaviour, clock())
        self._store.put_setting("behaviour", behaviour.as_json())
        self._store.put_setting("behaves_since", self.ledger.behaves_since.isoformat())

    def clear(self) -> None:
        """Empty the ledger and the list of calls."""
        self._store.put_setting("last_number", self.ledger.last_number)
        self._store.clear()
        self.ledger.clear()
        self.calls.clear()

    async def saved(self) -> None:
        """Return when everything that has happened is stored."""
        self._note_changes()
        await self._store.saved()

    async def photo(self, order: Order) -> bytes:
        """Return the photo that an order came with; a 404 if the ledger has been emptied meanwhile."""
        photo = await self._store.photo(order.number)
        if photo is None:
            raise ApiError(404, "document_unknown")
        return photo

    async def call(self, number: int) -> tuple[Call, Exchange | None]:
        """Return a call with what was asked and answered in it; a 404 if there is none of this number."""
        await self.saved()
        found = await self._store.call(number)
        if found is None:
            raise ApiError(404, "not_found")
        return found

    async def calls_of(self, order_id: str) -> list[Call]:
        """Return the latest calls about an order, the oldest first."""
        await self.saved()
        return await self._store.calls_of(order_id)

    def close(self) -> None:
        """Store what is left."""
        self._note_changes()
        self._store.close()

    def _note_changes(self) -> None:
        for order_id in self.ledger.changed:
            self._store.put_order(self.ledger[order_id])
        self.ledger.changed.clear()
        for call, exchange in self.calls.unsaved:
            self._store.put_call(call, exchange)
        self.calls.unsaved.clear()
