"""Checks that only the doctor makes: they call other servers, or read the settings of this process."""

from collections.abc import Iterator

from django.core import checks
from django.core.mail import get_connection
from django.db import connection
from django.utils.translation import gettext_lazy as _

from mdocs import mdokumenty as md
from mdocs.engine import gateway
from notifications.push import vapid
from operations import machine
from operations.alarm_kinds import Kind
from operations.checks import clocks
from operations.checks.base import Check, Fact, Finding, Moment, Words


def _mdokumenty(_moment: Moment) -> Iterator[Finding]:
    """Ask mDokumenty how it is, with our certificate."""
    try:
        gateway.connection().health()
    except md.RetryLater as error:
        yield Finding("no answer", facts={"why": error.why})
    except md.NotAccepted:
        yield Finding("not accepted")


def _mail(_moment: Moment) -> Iterator[Finding]:
    """Connect to the mail server, and sign in there."""
    server = get_connection()
    try:
        server.open()
        server.close()
    except OSError as error:  # smtplib's among them
        yield Finding("unreachable", facts={"why": type(error).__name__})


def _push(_moment: Moment) -> Iterator[Finding]:
    try:
        vapid.public_key()
    except ValueError:
        yield Finding("wrong key")


def _measure_push(_moment: Moment) -> Iterator[Fact]:
    if vapid.is_on():
        yield Fact(
            _("PUSH_KEY jest odczytywany; serwerów powiadomień doktor nie pyta (robi to worker „push”)")
        )
    else:
        yield Fact(_("PUSH_KEY nie jest ustawiony: portal nie wysyła powiadomień na telefony"))


def _settings(_moment: Moment) -> Iterator[Finding]:
    """Run Django's checks, and ask the database for the one setting that a pooler swallows."""
    for message in checks.run_checks(databases=["default"], include_deployment_checks=False):
        if message.is_serious() and not message.is_silenced():
            yield Finding("contradict", str(message.id), {"what": str(message.msg)})
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        if cursor.fetchone() == ("on",):
            yield Finding("jit on")


def of_this_machine() -> list[tuple[Kind, Finding]]:
    """Return what the doctor's own process finds on its machine, which has no sign of life."""
    found = [
        (
            Kind.DISK if name == "disk" else Kind.STORAGE,
            Finding(status, "doctor" if name == "disk" else f"doctor ({name})"),
        )
        for name, status in machine.findings().items()
    ]
    return found + [(Kind.CLOCK, finding) for finding in clocks.of_this_machine()]


MDOKUMENTY_CALL = Check(
    Kind.MDOKUMENTY_CALL,
    _mdokumenty,
    {
        "no answer": Words(
            _("mDokumenty nie odpowiadają tej maszynie (%(why)s)."),
            _("Sprawdź MDOKUMENTY_URL, MDOKUMENTY_CA i to, czy zapora przepuszcza połączenie."),
        ),
        "not accepted": Words(
            _("mDokumenty nie przyjmują naszego certyfikatu lub umowy."),
            _("Sprawdź daty certyfikatu oraz MDOKUMENTY_CERTIFICATE i MDOKUMENTY_KEY."),
        ),
    },
    thorough=True,
)
MAIL = Check(
    Kind.MAIL,
    _mail,
    {
        "unreachable": Words(
            _("Serwer poczty nie przyjmuje połączenia z tej maszyny (%(why)s)."),
            _("Sprawdź EMAIL_URL: adres, certyfikat, nazwę i hasło."),
        )
    },
    thorough=True,
)
PUSH = Check(
    Kind.PUSH,
    _push,
    {
        "wrong key": Words(
            _("PUSH_KEY nie jest kluczem."),
            _("Ustaw 32 bajty w base64 (docs/deployment.md, Messages to phones)."),
        )
    },
    thorough=True,
    measure=_measure_push,
)
SETTINGS = Check(
    Kind.SETTINGS,
    _settings,
    {
        "contradict": Words(
            _("Ustawienia są sprzeczne (%(subject)s): %(what)s"), _("Popraw je; manage.py check mówi, jak.")
        ),
        "jit on": Words(
            _("PostgreSQL kompiluje zapytania (jit): strony studentów trwają sekundy."),
            _("Wykonaj ALTER DATABASE … SET jit = off."),
        ),
    },
    thorough=True,
)
