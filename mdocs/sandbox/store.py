"""Storage of the sandbox: one SQLite file, or a temporary database that ends with the process.

Everything is answered from memory, except photos and exchanges, which are too large for it. Changes are gathered in a
batch; `saved` returns when they are committed, and one commit serves all requests that wait for it. As no
answer leaves before `saved`, nothing that a client was told can be lost, however the process ends.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mdocs.sandbox.calls import CALLS_KEPT, Call
from mdocs.sandbox.exchanges import EXCHANGES_KEPT, Exchange
from mdocs.sandbox.orders import Codes, Deed, Order, Status, Version
from mdocs.sandbox.validation import Holder, Institution

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS photos (number INTEGER PRIMARY KEY, photo BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchanges (id INTEGER PRIMARY KEY, order_ids TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(repr=False)
class Batch:
    """Records that the next commit writes. Records are texts already, so that later changes do not leak into it."""

    clear: bool = False
    orders: dict[int, str] = field(default_factory=dict)
    photos: dict[int, bytes] = field(default_factory=dict)
    calls: list[tuple[int, str]] = field(default_factory=list)
    exchanges: list[tuple[int, str, str]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    error: Exception | None = None


class Store:
    """The database. It belongs to one thread, which the event loop waits for without blocking."""

    def __init__(self, path: Path | None) -> None:
        self._batch = Batch()
        self._writing = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._database = self._thread.submit(_open, path).result()

    # Loading, once, at the start

    def load_orders(self) -> list[Order]:
        """Return every stored order, the oldest first."""
        rows = self._thread.submit(self._rows, "SELECT record FROM orders ORDER BY number").result()
        return [_order(json.loads(row[0])) for row in rows]

    def load_calls(self) -> list[Call]:
        """Return every stored call, the oldest first."""
        rows = self._thread.submit(self._rows, "SELECT id, record FROM calls ORDER BY id").result()
        return [json.loads(record) | {"number": number} for number, record in rows]

    def load_last_call(self) -> int:
        """Return the number of the last call that there was, also if it is forgotten."""
        rows = self._thread.submit(
            self._rows, "SELECT seq FROM sqlite_sequence WHERE name = 'calls'"
        ).result()
        return int(rows[0][0]) if rows else 0

    def load_settings(self) -> dict[str, Any]:
        """Return the stored settings."""
        rows = self._thread.submit(self._rows, "SELECT name, value FROM settings").result()
        return {name: json.loads(value) for name, value in rows}

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.execute(query, values).fetchall()

    # Changing

    def clear(self) -> None:
        """Note that all orders, photos and calls go; settings stay."""
        settings = self._batch.settings
        self._batch = Batch(clear=True, settings=settings)

    def put_order(self, order: Order) -> None:
        """Note an order as it is now."""
        self._batch.orders[order.number] = json.dumps(_record(order))

    def put_photo(self, number: int, photo: bytes) -> None:
        """Note the photo of an order."""
        self._batch.photos[number] = photo

    def put_call(self, call: Call, exchange: Exchange) -> None:
        """Note a call, and what was asked and answered in it."""
        order_ids = f" {' '.join(exchange['order_ids'])} "
        self._batch.calls.append((call["number"], json.dumps(call)))
        self._batch.exchanges.append((call["number"], order_ids, json.dumps(exchange)))

    def put_setting(self, name: str, value: object) -> None:
        """Note a setting."""
        self._batch.settings[name] = json.dumps(value)

    async def saved(self) -> None:
        """Return when everything noted so far is committed."""
        batch = self._batch
        async with self._writing:
            if batch is self._batch:
                self._batch = Batch()
                await asyncio.get_running_loop().run_in_executor(self._thread, self._write, batch)
        if batch.error:
            raise batch.error

    async def photo(self, number: int) -> bytes | None:
        """Return the photo of an order, or None if the order has just been cleared."""
        query = "SELECT photo FROM photos WHERE number = ?"
        rows = await asyncio.get_running_loop().run_in_executor(self._thread, self._rows, query, number)
        return bytes(rows[0][0]) if rows else None

    async def call(self, number: int) -> tuple[Call, Exchange | None] | None:
        """Return a call with its exchange; the exchange of an older one is not kept."""
        query = "SELECT calls.record, exchanges.record FROM calls LEFT JOIN exchanges USING (id) WHERE calls.id = ?"
        rows = await asyncio.get_running_loop().run_in_executor(self._thread, self._rows, query, number)
        if not rows:
            return None
        call, exchange = rows[0]
        return json.loads(call) | {"number": number}, json.loads(exchange) if exchange else None

    async def calls_of(self, order_id: str) -> list[Call]:
        """Return the calls about an order, the oldest first, of those whose exchange is kept."""
        query = (
            "SELECT calls.record FROM exchanges JOIN calls USING (id) WHERE instr(order_ids, ?) ORDER BY id"
        )
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._thread, self._rows, query, f" {order_id} ")
        return [json.loads(row[0]) for row in rows]

    def _write(self, batch: Batch) -> None:
        try:
            with self._database as database:
                if batch.clear:
                    for table in ("orders", "photos", "calls", "exchanges"):
                        database.execute(f"DELETE FROM {table}")  # noqa: S608 - the four names above
                database.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?)", batch.orders.items())
                database.executemany("INSERT OR REPLACE INTO photos VALUES (?, ?)", batch.photos.items())
                database.executemany("INSERT INTO calls VALUES (?, ?)", batch.calls)
                database.executemany("INSERT INTO exchanges VALUES (?, ?, ?)", batch.exchanges)
                for table, kept in (("calls", CALLS_KEPT), ("exchanges", EXCHANGES_KEPT)):
                    oldest = f"(SELECT max(id) FROM {table}) - ?"  # noqa: S608 - the two names above
                    database.execute(f"DELETE FROM {table} WHERE id <= {oldest}", (kept,))  # noqa: S608
                database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", batch.settings.items())
        except sqlite3.Error as error:
            batch.error = error

    def close(self) -> None:
        """Commit what is left and close the file."""
        self._thread.submit(self._write, self._batch)
        self._thread.submit(self._database.close)
        self._thread.shutdown(wait=True)
        if self._batch.error:
            raise self._batch.error


def _open(path: Path | None) -> sqlite3.Connection:
    # An empty name is SQLite's temporary database, which leaves no file behind.
    database = sqlite3.connect(path or "", timeout=1)
    # Exclusive: a second sandbox on the same file would hand out the same numbers.
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute(f"PRAGMA journal_mode = {'WAL' if path else 'MEMORY'}")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("BEGIN IMMEDIATE")
    database.commit()
    database.executescript(SCHEMA)
    return database


def _record(order: Order) -> dict[str, Any]:
    holder, codes = order.holder, order.codes
    return {
        "number": order.number,
        "order_id": order.order_id,
        "client_reference": str(order.client_reference),
        "fingerprint": order.fingerprint,
        "institution": [order.institution.code, order.institution.name],
        "holder": [holder.pesel, holder.first_names, holder.last_name, holder.birth_date.isoformat()],
        "student_number": order.student_number,
        "card_number": order.card_number,
        "created_at": order.created_at.isoformat(),
        "pace": order.pace,
        "versions": [
            [seen.status, seen.at.isoformat(), seen.valid_until.isoformat()] for seen in order.versions
        ],
        "codes": codes and [codes.qr_token, codes.activation_code, codes.expire_at.isoformat()],
        "rejection": order.rejection,
        "deeds": [[deed.kind, deed.refusal, deed.at.isoformat()] for deed in order.deeds],
    }


def _order(record: dict[str, Any]) -> Order:
    pesel, first_names, last_name, birth_date = record["holder"]
    codes = record["codes"]
    return Order(
        number=record["number"],
        order_id=record["order_id"],
        client_reference=UUID(record["client_reference"]),
        fingerprint=record["fingerprint"],
        institution=Institution(*record["institution"]),
        holder=Holder(pesel, first_names, last_name, date.fromisoformat(birth_date)),
        student_number=record["student_number"],
        card_number=record["card_number"],
        created_at=datetime.fromisoformat(record["created_at"]),
        pace=record["pace"],
        versions=[
            Version(Status(status), datetime.fromisoformat(at), date.fromisoformat(valid_until))
            for status, at, valid_until in record["versions"]
        ],
        codes=codes and Codes(codes[0], codes[1], datetime.fromisoformat(codes[2])),
        rejection=record["rejection"],
        deeds=[
            Deed(kind, refusal, datetime.fromisoformat(at)) for kind, refusal, at in record.get("deeds", [])
        ],
    )
