"""Long lists in the admin."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic for the type checker only
    """Counts no further than MOST rows: to count a million takes longer than to show a hundred.

    What is further down is found by searching and filtering, not by turning pages.
    """

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, MOST if there are more."""
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return min(len(rows), self.MOST)
        return rows.order_by()[: self.MOST].count()
