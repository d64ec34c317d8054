"""Celery tasks: they only wake the engine. Lost or doubled messages do no harm."""

from celery import shared_task
from django.utils import timezone

from mdocs import orders
from mdocs.engine import certificates, orphans, reconciliation, rounds
from mdocs.engine.gateway import connection
from mdocs.entitlement import end_warnings
from mdocs.entitlement.sweep import sweep
from mdocs.office.dashboard import days, kept
from mdocs.office.half_years import counting as half_years
from mdocs.orders import retention
from mdocs.querysets import Lane


@shared_task(name="mdocs.send_due")
def send_due() -> None:
    """Submit, cancel, revoke and extend what is due."""
    rounds.run(Lane.SEND, connection())


@shared_task(name="mdocs.poll_due")
def poll_due() -> None:
    """Poll mDokumenty about the orders that are due."""
    rounds.run(Lane.POLL, connection())


@shared_task(name="mdocs.warn_of_expiry")
def warn_of_expiry() -> None:
    """Record the orders whose codes expire soon, so that their students are notified."""
    orders.warn_of_expiry(timezone.now())


@shared_task(name="mdocs.warn_of_ends")
def warn_of_ends() -> None:
    """Record the mLegitymacje that end soon, so that their students are notified."""
    end_warnings.warn_of_ends(timezone.now())


@shared_task(name="mdocs.sweep_entitlement")
def sweep_entitlement() -> int:
    """End what nobody has a right to any more, and have last longer what should; return how many orders.

    Where so many would end that somebody has to accept it, those wait (`mdocs.entitlement.brake`).
    """
    return sweep(timezone.now()).total


@shared_task(name="mdocs.wipe_codes")
def wipe_codes() -> int:
    """Delete codes that are over by our own clock; return of how many orders."""
    return retention.wipe_codes(timezone.now())


@shared_task(name="mdocs.reconcile")
def reconcile() -> None:
    """Notice a restored database; go on with the comparison with mDokumenty that this, or the week, asks for."""
    reconciliation.tick(connection(), timezone.now())


@shared_task(name="mdocs.revoke_orphans")
def revoke_orphans() -> int:
    """Revoke documents without an order as the office, or the portal's own record, asks for; return how many."""
    return orphans.revoke_due(connection())


@shared_task(name="mdocs.count_days")
def count_days() -> None:
    """Count the days that are over, for the dashboard."""
    days.recount(timezone.now())


@shared_task(name="mdocs.count_office_figures")
def count_office_figures() -> int:
    """Count what the front page of the office shows and takes long to count; return how many rows."""
    return kept.recount(timezone.now())


@shared_task(name="mdocs.count_half_years")
def count_half_years() -> int:
    """Count the present half-year by faculty and level, and finish the one before; return how many rows."""
    return half_years.recount(timezone.now())


@shared_task(name="mdocs.check_certificate")
def check_certificate() -> int:
    """Mail administrators what is wrong with the certificate for mDokumenty, or that it ends; return how many mails."""
    return certificates.warn(timezone.now())


# Names that tasks had: what was queued under them before an upgrade is carried out after it.
@shared_task(name="mdocs.ask_due")
def ask_due() -> None:
    """Do what `poll_due` does."""
    poll_due()


@shared_task(name="mdocs.lapse_overdue")
def lapse_overdue() -> None:
    """Do what `sweep_entitlement` does, which ends what is over by its date as well."""
    sweep_entitlement()
