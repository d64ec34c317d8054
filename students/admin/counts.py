"""Counts of related rows in lists of the admin."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce


def count_of(rows: QuerySet[Any]) -> Coalesce:
    """Return the number of rows, which may refer to OuterRef, as a subquery.

    A join would count each row of one relation once for every row of another.
    """
    everything = rows.order_by().annotate(every=Value(1)).values("every")
    counted = everything.annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
