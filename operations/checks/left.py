"""Checks of what only people can settle: what a comparison with mDokumenty has left, and receivers of webhooks."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from api.webhooks import health as webhooks
from mdocs.engine import leftovers
from operations import due
from operations.alarm_kinds import Kind
from operations.checks.base import Check, Fact, Finding, Moment, Words


def _reconciliation(moment: Moment) -> Iterator[Finding]:
    for status, number in leftovers.health(moment.now).items():
        # Of one kind and subject there is one alarm, and these may come together: each is its own subject.
        yield Finding(status, status, {"number": number})


def _measure_webhooks(moment: Moment) -> Iterator[Fact]:
    found = due.undelivered("webhooks")
    values = {"number": found.number, "seconds": round(found.seconds(moment.now))}
    yield Fact(_("Powiadomień czeka %(number)s, najstarsze %(seconds)s s po terminie"), values)


def _webhooks(moment: Moment) -> Iterator[Finding]:
    for status, endpoint in webhooks.health(moment.now):
        yield Finding(status, endpoint.name)


RECONCILIATION = Check(
    Kind.RECONCILIATION,
    _reconciliation,
    {
        leftovers.NO_ORDER: Words(
            _("W mDokumentach są dokumenty, których nie chce żadne zamówienie (%(number)s)."),
            _(
                "Ustal, czyje są („Dokumenty bez zamówienia” w administracji), i unieważnij te, "
                "które nie powinny istnieć."
            ),
        ),
        leftovers.NOT_REVOKED: Words(
            _("Od ponad dnia nie udaje się unieważnić dokumentów bez zamówienia (%(number)s)."),
            _(
                "Zobacz w dzienniku workera kolejki „celery”, co odpowiadają mDokumenty; zawiadom ministerstwo."
            ),
        ),
        leftovers.DIFFERENCES: Words(
            _("Zamówienia różnią się od mDokumentów tak, że portal sam tego nie rozstrzygnie (%(number)s)."),
            _(
                "Zobacz „Uzgodnienia z mDokumentami” w administracji; gdy to wyjaśnisz, "
                "uruchom manage.py reconcile."
            ),
        ),
    },
    names_nobody=False,
)
WEBHOOKS = Check(
    Kind.WEBHOOKS,
    _webhooks,
    {
        "switched off": Words(
            _("Portal wyłączył odbiorcę powiadomień „%(subject)s”: niczego nie przyjmuje."),
            _(
                "Porozmawiaj z tymi, którzy go prowadzą, potem zaznacz „aktywny”: dostanie to, co czeka. "
                "Niepotrzebnego usuń."
            ),
            is_logged=True,
        ),
        "failing": Words(
            _("Odbiorca powiadomień „%(subject)s” od ponad godziny niczego nie przyjmuje."),
            _("Zawiadom tych, którzy go prowadzą; po trzech dobach portal go wyłączy. Nic nie ginie."),
        ),
    },
    names_nobody=False,
    measure=_measure_webhooks,
)
