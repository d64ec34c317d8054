"""Jobs that follow another one, such as an import that was previewed: one for each, however often it is asked for."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from students.models import Job


def start_once(after: Job, followers: QuerySet[Job], start: Callable[[Job], Job]) -> Job:
    """Return the job among `followers` of another, or else the one that `start` starts, under the other's row lock.

    `start` takes the other as it is under the lock: it may have gone on since it was read. Raises what `start` raises.
    """
    with transaction.atomic():
        locked = Job.objects.select_for_update(no_key=True).get(pk=after.pk)
        return followers.first() or start(locked)


def jobs_of_preview(kind: str, preview: Job) -> QuerySet[Job]:
    """Return the jobs of this type that carry out a preview; `start_once` lets there be one."""
    return Job.objects.filter(kind=kind, parameters__preview=preview.pk)
