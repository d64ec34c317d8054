"""Paginator for long lists in the admin."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic for the type checker only
    """Paginator that counts at most MOST rows: counting a million takes longer than showing a hundred.

    Rows further down are found by search and filters.
    """

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most MOST."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return min(len(rows), self.MOST)
        return rows.order_by()[: self.MOST].count()
