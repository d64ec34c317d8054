"""Every address asks for a sign-in, or is on the list of those that need not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "/logowanie/": "where one signs in",
    "/wylogowanie/": "signing out when one is not signed in does no harm",
    "/admin/login/": "where one signs in",
    "/admin/logout/": "signing out when one is not signed in does no harm",
    "/.well-known/security.txt": "whom to tell of a weakness",
    "/pomoc/": "help",
    "/prywatnosc/": "the privacy notice",
    "/deklaracja-dostepnosci/": "the accessibility statement",
    "/logowanie/drugi-skladnik/": "the second step of signing in; without the first it leads to that",
    "/logowanie/klucz/": "signing in with a passkey",
    "/logowanie/uczelnia/": "the way to the university's sign-in (tests/accounts/university)",
    "/logowanie/cas/": "the way back from it; opens for a ticket alone",
    "/logowanie/oidc/": "the way back from it; opens for a code alone",
    "/logowanie/oidc/wylogowanie/": "the university's server signs what it posts here",
    "/haslo/": "asks for a link by e-mail; the answer does not say whether there is an account",
    "/haslo/wyslano/": "says that a link was sent, if there is such an account",
    "/haslo/nowe/1/1/": "opens for the link of an e-mail alone (tests/accounts)",
    "/haslo/zaproszenie/1/1/": "opens for the link of an invitation alone (tests/accounts)",
    "/konto/drugi-skladnik/": "leads to the security page",
    "/konto/drugi-skladnik/klucze/": "leads to the security page",
    "/jezyk/": "who cannot read a page must not have to sign in to change its language",
    "/manifest.webmanifest": "what the portal is called when it is installed",
    "/service-worker.js": "a script; tells nothing about anybody",
    "/brak-polaczenia/": "says that there is no network; tells nothing about anybody",
    "/dla-studentow/wiadomosci/urzadzenia/nowy-adres/": "asks for the old address, which its browser alone knows",
    "/dla-studentow/wiadomosci/rezygnacja/": "mail programs press it without signing in; opens for a signed ticket",
    "/health/live": "for proxies and monitoring; tells nothing about anybody",
    "/health/ready": "for proxies and monitoring; tells nothing about anybody",
    "/metrics": "for Prometheus, which has a token of its own (tests/mlegitymacja_portal/test_metrics.py)",
    "/api/v1/docs/": "describes the API; asks for nothing and tells nothing about anybody",
    "/api/v1/schema/": "describes the API; tells nothing about anybody",
    "/services/1": "methods of the mobile API ask for a signature (tests/usos_api); a browser's session opens none",
    "/services/oauth/authorize": "asks for a sign-in once there is a question to answer (tests/usos_api)",
    "/services/users/photo": "opens for a ticket that only its student's applications are given (tests/usos_api)",
}
FOR_PROGRAMS = "/api/v1/"
EXAMPLES = {
    "int": "1",
    "uuid": "0f7f2f04-0000-4000-8000-000000000000",
    "any_uuid": "0f7f2f04-0000-4000-8000-000000000000",
    "slug": "slug",
    "str": "text",
    "path": "1",
    "app_label": "students",
    "url": "nothing-here",
}


def example(variable: re.Match[str]) -> str:
    """A value for a variable part of an address, by its converter or its name."""
    return EXAMPLES.get(variable[1] or variable[2], "1")


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """An example of every address below a resolver."""
    for entry in resolver.url_patterns:
        route = str(entry.pattern)
        if route.startswith("^") or "(?P" in route:
            route = simplify_regex(route).lstrip("/")
        address = prefix + re.sub(r"<(?:(\w+):)?(\w+)>", example, route)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        elif isinstance(entry, URLPattern):
            yield address


ADDRESSES = sorted(set(addresses(get_resolver())))


def test_the_walk_finds_the_portals_addresses() -> None:
    assert {"/", "/dla-studentow/moje-studia/mlegitymacja/", "/admin/", *PUBLIC} <= set(ADDRESSES)
    assert len(ADDRESSES) > 30


@pytest.mark.django_db
@pytest.mark.parametrize("address", [address for address in ADDRESSES if address not in PUBLIC])
def test_an_address_asks_for_a_sign_in(client: Client, address: str) -> None:
    answers: list[Any] = [client.get(address), client.post(address)]
    allowed = [answer for answer in answers if answer.status_code != 405]
    assert allowed, "at least one method is for people"
    for answer in allowed:
        if address.startswith(FOR_PROGRAMS):
            assert answer.status_code == 401, answer.request["REQUEST_METHOD"]
            continue
        assert answer.status_code == 302, (answer.request["REQUEST_METHOD"], answer.status_code)
        assert answer["Location"].partition("?")[0] in {"/logowanie/", "/admin/login/"}
