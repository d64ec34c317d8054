"""Renderers of responses: JSON, JSONP, and form-encoded token pairs."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import JsonResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from usos_api import errors
from usos_api.errors import ParamInvalid, ParamMissing
from usos_api.oauth.parameters import FORM

# Names and dots, nothing that could be a program of its own.
_FUNCTION = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", re.ASCII)
_LONGEST_FUNCTION = 100

# Pages of other sites may read a response; it is never cached.
OPEN = {
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate, X-Request-Id",
}
_OUTSIDE = {
    400: errors.UnreadableRequest(),
    404: errors.UnknownMethod("There is nothing here. See services/apiref/method_index."),
    500: errors.ServerError("The portal has made a mistake."),
    503: errors.Unavailable("The portal cannot answer now. Try again."),
}


def outside(status: int) -> JsonResponse:
    """Return the error response of this status for a request that reached no method."""
    error = _OUTSIDE.get(status) or errors.UsosError(HTTPStatus(status).phrase)
    return JsonResponse(error.body, status=status, headers=OPEN | error.headers)


class Json(JSONRenderer):
    """JSON in UTF-8."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return the JSON, also of None, which the framework takes for no content."""
        return super().render(data, accepted_media_type, renderer_context) if data is not None else b"null"


class AsciiJson(Json):
    """JSON of errors, in ASCII: clients read these as bytes, and some cannot take other letters there."""

    ensure_ascii = True


class Jsonp(Json):
    """JSON as the argument of a function, for pages that load it as a script. Errors stay JSON."""

    media_type = "application/javascript"
    format = "jsonp"
    charset = "utf-8"

    def __init__(self, function: str = "") -> None:
        self._function = function

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return the call of the function. The comment before it keeps plug-ins from misreading the function's name."""
        written = super().render(data, accepted_media_type, renderer_context)
        return b"/**/" + self._function.encode() + b"(" + written + b");"


class TokenPair(dict[str, str]):
    """Token and secret of a form-encoded response."""


class FormEncoded(BaseRenderer):
    """Form-encoded token pair, as OAuth 1.0a requires."""

    media_type = FORM
    format = "form"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return the encoded pair."""
        return urlencode(data).encode()


class Negotiation(BaseContentNegotiation):
    """Content negotiation by the parameter `format` alone; the Accept header is ignored."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return no parser: parameters are collected in `usos_api.oauth.parameters`."""
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the renderer that `format` names. Raises ParamMissing and ParamInvalid."""
        view: Any = request.parser_context["view"] if request.parser_context else None
        parameters = view.parameters
        format, function = parameters.get("format") or "json", parameters.get("callback")
        if format not in ("json", "jsonp"):
            raise ParamInvalid("format", "format is json or jsonp.")
        if format == "json":
            return Json(), Json.media_type
        if not function:
            raise ParamMissing("callback")
        if len(function) > _LONGEST_FUNCTION or not _FUNCTION.fullmatch(function):
            raise ParamInvalid("callback", "callback is not the name of a function.")
        return Jsonp(function), Jsonp.media_type
