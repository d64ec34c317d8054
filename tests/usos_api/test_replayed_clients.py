"""Requests of clients that no registry of CI has, replayed byte for byte as these are known to build them.

The signature is worked out here, from RFC 5849, 3.4, and not by the library that checks it.
"""

import base64
import hashlib
import hmac
import secrets
import time
from urllib.parse import parse_qsl, quote

from django.utils import timezone

from students.models import Student
from tests.usos_api.phone import FORM, SERVER, Phone
from usos_api.models import RequestToken
from usos_api.oauth import tokens


def escape(text: str) -> str:
    return quote(text, safe="~")


def signature(phone: Phone, method: str, url: str, pairs: list[tuple[str, str]]) -> str:
    normal = "&".join(f"{name}={value}" for name, value in sorted((escape(n), escape(v)) for n, v in pairs))
    base = "&".join(map(escape, (method, url, normal)))
    key = f"{escape(phone.secret)}&{escape(phone.token_secret or '')}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def oauth(phone: Phone, **more: str) -> dict[str, str]:
    token = {"oauth_token": phone.token} if phone.token else {}
    return {
        "oauth_consumer_key": phone.key,
        "oauth_nonce": str(secrets.randbelow(2**31)),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
        **token,
        **more,
    }


def test_scribejava_under_usos4j(phone: Phone) -> None:
    """It puts `?` behind every address and pipes and brackets unescaped into the query, and signs them escaped."""
    for tail in ("", "fields=id|first_name|titles|email_access|photo_urls|pesel|employment_functions"):
        url, query = f"{SERVER}/services/users/user", parse_qsl(tail)
        signed = oauth(phone)
        signed["oauth_signature"] = signature(phone, "GET", url, [*query, *signed.items()])
        header = ", ".join(f'{escape(name)}="{escape(value)}"' for name, value in signed.items())
        answer = phone.send(f"{url}?{tail}", {"Authorization": f"OAuth {header}"})
        assert answer.status == 200, answer.content
    assert answer.json["titles"] == {"before": None, "after": None}


def test_scribejava_asks_for_a_request_token_with_scopes_in_the_address(stranger: Phone) -> None:
    url = f"{SERVER}/services/oauth/request_token"
    signed = oauth(stranger, oauth_callback="oob")
    signed["oauth_signature"] = signature(
        stranger, "POST", url, [("scopes", "cards|studies"), *signed.items()]
    )
    header = ", ".join(f'{escape(name)}="{escape(value)}"' for name, value in signed.items())
    answer = stranger.send(
        f"{url}?scopes=cards|studies", {"Authorization": f"OAuth {header}", "Content-Type": FORM}, "", "POST"
    )
    assert dict(parse_qsl(answer.content.decode()))["oauth_callback_confirmed"] == "true"


def test_league_oauth1_client_exchanges_its_verifier_in_the_body(stranger: Phone, student: Student) -> None:
    """It signs the verifier as a parameter of the body, names the version, and counts on a form-encoded answer."""
    asked = dict(
        parse_qsl(stranger.call("services/oauth/request_token", "POST", oauth_callback="oob").content)
    )
    pair = {name.decode(): value.decode() for name, value in asked.items()}
    now = timezone.now()
    verifier = tokens.authorise(RequestToken.objects.get(), student.user, now)
    phone = Phone(stranger.key, stranger.secret, pair["oauth_token"], pair["oauth_token_secret"])
    url = f"{SERVER}/services/oauth/access_token"
    signed = oauth(phone, oauth_nonce=secrets.token_hex(16))
    signed["oauth_signature"] = signature(phone, "POST", url, [("oauth_verifier", verifier), *signed.items()])
    header = ", ".join(f'{name}="{escape(value)}"' for name, value in signed.items())
    answer = phone.send(
        url,
        {"Authorization": f"OAuth {header}", "Content-Type": FORM},
        f"oauth_verifier={verifier}",
        "POST",
    )
    assert {"oauth_token", "oauth_token_secret"} <= dict(parse_qsl(answer.content.decode())).keys()


def test_a_version_written_as_a_much_used_library_says(phone: Phone) -> None:
    for version in ("1.0A", "1.0a", ""):
        signed = oauth(phone, oauth_version=version)
        url = f"{SERVER}/services/apisrv/consumer"
        pairs = [("fields", "name"), *signed.items()]
        signed["oauth_signature"] = signature(phone, "GET", url, pairs)
        header = ", ".join(f'{name}="{escape(value)}"' for name, value in signed.items())
        answer = phone.send(f"{url}?fields=name", {"Authorization": f"OAuth {header}"})
        assert answer.json == {"name": "mUSOS"}
