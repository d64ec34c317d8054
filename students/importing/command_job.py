"""Import by `manage.py import_students`, kept as a job: its page has the lists, the audit log and the undo."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django_guid.context import guid

from students import jobs
from students.importing.forecasts import Ending
from students.importing.job_kinds import IMPORT
from students.importing.outcomes import batch_result
from students.importing.results import RowResult
from students.models import Job

COMMAND = "command"  # among the parameters: no worker can go on with it, the files are the command's
# So long no worker takes the job. One that is open after that was left by a command that was killed.
_LEASE = timedelta(days=1)


class CommandStopped(Exception):
    """Somebody has pressed *Zatrzymaj* on the page of the job."""


@contextmanager
def command_job(total: int) -> Iterator[Job]:
    """Keep what the block imports as a job of `total` rows and photos, done or failed with the block."""
    job = Job.objects.create(
        kind=IMPORT,
        title=_("Import z USOS (import_students)"),
        parameters={COMMAND: True},
        state=Job.State.RUNNING,
        total=total,
        leased_until=timezone.now() + _LEASE,
    )
    request = guid.set(job.audit_id)
    try:
        yield job
    except CommandStopped:
        _end(job, Job.State.STOPPED)
        raise
    except BaseException:
        _end(job, Job.State.FAILED, _("Polecenie zostało przerwane. To, co zdążyło wczytać, zostaje."))
        raise
    else:
        _end(job, Job.State.DONE)
    finally:
        guid.reset(request)


def check_not_stopped(job: Job) -> None:
    """Raise CommandStopped where the job is to stop."""
    if Job.objects.filter(pk=job.pk, stop_asked=True).exists():
        raise CommandStopped


def add_batch(job: Job, results: Sequence[RowResult], endings: Sequence[Ending] = ()) -> None:
    """Add a batch to a job's lists and counts, in the transaction that has imported it."""
    found = jobs.add_up(job, batch_result(results, endings))
    Job.objects.filter(pk=job.pk).update(**found)
    job.done, job.counts = found["done"], found["counts"]


def expect_more(job: Job, number: int) -> None:
    """Add photos to what a job has to do."""
    Job.objects.filter(pk=job.pk).update(total=F("total") + number)


def _end(job: Job, state: Job.State, failure: str = "") -> None:
    Job.objects.filter(pk=job.pk).update(failure=failure, **jobs.ended(state, timezone.now()))
