"""Resources with a POST that has one effect for one `Idempotency-Key`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import once
from api.problems import Problem
from api.serializers.requests import NoInput, StrictSerializer
from api.views.base import Resource, tag_of, validated


class IdempotentResource(Resource):
    """Resource with an idempotent POST: `change` makes the change and returns its response.

    `takes` is the serializer of the body.
    """

    has_key: ClassVar[bool] = True
    has_match: ClassVar[bool] = False
    takes: ClassVar[type[StrictSerializer]] = NoInput

    def post(self, request: Request, **place: Any) -> Response:
        """Make the change once for each `Idempotency-Key`. Raises ValidationError for an invalid body."""
        given = validated(self.takes, request.data)
        answer = once(request, lambda: self._change(request, given, place))
        if answer.status_code == HTTPStatus.CREATED:
            answer["Location"] = self.location(answer.data, **place)
        return answer

    def location(self, made: Any, **place: Any) -> str:
        """Return the address of what was made; only where `change` answers 201."""
        raise NotImplementedError

    def current(self, request: Request, **place: Any) -> AbstractContextManager[Any]:
        """Lock what the call changes, and give what the GET of its address answers; only where `has_match`."""
        raise NotImplementedError

    def _change(self, request: Request, given: Mapping[str, Any], place: Mapping[str, Any]) -> Response:
        """Make the change, while what is changed is still what `If-Match` says."""
        wanted = request.headers.get("If-Match")
        if wanted is None or not self.has_match:
            return self.change(request, given, **place)
        with self.current(request, **place) as data:
            if not _matches(wanted, tag_of(data)):
                raise Problem("precondition_failed")
            return self.change(request, given, **place)

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Make the change. Raises Problem where it is refused."""
        raise NotImplementedError


def _matches(wanted: str, tag: str) -> bool:
    """Return whether If-Match holds for this tag (RFC 9110, 13.1.1)."""
    return wanted.strip() == "*" or tag in parse_etags(wanted)


V = TypeVar("V", bound=type[IdempotentResource])


def describe_post(name: str, summary: str, description: str, *, tag: str, shows: Any) -> Callable[[V], V]:
    """Describe the POST in the OpenAPI document; its body is `takes`, `shows` its response."""

    def described(view: V) -> V:
        schema = extend_schema(
            operation_id=name,
            summary=summary,
            description=description,
            tags=[tag],
            request=None if view.takes is NoInput else view.takes,
            responses=shows,
        )
        return extend_schema_view(post=schema)(view)

    return described
