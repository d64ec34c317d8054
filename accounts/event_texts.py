"""Texts of account events: the e-mail's subject, what happened, and what to do, in the language of the account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import links
from accounts.event_models import AccountEvent, EventKind
from students.moments import write_moment


@dataclass(frozen=True)
class EventText:
    """Subject, paragraphs, and the button of an e-mail."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    url: str


def _invited(event: AccountEvent) -> EventText:
    return EventText(
        _("Zaproszenie do portalu studenta"),
        (
            _("%(institution)s założyła Ci konto w portalu studenta. Twoja nazwa użytkownika: %(login)s.")
            % {"institution": settings.INSTITUTION_NAME, "login": event.user.get_username()},
            _(
                "Ustaw hasło, a potem zaloguj się i zamów mLegitymację. Odnośnik działa jeden raz, przez 7 dni."
            ),
        ),
        _("Ustaw hasło"),
        links.invitation_link(event.user),
    )


def _reset_asked(event: AccountEvent) -> EventText:
    return EventText(
        _("Nowe hasło do portalu studenta"),
        (
            _("Ktoś poprosił o nowe hasło do konta %(login)s (%(where)s).")
            % {"login": event.user.get_username(), "where": _where(event)},
            _("Jeśli to Ty, ustaw je teraz: odnośnik działa jeden raz, przez godzinę."),
            _("Jeśli to nie Ty, nie rób nic: hasło się nie zmieniło."),
        ),
        _("Ustaw nowe hasło"),
        links.reset_link(event.user),
    )


def _happened(event: AccountEvent, subject: str, sentence: str) -> EventText:
    """Return the text of what has happened to an account, with when, from where, and what to do."""
    return EventText(
        subject,
        (
            sentence % {"detail": event.detail or "–"},
            _("Kiedy i skąd: %(when)s, %(where)s.")
            % {"when": write_moment(event.at), "where": _where(event)},
            _("Jeśli to nie Ty, wyloguj wszystkie urządzenia i zmień hasło na stronie Bezpieczeństwo."),
        ),
        _("Otwórz stronę Bezpieczeństwo"),
        f"{settings.PORTAL_URL}{reverse('security')}",
    )


_EVENT_TEXTS: Mapping[str, Callable[[AccountEvent], EventText]] = {
    EventKind.INVITED: _invited,
    EventKind.RESET_ASKED: _reset_asked,
    EventKind.PASSWORD_SET: lambda event: _happened(
        event,
        _("Hasło do portalu zostało zmienione"),
        _("Hasło do Twojego konta w portalu zostało zmienione."),
    ),
    EventKind.NEW_DEVICE: lambda event: _happened(
        event,
        _("Logowanie z nowego urządzenia"),
        _("Ktoś zalogował się na Twoje konto z urządzenia, na którym go dotąd nie było."),
    ),
    EventKind.FACTOR_ADDED: lambda event: _happened(
        event,
        _("Dodano drugi składnik logowania"),
        _("Do Twojego konta dodano drugi składnik logowania: %(detail)s."),
    ),
    EventKind.FACTOR_REMOVED: lambda event: _happened(
        event,
        _("Usunięto drugi składnik logowania"),
        _("Z Twojego konta usunięto drugi składnik logowania: %(detail)s."),
    ),
    EventKind.CODES_MADE: lambda event: _happened(
        event,
        _("Nowe kody zapasowe"),
        _("Na Twoim koncie utworzono nowe kody zapasowe. Poprzednie już nie działają."),
    ),
    EventKind.TOKEN_CREATED: lambda event: _happened(
        event,
        _("Nowy token dostępu"),
        _("Na Twoim koncie utworzono token dostępu dla programów: „%(detail)s”."),
    ),
    EventKind.APP_ALLOWED: lambda event: _happened(
        event,
        _("Aplikacja ma dostęp do Twojego konta"),
        _("Na Twoim koncie wyrażono zgodę na dostęp dla aplikacji „%(detail)s”."),
    ),
    EventKind.SESSIONS_ENDED: lambda event: _happened(
        event,
        _("Wylogowano ze wszystkich urządzeń"),
        _("Twoje konto wylogowano ze wszystkich urządzeń, a tokeny i aplikacje odłączono."),
    ),
}


def text_of(event: AccountEvent) -> EventText:
    """Return the text of an event. Links in it are made now, and their time begins now."""
    return _EVENT_TEXTS[event.kind](event)


def _where(event: AccountEvent) -> str:
    return ", ".join(filter(None, [event.device, event.network])) or _("nieznane urządzenie")
