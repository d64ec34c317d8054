"""Cursor pagination: the next page costs the same however far it is.

Cursors hold a key or a time, never a name.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer, URLField

BIGGEST_KEY = 2**63 - 1
NEWEST_FIRST = ("-created_at", "-id")


class CursorPages(CursorPagination):
    """Paginator, the newest first by default; `limit` and `cursor` have been validated by the view."""

    cursor_query_param, page_size_query_param = "cursor", None
    ordering: Any = NEWEST_FIRST

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the decoded cursor. Raises ValidationError for one that this list has not issued."""
        try:
            cursor: Any = super().decode_cursor(request)
        except NotFound:
            cursor = False
        if cursor is False or (cursor and not self._possible(cursor.position)):
            raise ValidationError({"cursor": [_("Ta lista nie wydała takiego kursora.")]})
        return cursor  # type: ignore[no-any-return]

    def _possible(self, position: str | None) -> bool:
        if position is None:
            return True
        if self.ordering[0].endswith("_at"):
            try:
                moment = parse_datetime(position)
            except ValueError:
                return False
            return moment is not None and moment.tzinfo is not None
        return position.isascii() and position.isdecimal() and int(position) <= BIGGEST_KEY


def paginated_response(
    request: Request,
    rows: QuerySet[Any],
    show: Callable[[Any], Any],
    *,
    limit: int,
    ordering: tuple[str, ...] = NEWEST_FIRST,
) -> Response:
    """Return the response with one page of the rows, each serialised by `show`."""
    pages = CursorPages()
    pages.page_size, pages.ordering = limit, ordering
    found = pages.paginate_queryset(rows, request) or []
    neighbours = {"next": pages.get_next_link(), "previous": pages.get_previous_link()}
    # RFC 8288; `prev` is the registered name.
    links = [
        f'<{neighbours[name]}>; rel="{relation}"'
        for name, relation in (("next", "next"), ("previous", "prev"))
        if neighbours[name]
    ]
    headers = {"Link": ", ".join(links)} if links else None
    return Response({"items": [show(row) for row in found], **neighbours}, headers=headers)


def page_schema(item: type[Serializer[Any]]) -> type[Serializer[Any]]:
    """Return the serializer that describes a page of these items."""
    name = f"{item.__name__.removesuffix('Response')}PageResponse"
    links = {"next": URLField(allow_null=True), "previous": URLField(allow_null=True)}
    text = {"__doc__": "One page of a list; `next` and `previous` are the addresses of its neighbours."}
    return type(name, (Serializer,), {"items": item(many=True), **links, **text})
