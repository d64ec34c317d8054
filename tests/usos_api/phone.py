"""A client of the mobile API for tests: oauthlib signs, Django's test client carries."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from oauthlib import oauth1

from students.models import User
from usos_api.keys import hash_of_key, new_key, new_secret
from usos_api.models import AccessToken, Consumer

SERVER = "http://testserver"
FORM = "application/x-www-form-urlencoded"
PLACES = {
    "header": oauth1.SIGNATURE_TYPE_AUTH_HEADER,
    "query": oauth1.SIGNATURE_TYPE_QUERY,
    "body": oauth1.SIGNATURE_TYPE_BODY,
}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        """What it says."""
        assert self.headers["Content-Type"] == "application/json", self.content
        return json.loads(self.content)


@dataclass
class Phone:
    """A consumer with its secret, and a token with its own, if it has one."""

    key: str
    secret: str
    token: str | None = None
    token_secret: str | None = None
    http: Client = field(default_factory=Client)

    def sign(
        self, url: str, method: str = "GET", place: str = "header", body: str | None = None, **signing: Any
    ) -> tuple[str, dict[str, str], str]:
        """Sign a request as oauthlib does: the address, the headers and the body to send."""
        client = oauth1.Client(
            self.key,
            client_secret=self.secret,
            resource_owner_key=self.token,
            resource_owner_secret=self.token_secret,
            signature_type=PLACES[place],
            **signing,
        )
        headers = {"Content-Type": FORM} if body is not None or place == "body" else {}
        signed, headers, sent = client.sign(url, method, body or ("" if headers else None), headers)
        return signed, headers, sent or ""

    def call(
        self,
        method_name: str,
        method: str = "GET",
        place: str = "header",
        *,
        signing: Any = None,
        **params: str,
    ) -> Answer:
        """Call a method, its parameters in the query (GET) or in the body (POST)."""
        query = f"?{urlencode(params)}" if params and method == "GET" else ""
        body = urlencode(params) if method == "POST" else None
        address = f"{SERVER}/{method_name}{query}"
        return self.send(*self.sign(address, method, place, body, **(signing or {})), method=method)

    def send(self, url: str, headers: dict[str, str], body: str = "", method: str = "GET") -> Answer:
        """Send a request that was signed, as it is."""
        path, _, query = url.removeprefix(SERVER).partition("?")
        kind = headers.get("Content-Type", "")
        rest = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        response = self.http.generic(
            method,
            path,
            body,
            content_type=kind,
            QUERY_STRING=query,
            **rest,  # type: ignore[arg-type]
        )
        return Answer(response.status_code, response.headers, response.content)


def let_in(consumer: Consumer, user: User, *scopes: str, **fields: Any) -> Phone:
    """Give a consumer an access token of a user, as if they had agreed, and return the phone that has it."""
    key, secret = new_key(), new_secret()
    offline = {} if "expires_at" in fields else {"scopes": sorted({*scopes, "offline_access"})}
    AccessToken.objects.create(
        **{
            "key_hash": hash_of_key(key),
            "secret": secret,
            "consumer": consumer,
            "user": user,
            "scopes": sorted(scopes),
            **offline,
            **fields,
        }
    )
    return Phone(consumer.key, consumer.secret, key, secret)
