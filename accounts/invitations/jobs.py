"""Background job that invites everybody who has no password yet, in batches."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.invitations import invitees
from accounts.invitations.invitees import Standing
from students import jobs
from students.models import Job, User

KIND = "invite"
BATCH = 500


def start(by: User) -> Job:
    """Start inviting the students whom `by` may see."""
    return jobs.start(KIND, _("Zaproszenia do portalu"), by=by)


def register() -> None:
    """Register the job type; called once, when the apps are ready."""
    labels = {
        Standing.TO_INVITE.value: gettext_lazy("zaproszono"),
        Standing.INVITED.value: Standing.INVITED.label,
        Standing.NO_ADDRESS.value: Standing.NO_ADDRESS.label,
    }
    jobs.register(jobs.JobType(KIND, _count, _step, labels))


def _count(job: Job) -> int:
    return _waiting(job).count()


def _step(job: Job) -> jobs.BatchResult:
    keys = list(
        _waiting(job).filter(pk__gt=job.cursor or 0).order_by("pk").values_list("pk", flat=True)[:BATCH]
    )
    invited = invitees.invite(keys, timezone.now())
    counts: dict[str, int] = {}
    for _user, standing in invited:
        counts[standing] = counts.get(standing, 0) + 1
    notes = [
        jobs.ItemNote(user.get_username(), standing)
        for user, standing in invited
        if standing != Standing.TO_INVITE
    ]
    return jobs.BatchResult(len(keys), counts, keys[-1] if len(keys) == BATCH else None, notes)


def _waiting(job: Job) -> QuerySet[Any]:
    """Return the accounts that are to be invited, or would be if they had an address."""
    if job.started_by is None:
        raise jobs.JobFailed(_("Nie ma już konta, które zleciło zaproszenia."))
    accounts = invitees.with_standing(invitees.accounts_of_students(job.started_by), job.created_at)
    return accounts.filter(standing__in=[Standing.TO_INVITE, Standing.NO_ADDRESS])
