"""Starters of background jobs: a job goes on only while the user who started it may still do what it does."""

from django_stubs_ext import StrOrPromise

from students.jobs import JobFailed
from students.models import Job, User


def starter_of(job: Job, permission: str, refusal: StrOrPromise) -> User:
    """Return who started a job. Raises JobFailed with `refusal` if they are not staff with this permission any more."""
    starter = job.started_by
    if starter is None or not starter.is_staff or not starter.has_perm(permission):
        raise JobFailed(refusal)
    return starter
