"""E-mails about alarms: one when something begins and one when it is gone, to ADMINS and to staff who want them."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations import alarm_texts, registry
from operations.models import Alarm, AlarmSubscription
from students import smtp
from students.models import User
from students.moments import write_moment

logger = logging.getLogger(__name__)

SETTLED = timedelta(minutes=2)  # after which what is gone is said to be
_AGAIN = timedelta(minutes=1)  # after a mail server has refused, or the process that was at it has died
SEE = "operations.view_alarm"


def send(now: datetime) -> int:
    """Send what is due; return of how many alarms. A mail server that refuses is tried again at the next run."""
    return _mail_alarms(now, "told_at", _begun(now), is_end=False) + _mail_alarms(
        now, "end_told_at", _ended(now), is_end=True
    )


def subscribers() -> list[User]:
    """Return the staff who want mails, and may see alarms."""
    wanting = User.objects.filter(pk__in=AlarmSubscription.objects.values("user")).filter(
        is_active=True, is_staff=True
    )
    return [user for user in wanting.exclude(email="") if user.has_perm(SEE)]


def mail_admins(alarm: Alarm, *, is_end: bool) -> bool:
    """Mail ADMINS about an alarm that the database does not hold; return whether they are told."""
    return _send([(mailbox, settings.LANGUAGE_CODE, [alarm]) for _name, mailbox in settings.ADMINS], is_end)


def _begun(now: datetime) -> list[Alarm]:
    waiting = Alarm.objects.filter(told_at__isnull=True).filter(_is_due(now))
    over = [alarm for alarm in waiting if alarm.gone_at is not None]
    # Gone before anybody was told: a mail would only ask for what is mended.
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in over]).update(told_at=now, end_told_at=now)
    return [alarm for alarm in waiting if alarm.gone_at is None and alarm.since + _patience(alarm) <= now]


def _ended(now: datetime) -> list[Alarm]:
    gone = Alarm.objects.filter(told_at__isnull=False, end_told_at__isnull=True, gone_at__lte=now - SETTLED)
    return list(gone.filter(_is_due(now)))


def _is_due(now: datetime) -> Q:
    return Q(next_mail_at__isnull=True) | Q(next_mail_at__lte=now)


def _patience(alarm: Alarm) -> timedelta:
    words = registry.words(alarm.kind, alarm.status)
    return words.patience if words else timedelta()


def _mail_alarms(now: datetime, field: str, alarms: Sequence[Alarm], *, is_end: bool) -> int:
    """Mail alarms that nobody else is mailing at this moment; return how many."""
    mine = [alarm for alarm in alarms if _claim(alarm, field, now)]
    if not mine:
        return 0
    if not _mail(mine, is_end=is_end):
        return 0
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in mine]).update(**{field: now}, next_mail_at=None)
    return len(mine)


def _claim(alarm: Alarm, field: str, now: datetime) -> bool:
    unclaimed = Alarm.objects.filter(_is_due(now), **{"pk": alarm.pk, f"{field}__isnull": True})
    return unclaimed.update(next_mail_at=now + _AGAIN) > 0


def _mail(alarms: Sequence[Alarm], *, is_end: bool) -> bool:
    """Send one e-mail to each who is told; return whether they are told."""
    new_to_admins = [alarm for alarm in alarms if is_end or not _is_logged(alarm)]
    admins = dict.fromkeys((mailbox for _name, mailbox in settings.ADMINS), settings.LANGUAGE_CODE)
    languages = admins | {user.email: user.language or settings.LANGUAGE_CODE for user in subscribers()}
    letters = [
        (mailbox, language, about)
        for mailbox, language in languages.items()
        if (about := new_to_admins if mailbox in admins else alarms)
    ]
    return _send(letters, is_end)


def _send(letters: Sequence[tuple[str, str, Sequence[Alarm]]], is_end: bool) -> bool:
    """Send e-mails to mailboxes, in languages, about alarms; return whether those are told.

    A mailbox that is gone or full is left out, unless all are and may be reached later: because of one the others are
    neither left out nor mailed once a minute.
    """
    if not letters:
        return True
    is_told = False
    try:
        with smtp.open_connection() as connection:
            for mailbox, language, alarms in letters:
                with translation.override(language):
                    rejection = smtp.send(_message(alarms, mailbox, is_end=is_end), connection)
                if rejection is not None:
                    logger.error("an alarm could not be mailed to one of its readers: %s", rejection.code)
                is_told = is_told or rejection is None or rejection.is_final
    except OSError as error:  # smtplib's among them
        logger.error("an alarm could not be mailed: %s", type(error).__name__)
        return False
    return is_told


def _is_logged(alarm: Alarm) -> bool:
    words = registry.words(alarm.kind, alarm.status)
    return bool(words and words.is_logged)


def _message(alarms: Sequence[Alarm], mailbox: str, *, is_end: bool) -> EmailMessage:
    first = str(alarms[0].get_kind_display())
    number = len(alarms)
    if is_end:
        subject = ngettext("Ustał alarm: %(first)s", "Ustało alarmów: %(number)s", number)
    else:
        subject = ngettext("Alarm: %(first)s", "Nowe alarmy: %(number)s", number)
    body = "\n\n".join(_paragraph(alarm, is_end=is_end) for alarm in alarms)
    if settings.PORTAL_URL:
        body += "\n\n" + _("Wszystkie alarmy: %s") % f"{settings.PORTAL_URL}/admin/operations/alarm/"
    subject = _("Portal mLegitymacja: %s") % (subject % {"first": first, "number": number})
    return EmailMessage(subject, body, settings.SERVER_EMAIL, [mailbox])


def _paragraph(alarm: Alarm, *, is_end: bool) -> str:
    wrong, mend = alarm_texts.of(alarm)
    since = _("Od: %s") % write_moment(timezone.localtime(alarm.since))
    if is_end and alarm.gone_at is not None:
        return f"{wrong}\n{since}. " + _("Ustało: %s") % write_moment(timezone.localtime(alarm.gone_at))
    where = f"{alarm_texts.RUNBOOK}, „{alarm_texts.section(alarm.kind, alarm.status)}”"
    return f"{wrong}\n{mend}\n{since}. {where}"
