"""services/oauth: tokens of a client. `authorize` is a page (`usos_api.oauth.consent_views`)."""

from typing import Any

from usos_api import texts
from usos_api.errors import NotAuthentic, ParamForbidden, ParamInvalid
from usos_api.methods import Argument, Call, Need, declare_module, method
from usos_api.models import AccessToken, RequestToken
from usos_api.oauth import tokens
from usos_api.oauth.callbacks import is_registered
from usos_api.renderers import TokenPair
from usos_api.scopes import SCOPES

declare_module("services/oauth", "OAuth", "Get access to data of users, with their consent.")


@method(
    "services/oauth/request_token",
    "Ask for a request token.",
    description="The first step: say what you want to do, and where the user shall come back to.",
    token=Need.IGNORED,
    arguments=(
        Argument("oauth_callback", "A registered address, or `oob` for a PIN.", required=True),
        Argument("scopes", "Pipe-separated keys of scopes.", default=""),
    ),
    returns="Form-encoded: oauth_token, oauth_token_secret, oauth_callback_confirmed=true.",
    bursts=600,
)
def request_token(call: Call) -> TokenPair:
    """Create a request token."""
    callback = call.arguments["oauth_callback"]
    if not is_registered(callback, call.consumer.callbacks):
        raise ParamForbidden("oauth_callback", "The callback is not one that the consumer has registered.")
    scopes = [scope for scope in call.arguments["scopes"].split("|") if scope]
    for scope in scopes:
        if scope not in SCOPES:
            raise ParamInvalid("scopes", f"Unknown scope: {scope}")
        if scope not in call.consumer.scopes:
            raise ParamForbidden("scopes", f"The consumer is not registered for the scope {scope}.")
    pair = tokens.create_request_token(call.consumer, scopes, callback, call.now)
    return TokenPair(oauth_token=pair.key, oauth_token_secret=pair.secret, oauth_callback_confirmed="true")


@method(
    "services/oauth/access_token",
    "Exchange an authorised request token for an access token.",
    description="Signed with the request token. A verifier works once, and so does a request token.",
    token_model=RequestToken,
    arguments=(Argument("oauth_verifier", "What the user was given, or brought back.", required=True),),
    returns="Form-encoded: oauth_token, oauth_token_secret.",
)
def access_token(call: Call) -> TokenPair:
    """Exchange the request token for an access token."""
    token = call.caller.token
    assert isinstance(token, RequestToken)  # noqa: S101  # the declaration says so
    try:
        pair = tokens.exchange(token, call.arguments["oauth_verifier"], call.now)
    except tokens.WrongVerifier:
        raise ParamInvalid("oauth_verifier", "Wrong verifier.", texts.WRONG_PIN) from None
    except tokens.RequestTokenClosed:
        raise NotAuthentic("Request token already used.", person=texts.TOKEN_OVER) from None
    return TokenPair(oauth_token=pair.key, oauth_token_secret=pair.secret)


@method(
    "services/oauth/revoke_token",
    "End the access token with which this call is signed.",
    returns='{"success": true}',
)
def revoke_token(call: Call) -> dict[str, Any]:
    """End the token."""
    assert isinstance(call.caller.token, AccessToken)  # noqa: S101  # the declaration says so
    tokens.revoke(call.caller.token, call.now)
    return {"success": True}
