"""Rendering of messages in the active language: without codes, with as little personal data as possible."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from mdocs.entitlement.end_warnings import ending_of
from mdocs.models import Order, OrderEvent
from mdocs.page.texts import notices, reasons, situations
from mdocs.schedule import codes_end
from mdocs.statuses import Reason, RevocationReason, Status
from notifications.messages.models import Message
from notifications.messages.notification_types import NotificationType
from notifications.office_texts.rendering import render_text
from notifications.rendered import RenderedMessage
from students.moments import write_day, write_moment

DEFAULT = "pl"  # language of a stored text for readers of others


class OrderMessage(Protocol):
    """Message about an order, which has what the type of `Message` leaves open."""

    event: OrderEvent
    order: Order
    order_id: UUID


def render_message(message: Message) -> RenderedMessage:
    """Render a message that was fetched `with_event_and_order`; say so where it is of a kind that we do not know.

    During an upgrade the new version's processes write messages beside ours.
    """
    if message.kind not in NotificationType.values:
        return RenderedMessage(
            _("Nowa wiadomość"), (_("Jej treść pokaże się po aktualizacji portalu, zwykle po minucie."),)
        )
    if message.order_id is None:
        values = message.values or {}
        language = get_language()
        language = language if language in values else DEFAULT
        if message.mailing is not None:
            return render_text(message.mailing.parts, language, values[language])
        return RenderedMessage(values[language]["subject"], tuple(values[language]["paragraphs"]))
    about = cast(OrderMessage, message)  # a constraint of the table
    subject, *paragraphs = map(str, _TEXTS[NotificationType(message.kind)](about))
    return RenderedMessage(subject, tuple(paragraphs), _sends_to_office(message.kind, about))


def _sends_to_office(kind: str, message: OrderMessage) -> bool:
    """Return whether the text speaks of the dean's office, by its Polish words: every text is written in them first."""
    with override("pl"):
        said = " ".join(map(str, _TEXTS[NotificationType(kind)](message)))
    return any(words in said for words in ("dziekana", "Twojego wydzia"))


def _received(message: OrderMessage) -> Iterator[StrOrPromise]:
    reason = message.event.reason
    if reason == Reason.ORDERED_FOR_COHORT:
        yield _("Uczelnia zamówiła dla Ciebie mLegitymację")
    elif reason == Reason.ORDERED_AGAIN:
        yield _("Złożyliśmy Twoje nowe zamówienie na mLegitymację")
        yield _("Poprzednia mLegitymacja została unieważniona zgodnie z Twoją prośbą.")
    elif reason == Reason.ORDERED_INSTEAD:
        yield _("Portal zamówił dla Ciebie nową mLegitymację")
        yield _(
            "Dotychczasowej nie można było przedłużyć. Gdy kody do nowej będą gotowe, zeskanuj je w aplikacji "
            "mObywatel."
        )
    elif reason == Reason.ORDERED_AFTER_REFUSALS:
        yield _("Złożyliśmy Twoje zamówienie na mLegitymację jeszcze raz")
        yield _(
            "Serwer mDokumenty odmawiał różnym osobom z tego samego powodu, więc najpewniej nie chodziło o Twoje dane."
        )
    else:
        yield _("Przyjęliśmy Twoje zamówienie na mLegitymację")
    yield _("Portal sam przekaże zamówienie do rządowego serwera mDokumenty. Nie musisz nic robić.")
    yield _(
        "Gdy mLegitymacja będzie gotowa, kod QR i kod aktywacyjny zobaczysz w portalu, na stronie mLegitymacja."
    )
    if reason == Reason.ORDERED_FOR_COHORT:
        yield _("Jeśli jej nie chcesz, możesz w portalu anulować zamówienie.")


def _codes_ready(message: OrderMessage) -> Iterator[StrOrPromise]:
    yield situations.SITUATIONS[Status.READY].heading
    yield _(
        "Kod QR i kod aktywacyjny czekają na Ciebie w portalu. Dla bezpieczeństwa nie ma ich w wiadomościach."
    )
    yield _("Zaloguj się do portalu i dodaj mLegitymację do aplikacji mObywatel.")
    if (until := codes_end(message.order)) is not None:
        yield _("Kody są ważne do %(moment)s.") % {"moment": write_moment(until)}


