"""A script with a token."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from api import keys
from api.models import Token
from api.scopes import TokenScope
from students.models import User

ROOT = "/api/v1/"


def make_token(user: User, *scopes: str, **fields: Any) -> str:
    """Make a token of `user`, for everything unless scopes are given; return what a script sends."""
    key, now = keys.new_token(), timezone.now()
    values = {"created_at": now, "expires_at": now + timedelta(days=30), **fields}
    Token.objects.create(
        user=user,
        name="test",
        scopes=list(scopes or TokenScope.values),
        key_hash=keys.hash_of(key),
        prefix=key[: keys.SHOWN],
        **values,
    )
    return key


class Caller:
    """Calls the API with a token, and reads what is answered."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.token = token

    def get(self, address: str, **headers: str) -> Any:
        """Read an address below the root, or a whole one."""
        return self._call("GET", address, None, headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        """Call an address with a JSON body, or with none."""
        return self._call("POST", address, body, headers)

    def _call(self, method: str, address: str, body: Any, headers: dict[str, str]) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = sent.pop("Content-Type", "application/json")
        where = address if "/api/v1/" in address else ROOT + address
        return self.client.generic(method, where, data, kind if data else "", headers=sent)
