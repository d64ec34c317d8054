"""Lists for staff: paginated, and filtered by the query."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from api.pagination import NEWEST_FIRST, page_schema, paginated_response
from api.scopes import TokenScope
from api.views.base import Resource


class ListResource(Resource):
    """A list of what the caller may see.

    `lookups` says which parameters are compared with a column as they stand, `shows` how a row is answered.
    """

    for_staff = True
    scopes = {"GET": TokenScope.STAFF_READ}
    shows: ClassVar[type[Serializer[Any]]]
    lookups: ClassVar[Mapping[str, str]] = {}
    ordering: ClassVar[tuple[str, ...]] = NEWEST_FIRST

    def get(self, request: Request) -> Response:
        """Answer one page of the rows."""
        given = {lookup: self.asked[name] for name, lookup in self.lookups.items() if name in self.asked}
        rows = self.rows(request).filter(**given)
        limit = self.asked["limit"]
        return paginated_response(
            request, rows, lambda row: self.shows(row).data, limit=limit, ordering=self.ordering
        )

    def rows(self, request: Request) -> QuerySet[Any]:
        """Return the rows that the caller may see, with filters other than `lookups` applied."""
        raise NotImplementedError


def describe_list(
    shows: type[Serializer[Any]], summary: str
) -> Callable[[type[ListResource]], type[ListResource]]:
    """Set the serializer of the rows, and describe the list in the OpenAPI document by its docstring."""

    def described(view: type[ListResource]) -> type[ListResource]:
        view.shows = shows
        schema = extend_schema(
            operation_id=view.__name__.lower(),
            tags=[view.__name__],
            summary=summary,
            description=view.__doc__,
            responses=page_schema(shows),
        )
        return extend_schema_view(get=schema)(view)

    return described
