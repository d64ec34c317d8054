"""Certificate for mDokumenty: how this installation's files stand, and who is told before they end.

`certificate_state` is for all who show it: checks, health, the admin, doctor and metrics.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import mail_admins
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mdocs import mdokumenty as md
from mdocs.advice import CERTIFICATE_ENDS_SOON, CERTIFICATE_PROBLEMS, CERTIFICATE_UNUSABLE
from mdocs.models import CertificateWarning
from students.moments import write_moment

logger = logging.getLogger(__name__)

WARNED_DAYS = (30, 14, 7, 1)  # before the end


def certificate_state(now: datetime | None = None) -> md.CertificateState:
    """Return how certificate, key and CA stand, read from their files at each call (two milliseconds)."""
    return md.read_state(
        settings.MDOKUMENTY_CERTIFICATE,
        settings.MDOKUMENTY_KEY,
        settings.MDOKUMENTY_CA,
        now or timezone.now(),
    )


def ends_soon(state: md.CertificateState, now: datetime) -> bool:
    """Say whether one of the files ends so soon that it is spoken of."""
    left = state.days_left(now)
    return left is not None and left <= WARNED_DAYS[0]


def health(now: datetime) -> str:
    """Return "ok", what is wrong with the files, or in how many days they end."""
    state = certificate_state(now)
    if state.problem:
        return str(state.problem)
    return f"ends in {state.days_left(now)} days" if ends_soon(state, now) else "ok"


def words(state: md.CertificateState, now: datetime) -> str:
    """Say for people what is wrong with the files, or when they end; empty where there is nothing to say."""
    if state.problem:
        return str(CERTIFICATE_PROBLEMS[state.problem])
    left = state.days_left(now)
    if left is None or state.ends_at is None or not ends_soon(state, now):
        return ""
    name = "MDOKUMENTY_CERTIFICATE" if state.ends_at == state.not_after else "MDOKUMENTY_CA"
    ending = ngettext(
        "certyfikat (%(name)s) kończy się za %(days)s dzień: %(moment)s",
        "certyfikat (%(name)s) kończy się za %(days)s dni: %(moment)s",
        left,
    )
    return ending % {"name": name, "days": left, "moment": write_moment(state.ends_at)}


def outlook(state: md.CertificateState, now: datetime) -> str:
    """Say for people how the files stand, also where all is well or there are none."""
    left = state.days_left(now)
    if said := words(state, now):
        return said
    if left is None or state.ends_at is None:
        return _("nie ustawiono żadnego (MDOKUMENTY_CERTIFICATE)")
    return _("ważny do: %(moment)s (dni: %(days)s)") % {"moment": write_moment(state.ends_at), "days": left}


def warn(now: datetime) -> int:
    """Mail `ADMINS` what is wrong with the files, once a day, and that they end, once at each of WARNED_DAYS.

    Return how many mails. One that could not be sent is not noted, and sent at the next time: OSError is raised.
    """
    state = certificate_state(now)
    if not (due := _due(state, now)):
        return 0
    warning, is_news = CertificateWarning.objects.get_or_create(what=due, defaults={"at": now})
    if not is_news:
        return 0
    logger.error("The certificate for mDokumenty: %s", health(now))
    try:
        with translation.override(settings.LANGUAGE_CODE):
            said = words(state, now)
            to_do = CERTIFICATE_UNUSABLE if state.problem else CERTIFICATE_ENDS_SOON
            more = _("Więcej: docs/runbook.md, „Keys”. Zamówienia są zachowane, nic nie przepada.")
            mail_admins(_("mDokumenty: %s") % said, f"{said}\n\n{to_do}\n\n{more}\n")
    except OSError:  # smtplib's among them
        warning.delete()
        raise
    return 1


def _due(state: md.CertificateState, now: datetime) -> str:
    """Return the key of the warning that is due; it names the end that it is about, so that a new certificate has its
    own warnings."""
    if state.problem:
        return f"{state.problem} {timezone.localdate(now)}"
    left = state.days_left(now)
    steps = [] if left is None else [step for step in WARNED_DAYS if left <= step]
    return f"ends {state.ends_at:%Y-%m-%dT%H:%M:%SZ} {min(steps)}" if steps else ""
