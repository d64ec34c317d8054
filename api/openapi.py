"""OpenAPI document: authentication, the scope that each call needs, and the problems that each may answer."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_mocked_view
from drf_spectacular.utils import extend_schema

from api.examples import add_examples
from api.problems import MEDIA_TYPE, TITLES
from api.scopes import TokenScope
from api.serializers.webhooks import OrderMessage, TestMessage
from api.webhooks.openapi import webhooks
from students.cards import extension_blockers

_PUBLISHED = {"Response": "Out", "Request": "Asked"}  # ends of names of components, by those of classes
_KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[ -~]+$"},
    "description": "Makes repeating the call safe: for 24 hours the same key brings the same answer, and has no second "
    "effect. With another call the key is refused (422).",
}
_TAG_HEADER = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier answer: where nothing has changed, 304 is answered.",
}
_MATCH_HEADER = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` of an earlier GET of the order: where it has changed since, 412 is answered.",
}
# The codes of `students.cards` that refuse an extension or an end.
OBSTACLES = sorted({*extension_blockers.TEXTS, "ended", "not_issued", "other"})
_ALWAYS = (400, 401, 403, 404, 406, 429, 500, 503)
_WITH_BODY = (409, 413, 415, 422)
_RETRY_AFTER = {"Retry-After": "Seconds after which to try again."}
_SAYS = {429: _RETRY_AFTER, 503: _RETRY_AFTER}
_LIMITS = {
    "RateLimit-Policy": "Calls (`q`) that the user has in so many seconds (`w`).",
    "RateLimit": "Calls that are left (`r`), and seconds until they are as many as at first (`t`).",
}
_EARLIER_LIMITS = {
    "RateLimit-Limit": "Calls that the user has in a minute.",
    "RateLimit-Remaining": "Those that are left.",
    "RateLimit-Reset": "Seconds until the next minute begins.",
}
_LOCATION = {"Location": "The address of what was made."}
_LINK = {"Link": "The addresses of the neighbouring pages, `next` and `prev` (RFC 8288)."}
_TAG = {"ETag": "Sent back as `If-None-Match`, it asks whether anything has changed."}
_REPLAYED = {"Idempotency-Replayed": "`true` where the answer is that of an earlier call with this key."}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OpenAPI description of personal access tokens."""

    target_class = "api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the description of the header."""
        text = "A personal access token, made by its user at `/dla-studentow/tokeny/`."
        return {"type": "http", "scheme": "bearer", "description": text}


class ResourceSchema(AutoSchema):
    """OpenAPI description of a resource, made from its declaration."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return the published name of a component, which generated clients depend on, not the name of its class."""
        name: str = super().get_serializer_name(serializer, direction)
        for suffix, published in _PUBLISHED.items():
            if name.endswith(suffix):
                return name.removesuffix(suffix) + published
        return name

    def get_override_parameters(self) -> Any:
        """Add the view's query parameters."""
        view: Any = self.view
        asked = view.asks.get(self.method)
        return [*super().get_override_parameters(), *([asked] if asked else [])]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Add the method's headers and possible problems."""
        operation: Any = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        view: Any = self.view
        operation["description"] = (
            f"{operation.get('description', '').strip()}\n\n{self._who_may(view)}".strip()
        )
        parameters = operation.setdefault("parameters", [])
        headers = _headers(_LIMITS, "string") | _headers(_EARLIER_LIMITS, "integer")
        if "limit" in {parameter["name"] for parameter in parameters}:
            headers |= _headers(_LINK, "string")
        if self.method == "GET" and view.has_tag:
            headers |= _headers(_TAG, "string")
            parameters += [_TAG_HEADER, _MATCH_HEADER]
            operation["responses"]["304"] = {"description": "What you have is still true."}
            operation["responses"]["412"] = _problem(412)
        if self.method == "POST" and getattr(view, "has_key", False):
            headers |= _headers(_REPLAYED, "string")
            parameters.append(_KEY_HEADER)
        if self.method == "POST" and getattr(view, "has_match", False):
            parameters.append(_MATCH_HEADER)
            operation["responses"]["412"] = _problem(412)
        for status in ("200", "201"):
            if status in operation["responses"]:
                made = _headers(_LOCATION, "string") if status == "201" else {}
                operation["responses"][status]["headers"] = headers | made
        also = _WITH_BODY if self.method == "POST" else ((409,) if not view.has_tag else ())
        for status in sorted({*_ALWAYS, *also}):
            operation["responses"].setdefault(str(status), _problem(status))
        return operation

    def _who_may(self, view: Any) -> str:
        """Return the required scope of a token and permissions of its user, in words."""
        scope = view.scopes.get(self.method)
        description = f"Scope of a token: `{scope.value}`." if scope else ""
        if needed := view.permissions.get(self.method, ()):
            description += f" Permissions of its user, a member of staff: `{'`, `'.join(needed)}`."
        return description


def _headers(texts: Mapping[str, str], kind: str) -> dict[str, Any]:
    return {name: {"description": text, "schema": {"type": kind}} for name, text in texts.items()}


def _problem(status: int) -> dict[str, Any]:
    codes = [code for code, (its, _title) in TITLES.items() if its == status]
    answer: dict[str, Any] = {
        "description": "A problem: " + ", ".join(f"`{code}`" for code in codes) + ".",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in _SAYS:
        answer["headers"] = _headers(_SAYS[status], "integer")
    return answer


_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Nothing was changed.",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "description": "For people, in the language of the request."},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(TITLES), "description": "For programs."},
        "detail": {"type": "string", "description": "What it is about this time, for people."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "What is wrong with each field; under the empty name, with the whole.",
        },
        "order": {
            "type": "string",
            "format": "uuid",
            "description": "Of `already_ordered`: the order that is live.",
        },
        "order_status": {
            "$ref": "#/components/schemas/OrderStatus",
            "description": "Of `not_allowed`: the state that forbids it.",
        },
        "eligibility": {
            "$ref": "#/components/schemas/EligibilityOut",
            "description": "Of `not_eligible`: which conditions are not met, and who can help.",
        },
        "scope": {
            "$ref": "#/components/schemas/TokenScope",
            "description": "Of `insufficient_scope`: the scope that the token lacks.",
        },
        "obstacle": {
            "type": "string",
            "enum": OBSTACLES,
            "description": "Of `card_obstacle`: what stands in the way.",
        },
    },
}


def postprocess(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the schema of problems and the examples, and forbid additional properties in bodies."""
    schemas = result["components"]["schemas"]
    schemas["Problem"] = dict(_PROBLEM)
    schemas["TokenScope"] = {"type": "string", "enum": TokenScope.values}
    for name, schema in schemas.items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    add_examples(schemas)
    result["servers"] = [{"url": _origin(request), "description": settings.INSTITUTION_NAME}]
    return result


def _origin(request: Any) -> str:
    """Return the origin that the document was asked for, so that the page to try the API calls its own."""
    return str(request.build_absolute_uri("/")).rstrip("/") if request else settings.PORTAL_URL or "/"


def add_webhooks(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the webhooks, and the schemas of their messages, made from serializers as those of responses are."""
    view = build_mocked_view("POST", "/", extend_schema(), generator.registry)
    for message in (OrderMessage, TestMessage):
        view.schema.resolve_serializer(message, "response")
    result["components"]["schemas"] |= generator.registry.build({})["schemas"]
    result["webhooks"] = webhooks()
    return result
