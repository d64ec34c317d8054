"""Jobs carried out to their end."""

from students import jobs
from students.models import Job


def finish(job: Job) -> Job:
    """Carry out what is due, and return this job, which is done."""
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.failure
    return job


def finished(kind: str) -> Job:
    """Carry out what is due, and return the newest job of this type, which is done."""
    jobs.run_due()
    job = Job.objects.filter(kind=kind).latest("pk")
    assert job.state == Job.State.DONE, job.failure
    return job
