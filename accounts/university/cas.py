"""CAS 3 (Central Authentication Service, protocol 3.0.3): the sign-in of USOSweb installations.

A ticket is good once, for the address for which it was asked; that holds a state of our session, so that nobody can
be signed in with somebody else's ticket.
"""

import logging
from typing import Any
from xml.etree.ElementTree import ParseError

import requests
from cas import CASClientV3
from django.conf import settings
from lxml import etree

from accounts.university.identity import Identity, SignInFailed, SignInUnavailable, as_values

logger = logging.getLogger(__name__)
_TIMEOUT = 10  # seconds
_LONGEST_LOGOUT = 20_000  # characters


class _Session(requests.Session):
    """Session whose calls end, and that follows no redirect: the server is the one of the settings."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", _TIMEOUT)
        response = super().request(*args, **{**kwargs, "allow_redirects": False})
        response.raise_for_status()
        return response


def login_url(service: str, *, renew: bool) -> str:
    """Return where to send somebody to sign in; `renew` asks for the password even in a session of the university."""
    return str(_client(service, renew=renew).get_login_url())


def logout_url(back: str) -> str:
    """Return where the session of the university is ended."""
    return str(_client(back).get_logout_url(back))


def identity_of(ticket: str, service: str, *, renew: bool) -> Identity:
    """Validate a ticket. Raises SignInFailed, and SignInUnavailable where the server does not answer."""
    client = _client(service, renew=renew)
    if renew:
        client.url_suffix = f"{client.url_suffix}?renew=true"
    try:
        name, attributes, _granting_ticket = client.verify_ticket(ticket)
    except requests.RequestException as error:
        raise SignInUnavailable(type(error).__name__) from None
    except (ParseError, AttributeError, IndexError, ValueError) as error:
        raise SignInUnavailable(f"not an answer of CAS: {type(error).__name__}") from None
    if not name:
        raise SignInFailed("the ticket was not accepted")
    values = {key: as_values(value) for key, value in (attributes or {}).items()}
    return Identity(name=name, attributes=values, session=f"cas:{ticket}")


def ended_session(message: str) -> str:
    """Return the session that a message of single logout names; empty where it names none."""
    if len(message) > _LONGEST_LOGOUT or "<!" in message:  # no DTD, so no entities
        return ""
    try:
        (index,) = CASClientV3.get_saml_slos(message.encode()) or [None]
    except (ValueError, etree.LxmlError):
        return ""
    return f"cas:{index.text}" if index is not None and index.text else ""


def _client(service: str, *, renew: bool = False) -> Any:
    return CASClientV3(
        service_url=service, server_url=f"{settings.CAS_URL}/", renew=renew, session=_Session()
    )
