"""Base of all resources: validation, authorisation, headers and errors."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from api import problems
from api.authentication import BearerToken
from api.openapi import ResourceSchema
from api.parsers import StrictJSONParser
from api.permissions import MayCallPermission, user_of
from api.problems import Problem
from api.scopes import TokenScope
from api.serializers.requests import NoInput
from api.throttling import UserRateThrottle
from students import looks
from students.models import Look
from students.rate_limits import TooManyRequests, limit

__all__ = ["Resource", "as_problem", "user_of", "validated"]

# What Django REST framework calls its refusals, in our codes.
_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "invalid_token",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "throttled",
}


_ABOUT_NOBODY = {"job", "jobs"}


class Resource(APIView):
    """A resource of the API.

    `scopes` holds the token scope required by each method, and `permissions` the permissions of staff, where it is
    `for_staff`. `asks` holds the serializer of the query parameters by method, `limits` what a call of it counts as in
    RATE_LIMITS, beside the limit of all calls.
    """

    authentication_classes = [BearerToken, SessionAuthentication]
    permission_classes = [MayCallPermission]
    throttle_classes = [UserRateThrottle]
    renderer_classes = [JSONRenderer]
    parser_classes = [StrictJSONParser]
    http_method_names = ["get", "head", "post"]
    schema = ResourceSchema()

    scopes: ClassVar[Mapping[str, TokenScope]] = {}
    permissions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    for_staff: ClassVar[bool] = False
    asks: ClassVar[Mapping[str, type[Serializer[Any]]]] = {}
    has_tag: ClassVar[bool] = True
    limits: ClassVar[Mapping[str, str]] = {}

    extra_headers: Mapping[str, str] = {}
    asked: Mapping[str, Any] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, authorise and throttle; then refuse too large bodies, and validate the query."""
        self.extra_headers = {}
        super().initial(request, *args, **kwargs)
        if kind := self.limits.get(str(request.method)):
            limit(kind, user_of(request).pk)
        _ = request._request.body  # within DATA_UPLOAD_MAX_MEMORY_SIZE, which the parser would not look at
        reader = self.asks.get("GET" if request.method == "HEAD" else str(request.method), NoInput)
        self.asked = validated(reader, _without_format(request))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON where `format=json` asks for it, whatever the header Accept says."""
        return super().perform_content_negotiation(request, force or _wants_json(request))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Forbid caching by others, and add an ETag for conditional requests."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = problems.KEPT_BY_NOBODY
        self._set_headers(response)
        if self.for_staff and response.status_code == 200 and isinstance(response, Response):
            _record_look(request, response.data, kwargs)
        if self.has_tag and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.add_post_render_callback(lambda rendered: self._set_headers(_tagged(request, rendered)))
        return response

    def _set_headers(self, response: Any) -> Any:
        for name, value in self.extra_headers.items():
            response[name] = value
        return response

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Answer with problem details."""
        return as_problem


def _record_look(request: Request, shown: Any, place: Mapping[str, Any]) -> None:
    """Record what a script of staff was shown: one student, or a list with its filter and how many rows of it."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    rows = shown.get("items") if isinstance(shown, Mapping) else shown
    student = place.get("student_id")
    if student is None and isinstance(shown, Mapping):
        student = shown.get("student")
    if isinstance(rows, list):
        filter = request.query_params.copy()
        filter.pop("cursor", None)
        filter.pop("limit", None)
        looks.record(
            Look.What.LIST, name or "", actor=user_of(request), filter=filter.urlencode(), rows=len(rows)
        )
    elif name not in _ABOUT_NOBODY:
        looks.record(Look.What.API, name or "", actor=user_of(request), student=_key(student))


def _key(student: Any) -> int | None:
    """Return the key of a student as an answer names one: a number, or an object with its id."""
    found = student.get("id") if isinstance(student, Mapping) else student
    return int(found) if found is not None else None


def validated(reader: type[Serializer[Any]], given: Any) -> Mapping[str, Any]:
    """Return the validated input. Raises ValidationError, which names the fields."""
    found = reader(data=given)
    found.is_valid(raise_exception=True)
    read: Mapping[str, Any] = found.validated_data
    return read


def _wants_json(request: Request) -> bool:
    return request.query_params.get("format") == "json"


def _without_format(request: Request) -> Any:
    """Return the query without `format=json`, which every address takes."""
    if request.query_params.getlist("format") != ["json"]:
        return request.query_params
    query = request.query_params.copy()
    del query["format"]
    return query


def tag_of(data: Any) -> str:
    """Return the ETag of what is answered."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def _tagged(request: Request, response: Response) -> HttpResponseBase:
    tag = tag_of(response.data)
    response["ETag"] = tag
    found = get_conditional_response(request._request, etag=tag, response=response) or response
    return problems.response(request, found.status_code) if found.status_code == 412 else found


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal into problem details; leave any other exception, which is a bug, to Django."""
    if isinstance(error, Http404):
        error = Problem("not_found")
    elif isinstance(error, RequestDataTooBig):
        error = Problem("too_large")
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        csrf = str(error).startswith("CSRF")
        error = Problem("csrf" if csrf else "permission_denied")
    elif isinstance(error, TooManyRequests):
        error = Problem("throttled", headers={"Retry-After": str(error.seconds)})
    elif isinstance(error, exceptions.ValidationError):
        error = Problem("invalid", errors=_by_field(error.detail))
    elif isinstance(error, exceptions.APIException):
        error = _translated(error)
    if not isinstance(error, Problem):
        return None
    request: Request = context["request"]
    # Also where it was not JSON that was asked for.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    body = problems.body(error.code, request.path, error.detail, **error.members)
    headers = {"Cache-Control": problems.KEPT_BY_NOBODY, **error.headers}
    return Response(body, status=error.status, headers=headers, content_type=problems.MEDIA_TYPE)


def _translated(error: exceptions.APIException) -> Problem | exceptions.APIException:
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)
    if code is None:
        return error
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (seconds := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(seconds))
    return Problem(code, headers=headers)


def _by_field(detail: Any) -> Any:
    """Return messages by field name; those about the whole have the empty name."""
    if isinstance(detail, list):
        return {"": [str(each) for each in detail]}
    return {"" if name == "non_field_errors" else name: _flat(messages) for name, messages in detail.items()}


def _flat(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [text for each in messages.values() for text in _flat(each)]
    return (
        [text for each in messages for text in _flat(each)] if isinstance(messages, list) else [str(messages)]
    )
