"""Celery beat's schedule: what looks for due work every tick, and what runs by the clock.

Of the latter, `students.periodic` records the outcome: a task that fails or does not run shows in /health/ready.
"""

from typing import Any

from celery.schedules import crontab

from mlegitymacja_portal.due_work import TickWithWork

HOUR = 60 * 60  # seconds
WATCH = 15  # seconds between two looks after the portal

# Each looks for due work for a while, and the next tick goes on. Those without work are left out (due_work.py).
TICKS = (
    "mdocs.send_due",
    "mdocs.poll_due",
    "students.run_jobs",
    "notifications.dispatch_events",
    "notifications.send_emails",
    "notifications.send_push",
    "api.send_webhooks",
)
# Each by itself, a minute after the other: one that fails leaves the others alone.
NIGHTLY = (
    "students.delete_replaced_photos",
    "students.delete_orphaned_photos",
    "students.delete_job_files",
    "students.delete_imported_changes",
    "students.apply_retention",
    "accounts.clear_sessions",
    "accounts.delete_events",
    "accounts.delete_devices",
    "notifications.delete_messages",
    "notifications.delete_push_deliveries",
    "notifications.delete_push_services",
    "usos_api.delete_request_tokens",
    "usos_api.delete_access_tokens",
    "api.delete_tokens",
    "api.delete_idempotent_responses",
    "api.delete_webhook_deliveries",
)


def beat_schedule(tick: float) -> dict[str, Any]:
    """Return the schedule, by task; `tick` in seconds.

    A message expires when the next one is due, so that they never pile up behind workers that are busy or away.
    """
    nightly = {
        task: _entry(task, crontab(hour=3, minute=30 + index), HOUR) for index, task in enumerate(NIGHTLY)
    }
    return {
        **{task: _entry(task, TickWithWork(tick, task), tick) for task in TICKS},
        # Woken at once by what happens; this finds what was missed, and what a mail server asked to try later.
        "accounts.send_emails": _entry("accounts.send_emails", crontab(), 60),
        "operations.watch": _entry("operations.watch", WATCH, WATCH),
        "mdocs.warn_of_expiry": _entry("mdocs.warn_of_expiry", crontab(), 60),
        # During the day, as messages come of it. Once is enough, the rest is for when that was missed.
        "mdocs.warn_of_ends": _entry("mdocs.warn_of_ends", crontab(hour="7,10,14,18", minute=10), HOUR),
        # The day after a last valid day begins at midnight. The next times find nothing, unless the first was cut
        # short.
        "mdocs.sweep_entitlement": _entry(
            "mdocs.sweep_entitlement", crontab(hour="0,4", minute="0,5"), 4 * HOUR
        ),
        "mdocs.wipe_codes": _entry("mdocs.wipe_codes", crontab(minute="*/5"), 5 * 60),
        # Each minute: a restored database is noticed, and a comparison that is due or open goes on for a while.
        "mdocs.reconcile": _entry("mdocs.reconcile", crontab(), 60),
        "mdocs.revoke_orphans": _entry("mdocs.revoke_orphans", crontab(), 60),
        "mdocs.check_certificate": _entry("mdocs.check_certificate", crontab(minute=25), HOUR),
        "mdocs.count_days": _entry("mdocs.count_days", crontab(minute=7), HOUR / 2),
        "mdocs.count_office_figures": _entry("mdocs.count_office_figures", crontab(minute="*/10"), 10 * 60),
        "mdocs.count_half_years": _entry("mdocs.count_half_years", crontab(hour=23, minute=20), HOUR),
        **nightly,
    }


def _entry(task: str, schedule: float | crontab | TickWithWork, expires: float) -> dict[str, Any]:
    return {"task": task, "schedule": schedule, "options": {"expires": expires}}
