"""References file: one line for each order that leaves for mDokumenty, and one for each number that it has there.

Append-only, and beside the backup rather than in it: by it a restored database finds the documents of orders that it
has lost (`mdocs.engine.reconciliation`). A line is written and synced before what it speaks of can happen. The file is
opened for each line, so that it may be rotated at any time by renaming it; each machine may have its own.

A line: moment, order, student (their numbers in our database) and mDokumenty's number, or "-". No personal data.
"""

import gzip
import logging
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from mdocs.mdokumenty.schemas import ORDER_ID_MAX_LENGTH
from mdocs.models import Order

logger = logging.getLogger(__name__)

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ORDER = re.compile(rf"\border(?:_id)?\"?[=: ]+\"?({_UUID})")
_STUDENT = re.compile(r"\bstudent(?:_id)?\"?[=: ]+\"?([0-9]+)")
_NUMBER = re.compile(rf"\bmdokumenty(?:_id)?\"?[=: ]+\"?([^\s\",]{{1,{ORDER_ID_MAX_LENGTH}}})")


@dataclass(frozen=True)
class Reference:
    """Reference to an order that was sent; `number` is mDokumenty's, None where no line names it."""

    order: UUID
    number: str | None = None
    student: int | None = None


def record(orders: Iterable[Order]) -> None:
    """Write down that orders are about to be sent, or what number they have there.

    A disk that takes nothing holds up no order: the failure is logged.
    """
    at = timezone.now().isoformat(timespec="seconds")
    lines = "".join(
        f"{at} order={order.pk} student={order.student_id} mdokumenty_id={order.mdokumenty_id or '-'}\n"
        for order in orders
    )
    if not lines or not settings.REFERENCES_FILE:
        return
    try:
        file = os.open(settings.REFERENCES_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, lines.encode())
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        logger.error("The references file takes no line: %s", error.strerror)


def read(paths: Iterable[Path]) -> list[Reference]:
    """Read the orders that files name, each once: references files, also gzipped, or logs of the portal.

    Lines that name no order are passed over. Raises OSError where a file cannot be read.
    """
    found: dict[UUID, Reference] = {}
    for path in paths:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", errors="replace") as lines:
            for line in lines:
                if match := _ORDER.search(line):
                    order = UUID(match[1])
                    earlier = found.get(order, Reference(order))
                    number, student = _NUMBER.search(line), _STUDENT.search(line)
                    found[order] = Reference(
                        order,
                        number[1] if number and number[1] != "-" else earlier.number,
                        int(student[1]) if student else earlier.student,
                    )
    return list(found.values())


def own_files() -> list[Path]:
    """Return this machine's references file and its rotated ones, the oldest first."""
    if not settings.REFERENCES_FILE:
        return []
    path = Path(settings.REFERENCES_FILE)
    return sorted(path.parent.glob(f"{path.name}*"), key=lambda each: each.stat().st_mtime)
