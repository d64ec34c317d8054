"""Resources with a POST that has one effect for one `Idempotency-Key`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import once
from api.serializers.requests import NoInput, StrictSerializer
from api.views.base import Resource, validated


class IdempotentResource(Resource):
    """Resource with an idempotent POST: `change` makes the change and returns its response.

    `takes` is the serializer of the body.
    """

    has_key: ClassVar[bool] = True
    takes: ClassVar[type[StrictSerializer]] = NoInput

    def post(self, request: Request, **place: Any) -> Response:
        """Make the change once for each `Idempotency-Key`. Raises ValidationError for an invalid body."""
        given = validated(self.takes, request.data)
        return once(request, lambda: self.change(request, given, **place))

    def change(self, request: Request, given: Mapping[str, Any], **place: Any) -> Response:
        """Make the change. Raises Problem where it is refused."""
        raise NotImplementedError


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
