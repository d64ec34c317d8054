"""HMAC-SHA1 signatures, checked by oauthlib over the collected parameters."""

from typing import NamedTuple

from oauthlib.oauth1.rfc5849 import signature

from usos_api.oauth.parameters import Parameters

HMAC_SHA1 = "HMAC-SHA1"


class _Signed(NamedTuple):
    """The attributes of a request that oauthlib reads."""

    http_method: str
    uri: str
    params: list[tuple[str, str]]
    signature: str


def is_signed(parameters: Parameters, consumer_secret: str, token_secret: str) -> bool:
    """Return whether the signature fits these secrets; takes constant time."""
    params = [(name, value) for name, value in parameters.values.items() if name != "oauth_signature"]
    signed = _Signed(parameters.http_method, parameters.url, params, parameters.get("oauth_signature"))
    return bool(signature.verify_hmac_sha1(signed, consumer_secret, token_secret))
