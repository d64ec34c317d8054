"""Checks of the work itself: orders, mDokumenty, messages, periodic tasks, the sweep, and sign-in."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from accounts import proxies
from mdocs import advice
from mdocs.engine import breaker, certificates
from mdocs.entitlement import brake
from mdocs.models import Breaker, Order
from mdocs.querysets import Lane, Priority
from notifications.messages import health as messages
from notifications.push import health as push
from operations import due, timed_units
from operations.alarm_kinds import Kind
from operations.checks.base import Check, Fact, Finding, Moment, Words

# How long an order may be due that somebody waits for; what is done for many goes on behind it for hours.
LATE = timedelta(minutes=2)
LATE_LOW = timedelta(hours=12)
_LOW = {Priority.SEND_LOW, Priority.POLL_LOW}
_OUTAGE = timedelta(minutes=15)


def _orders_due(moment: Moment) -> Iterator[Finding]:
    """Find the lanes whose oldest due order is late. A lane that is paused has its reason, which is told."""
    paused = set(Breaker.objects.exclude(state=Breaker.State.CLOSED).values_list("lane", flat=True))
    for lane in Lane:
        if lane in paused:
            continue
        rows = Order.objects.due(lane, moment.now).order_by()
        ages = {
            Priority(priority): moment.now - oldest
            for priority, oldest in rows.values_list("priority").annotate(oldest=Min("next_attempt_at"))
        }
        late = [age for priority, age in ages.items() if age > (LATE_LOW if priority in _LOW else LATE)]
        if late:
            yield Finding("late", lane.value, {"minutes": max(late) // timedelta(minutes=1)})


def _measure_orders(moment: Moment) -> Iterator[Fact]:
    """Say what is due in each lane, also in one that is paused."""
    for lane in Lane:
        found = due.orders(lane, moment.now)
        seconds = round(found.seconds(moment.now))
        yield Fact(
            _("Kolejka „%(lane)s”: zamówień %(number)s, najstarsze czeka %(seconds)s s"),
            {"lane": lane.value, "number": found.number, "seconds": seconds},
        )


def _measure_undelivered(*kinds: str) -> Callable[[Moment], Iterator[Fact]]:
    def measure(moment: Moment) -> Iterator[Fact]:
        for kind in kinds:
            found = due.undelivered(kind)
            seconds = round(found.seconds(moment.now))
            yield Fact(
                _("%(kind)s: czeka %(number)s, najstarsze %(seconds)s s po terminie"),
                {"kind": kind, "number": found.number, "seconds": seconds},
            )

    return measure


def _measure_certificate(moment: Moment) -> Iterator[Fact]:
    state = certificates.certificate_state(moment.now)
    yield Fact("%(what)s", {"what": certificates.outlook(state, moment.now)})


def _mdokumenty(_moment: Moment) -> Iterator[Finding]:
    worst = breaker.worst()
    if worst.state != Breaker.State.CLOSED:
        said = f"{worst.state}: {worst.cause}" if worst.cause else str(worst.state)
        yield Finding(str(worst.state), facts={"cause": str(worst.cause_words)}, said=said)


def _certificate(moment: Moment) -> Iterator[Finding]:
    if (said := certificates.health(moment.now)) == "ok":
        return
    state = certificates.certificate_state(moment.now)
    facts = {"what": certificates.words(state, moment.now)}
    yield Finding("unusable" if state.problem else "ends soon", facts=facts, said=said)


def _messages(moment: Moment) -> Iterator[Finding]:
    if (status := messages.health(moment.now)) != "ok":
        yield Finding(status)


def _phones(moment: Moment) -> Iterator[Finding]:
    if (status := push.health(moment.now)) != "ok":
        yield Finding(status)


def _periodic_tasks(moment: Moment) -> Iterator[Finding]:
    for status, name in moment.periodic_troubles:
        if name != brake.TASK:
            yield Finding(status, name)
    for unit in timed_units.late(moment.now):
        yield Finding("unit late", unit)


def _measure_units(moment: Moment) -> Iterator[Fact]:
    for unit, age in timed_units.ages(moment.now).items():
        words = _("%(unit)s: ostatnio wykonane %(hours)s godz. temu")
        yield Fact(words, {"unit": unit, "hours": age // timedelta(hours=1)})


def _sweep(moment: Moment) -> Iterator[Finding]:
    for status, name in moment.periodic_troubles:
        if name == brake.TASK:
            yield Finding(status)
    if (said := brake.health()) != "ok":
        yield Finding("stopped", said=said)


def _sign_in(_moment: Moment) -> Iterator[Finding]:
    if sign := proxies.seen():
        yield Finding(sign.value, said=proxies.health())


ORDERS_DUE = Check(
    Kind.ORDERS_DUE,
    _orders_due,
    {
        "late": Words(
            _("Zamówienia czekają na swoją kolej zbyt długo (%(subject)s, minut: %(minutes)s)."),
            _(
                "Sprawdź workera tej kolejki; gdy pracuje bez przerwy, uruchom drugiego albo zwiększ ENGINE_WORKERS."
            ),
        )
    },
    measure=_measure_orders,
)
MDOKUMENTY = Check(
    Kind.MDOKUMENTY,
    _mdokumenty,
    {
        "open": Words(
            _("mDokumenty nie odpowiadają. Zamówienia są bezpieczne, portal wyśle je sam."),
            _("Nic nie trzeba robić. Gdy trwa to długo, zawiadom biuro obsługi ministerstwa."),
            patience=_OUTAGE,
        ),
        "not_accepted": Words(
            _("mDokumenty nie przyjmują naszego certyfikatu lub umowy. Wysyłanie stoi, nic nie ginie."),
            _("Sprawdź daty certyfikatu oraz MDOKUMENTY_CERTIFICATE, MDOKUMENTY_KEY i MDOKUMENTY_CA."),
            is_logged=True,
        ),
    },
)
CERTIFICATE = Check(
    Kind.CERTIFICATE,
    _certificate,
    {
        "unusable": Words(
            _("Plików certyfikatu nie można użyć: %(what)s. Bez nich nic nie da się zamówić ani unieważnić."),
            advice.CERTIFICATE_UNUSABLE,
            is_logged=True,
        ),
        "ends soon": Words(
            _("Certyfikat wkrótce się skończy: %(what)s."),
            advice.CERTIFICATE_ENDS_SOON,
            is_logged=True,
        ),
    },
    measure=_measure_certificate,
)
MESSAGES = Check(
    Kind.MESSAGES,
    _messages,
    {
        "not told": Words(
            _("Od ponad pięciu minut studenci nie dostają wiadomości o swoich zamówieniach."),
            _("Sprawdź workera kolejki „messages”."),
        ),
        "mail not sent": Words(
            _("E-maile, na które ktoś czeka, zalegają od kwadransa."),
            _("Sprawdź workera kolejki „emails” i to, ile e-maili na sekundę przyjmuje serwer poczty."),
        ),
        "mail unreachable": Words(
            _("Serwer poczty nie przyjmuje e-maili portalu. W portalu studenci widzą swoje wiadomości."),
            _("Sprawdź EMAIL_URL: adres, certyfikat, nazwę i hasło."),
        ),
    },
    measure=_measure_undelivered("events", "emails", "emails_low_priority"),
)
PHONES = Check(
    Kind.PHONES,
    _phones,
    {
        "not sent": Words(
            _("Powiadomienia na telefony czekają od ponad pięciu minut."),
            _("Sprawdź workera kolejki „push”."),
        ),
        "not accepted": Words(
            _("Serwery powiadomień od kwadransa nie przyjmują powiadomień na telefony."),
            _("Zobacz „Serwery powiadomień” w administracji; sprawdź HTTPS_PROXY, zegar i PUSH_KEY."),
        ),
    },
    measure=_measure_undelivered("push"),
)
PERIODIC_TASKS = Check(
    Kind.PERIODIC_TASKS,
    _periodic_tasks,
    {
        "failed": Words(
            _("Zadanie okresowe %(subject)s się nie powiodło."),
            _("Zobacz „Zadania okresowe” w administracji i dziennik workera kolejki „celery”."),
            is_logged=True,
        ),
        "late": Words(
            _("Zadanie okresowe %(subject)s nie wykonało się o swojej porze."),
            _("Sprawdź beat i workera kolejki „celery”."),
        ),
        "unit late": Words(
            _("%(subject)s nie wykonuje się: ostatnio powiodło się zbyt dawno temu albo nigdy."),
            _(
                "Zobacz, czy działa %(subject)s.timer (systemctl list-timers) i co mówi journalctl -u %(subject)s; "
                "potem uruchom systemctl start %(subject)s."
            ),
        ),
    },
    measure=_measure_units,
)
SWEEP = Check(
    Kind.SWEEP,
    _sweep,
    {
        "failed": Words(
            _("Codzienny przegląd uprawnień się nie powiódł."),
            _("Zobacz dziennik workera kolejki „celery”, potem uruchom manage.py sweep_entitlement."),
            is_logged=True,
        ),
        "late": Words(
            _("Codzienny przegląd uprawnień nie wykonał się o swojej porze."),
            _("Sprawdź beat i workera kolejki „celery”, potem uruchom manage.py sweep_entitlement."),
        ),
        "stopped": Words(
            _("Codzienny przegląd uprawnień zatrzymał się: zakończyłby niezwykle wiele dokumentów."),
            _(
                "Zobacz na stronie głównej administracji, które i dlaczego; potem je zakończ albo usuń przyczynę."
            ),
            is_logged=True,
        ),
    },
)
SIGN_IN = Check(
    Kind.SIGN_IN,
    _sign_in,
    {
        "proxy not counted": Words(
            _(
                "Ktoś zalogował się z prywatnego adresu, z nagłówkiem X-Forwarded-For, a PROXIES wynosi 0. Jeśli to "
                "adres Waszego proxy, wszyscy mają w portalu ten jeden adres i jeden limit prób logowania."
            ),
            _(
                "Sprawdź, czy przed portalem stoi proxy. Jeśli tak, ustaw PROXIES na liczbę proxy i uruchom WWW i "
                "workery ponownie."
            ),
            is_logged=True,
        ),
        "one address": Words(
            _(
                "Jednego dnia zalogowało się 20 lub więcej kont, wszystkie z tego samego, prywatnego adresu. Tak jest, "
                "gdy proxy nie przekazuje adresów: wtedy wszyscy mają jeden limit prób logowania."
            ),
            _(
                "Sprawdź, czy to adres Waszego proxy. Jeśli tak, niech dopisuje X-Forwarded-For, a PROXIES ustaw na "
                "liczbę proxy i uruchom WWW i workery ponownie."
            ),
            is_logged=True,
        ),
    },
)