def _codes_expiring(message: OrderMessage) -> Iterator[StrOrPromise]:
    until = write_moment(datetime.fromisoformat(message.event.detail))
    yield _("Kody do Twojej mLegitymacji niedługo wygasną")
    yield _("Kod QR i kod aktywacyjny są ważne do %(moment)s. Potem nie można ich już użyć.") % {
        "moment": until
    }
    yield _(
        "Aby dodać mLegitymację do aplikacji mObywatel, zaloguj się do portalu i użyj kodów przed tym terminem."
    )


def _refused(message: OrderMessage) -> Iterator[StrOrPromise]:
    code = message.event.detail
    refusal = reasons.refusal_of(code)
    yield situations.SITUATIONS[Status.REJECTED].heading
    yield situations.SITUATIONS[Status.REJECTED].now
    yield refusal.why % {"code": code}
    yield refusal.advice


def _extended(message: OrderMessage) -> Iterator[StrOrPromise]:
    if message.event.reason == Reason.REISSUE_REQUIRED:
        yield notices.REISSUE_REQUIRED.title
        last_day = message.order.valid_until
        if timezone.localdate(message.event.at) > last_day:
            yield _(
                "Uczelnia przedłużyła Twoje uprawnienia, więc jeśli spełniasz pozostałe warunki, portal zamawia w jej "
                "miejsce nową. Gdy kody będą gotowe, damy znać."
            )
            return
        yield _(
            "Uczelnia przedłużyła Twoje uprawnienia, ale ta mLegitymacja straci ważność po %(date)s. Jeśli wtedy "
            "spełniasz pozostałe warunki, portal sam zamówi nową, a Ty dodasz ją do aplikacji mObywatel."
        ) % {"date": write_day(last_day)}
        yield _("Możesz to zrobić wcześniej: zaloguj się do portalu i użyj przycisku „Zamów ponownie”.")
        return
    yield _("Twoja mLegitymacja została przedłużona")
    day = write_day(date.fromisoformat(message.event.detail))
    yield _("Nowy termin ważności to %(date)s. Nie musisz nic robić.") % {"date": day}


def _ends_soon(message: OrderMessage) -> Iterator[StrOrPromise]:
    last_day, reason = ending_of(message.event)
    yield notices.ENDS_TITLE % {"date": write_day(last_day)}
    if reason in notices.ENDS_BECAUSE:
        yield notices.ENDS_BECAUSE[RevocationReason(reason)]
    yield _("Do kiedy jest ważna i co możesz zrobić, zobaczysz też w portalu.")


def _ended(message: OrderMessage) -> Iterator[StrOrPromise]:
    situation = situations.SITUATIONS[Status(message.event.new)]
    yield situation.heading
    yield situation.now
    yield from _why(message)
    if message.event.reason == Reason.AGAIN_IMPOSSIBLE:
        yield situations.AGAIN_IMPOSSIBLE
    yield _("Czy możesz zamówić nową mLegitymację i czego ewentualnie brakuje, zobaczysz w portalu.")


def _why(message: OrderMessage) -> Iterator[StrOrPromise]:
    event, new = message.event, message.event.new
    if new not in {Status.CANCELLED, Status.REVOKED}:
        return  # the state is reason enough: the codes or the mLegitymacja have expired
    if message.order.revocation_reason:
        by_office = bool(vars(message).get("ended_by_office"))
        ending = reasons.ending_of(message.order.revocation_reason, by_office=by_office)
        if ending.why:
            yield ending.why
        if ending.advice:
            yield ending.advice
    elif event.reason == Reason.WRITTEN_OFF:
        yield _(
            "Powód: rządowy serwer mDokumenty nie zna tego zamówienia, więc zamknął je pracownik uczelni."
        )
    elif event.reason == Reason.DATE_PASSED:
        yield _("Powód: termin ważności minął, zanim udało się przekazać zamówienie do mDokumentów.")
    elif new == Status.REVOKED:
        yield situations.REVOKED_BY_MDOKUMENTY
    else:
        yield _("Anulował je rządowy serwer mDokumenty, bez prośby uczelni.")


_TEXTS: Mapping[NotificationType, Callable[[OrderMessage], Iterator[StrOrPromise]]] = {
    NotificationType.RECEIVED: _received,
    NotificationType.CODES_READY: _codes_ready,
    NotificationType.CODES_EXPIRING: _codes_expiring,
    NotificationType.ENDS_IN_14_DAYS: _ends_soon,
    NotificationType.ENDS_IN_3_DAYS: _ends_soon,
    NotificationType.REFUSED: _refused,
    NotificationType.EXTENDED: _extended,
    NotificationType.ENDED: _ended,
}
