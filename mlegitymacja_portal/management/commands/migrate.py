"""manage.py migrate: Django's, which meets the work of a portal that runs.

A migration that waits for a lock holds up everybody who comes after it, and one that has changed a table may wait for
those who wait for that table. So none waits long: it ends, undone, and begins anew a moment later.
"""

import time
from contextlib import suppress
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import Error, OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable

LOCK_TIMEOUT, TRIES, PAUSE = 2.0, 30, 2.0  # seconds, times, seconds
_IN_THE_WAY = """
SELECT pid, coalesce(nullif(application_name, ''), backend_type), state, extract(epoch FROM now() - xact_start),
    left(query, 80)
FROM pg_stat_activity
WHERE xact_start < now() - make_interval(secs => %s) AND pid <> pg_backend_pid() AND datname = current_database()
ORDER BY xact_start LIMIT 5
"""


class Command(migrate.Command):
    """Migrate: waits for no lock longer than a moment, and tries again what met a lock or a deadlock."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            type=float,
            default=LOCK_TIMEOUT,
            metavar="SECONDS",
            help=f"how long a migration waits for a lock, and others behind it ({LOCK_TIMEOUT:g})",
        )
        parser.add_argument(
            "--tries", type=int, default=TRIES, help=f"how often one that met a lock is tried ({TRIES})"
        )
        parser.add_argument(
            "--pause", type=float, default=PAUSE, metavar="SECONDS", help=f"between two tries ({PAUSE:g})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; what is done stays done, and the rest is tried again. Raises CommandError."""
        self._lock_timeout, tries = options["lock_timeout"], options["tries"]
        self._at = ""
        for number in range(1, tries + 1):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
                self._report(error, number, tries)
            finally:
                with suppress(Error):  # the connection may be what has failed
                    self._limit(0)
            time.sleep(options["pause"])
        raise CommandError(
            f"{self._at or 'The migration'} found no moment without locks in its way; nothing of it was done, what came"
            " before it is. Run migrate again, or end what is in the way (docs/deployment.md, A new version)."
        )

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Print the progress, as Django does, and limit what the next migration waits for.

        One that builds an index concurrently waits: nobody waits for it.
        """
        super().migration_progress_callback(action, migration, fake)
        match action:
            case "apply_start" | "unapply_start":
                self._at = f"Migration {migration}"
                indexes = [it for it in migration.operations if isinstance(it, AddIndexConcurrently)]
                self._limit(0 if indexes else self._lock_timeout)
                if action == "apply_start" and not fake:
                    self._clear_up(indexes)
            case "apply_success" | "unapply_success":
                self._at = ""
                self._limit(0)

    def _clear_up(self, indexes: list[AddIndexConcurrently]) -> None:
        """Remove what an attempt at a migration has left of these, as an index half built is no use to anybody."""
        with connection.cursor() as cursor:
            for operation in indexes:
                name = connection.ops.quote_name(operation.index.name)
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    def _limit(self, seconds: float) -> None:
        if connection.connection is not None and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds * 1000:.0f}ms"])

    def _report(self, error: OperationalError, number: int, tries: int) -> None:
        what = str(error).partition("\n")[0]
        self.stderr.write(f"\n{self._at or 'The migration'} was undone: {what} (try {number} of {tries}).")
        with connection.cursor() as cursor:
            cursor.execute(_IN_THE_WAY, [self._lock_timeout / 2])
            for pid, name, state, seconds, query in cursor.fetchall():
                self.stderr.write(f"  process {pid} of {name}, {state}, for {seconds:.0f} s: {query}")
