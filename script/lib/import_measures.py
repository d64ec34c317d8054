"""Measurement of imports: what new and changed rows cost in the preview, in the import and in undoing it.

It runs in a process of its own, whose memory is measured, on an empty database.
"""

import csv
import io
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlegitymacja_portal.settings")
django.setup()

import psutil
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from script.lib.console import say
from students import jobs
from students.half_years import half_year_end
from students.importing.columns import COLUMNS
from students.importing.import_jobs import start_import, start_preview
from students.importing.undo.undo_jobs import start_undo, start_undo_preview
from students.models import Job, User
from students.pesel import compose_pesel

_LONG = timedelta(hours=3)


def imports(rows: int) -> None:
    """Import new students and undo it; import them again, then with everything changed, and undo that."""
    by = User.objects.create_superuser("measures")
    _import_and_undo("new", rows, by, changed=False)
    _carried_out(start_import(_carried_out(_preview(rows, by, changed=False)), by=by))
    _import_and_undo("changed", rows, by, changed=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    say(f"All of these took at most {peak / 1e6:.0f} MB")


def _import_and_undo(what: str, rows: int, by: User, *, changed: bool) -> None:
    with _costs(f"Preview of an import of {what} rows", rows):
        preview = _carried_out(_preview(rows, by, changed=changed))
    with _costs(f"Import of {what} rows", rows):
        job = _carried_out(start_import(preview, by=by))
    with _costs(f"Preview of undoing {what} rows", rows):
        preview = _carried_out(start_undo_preview(job, by=by))
    with _costs(f"Undoing {what} rows", rows):
        _carried_out(start_undo(preview, by=by))


def _preview(rows: int, by: User, *, changed: bool) -> Job:
    return start_preview(ContentFile(_table(rows, changed=changed)), ".csv", None, by=by)


def _carried_out(job: Job) -> Job:
    while job.is_open:
        jobs.run_due(budget=_LONG)
        job.refresh_from_db()
    assert job.state == Job.State.DONE, job.failure  # noqa: S101 -- else the figure means nothing
    assert job.counts.keys().isdisjoint(("rejected", "left")), job.counts  # noqa: S101
    return job


@contextmanager
def _costs(what: str, rows: int) -> Iterator[None]:
    """Print the seconds of a core that the block takes for 1,000 rows, whatever else the machine does."""
    connection.ensure_connection()
    server = psutil.Process(connection.connection.info.backend_pid)
    python, postgres = time.process_time(), sum(server.cpu_times()[:2])
    yield
    python, postgres = time.process_time() - python, sum(server.cpu_times()[:2]) - postgres
    say(
        f"{what}: {(python + postgres) / rows * 1e3:.2f} s of a core for 1,000 rows of {rows} "
        f"({python:.1f} s in Python, {postgres:.1f} s in PostgreSQL)"
    )


def _table(rows: int, *, changed: bool) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(_row(number, timezone.localdate(), changed=changed) for number in range(rows))
    return text.getvalue().encode()


def _row(number: int, today: date, *, changed: bool) -> dict[str, str]:
    """Return a row of one student; a changed one has another surname, address, status and card."""
    born = date(2000, 1, 1) + timedelta(days=number % 2_000)
    return {
        "numer_albumu": f"{600_000 + number}",
        "login": f"measured{number}",
        "imiona": "Anna Maria",
        "nazwisko": "Żółć-Nowak" if changed else "Święta",
        "pesel": compose_pesel(born, "F", number // 2_000),
        "data_urodzenia": born.isoformat(),
        "email": f"{'new' if changed else 'old'}{number}@student.example.edu.pl",
        "wydzial": f"Wydział {number % 10}",
        "kierunek": f"kierunek {number % 70}",
        "poziom": "I",
        "status": "urlop" if changed else "aktywny",
        "od": (today - timedelta(days=60)).isoformat(),
        "els_numer": f"{9 if changed else 8}0{number:09}",
        "els_wydana": (today - timedelta(days=50)).isoformat(),
        "els_wazna_do": half_year_end(today).isoformat(),
        "els_uid_bezstykowy": f"{'0A' if changed else '0B'}{number:09}",
    }


if __name__ == "__main__":
    imports(int(sys.argv[1]))
