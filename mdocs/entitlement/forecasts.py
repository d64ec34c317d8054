"""Forecast of what students lose by an import, for its preview: the rules are asked about the state after it."""

from collections.abc import Collection

from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.statuses import RevocationReason
from students.importing.forecasts import Ending


def endings_of(students: Collection[int]) -> list[Ending]:
    """Return the documents and open orders of these students that end as things stand now."""
    losing = rules.with_loss_reason(timezone.localdate()).filter(pk__in=students, reason__isnull=False)
    rows = losing.order_by("search_name", "pk").values_list(
        "pk", "first_names", "last_name", "album_number", "reason"
    )
    return [
        Ending(pk, f"{first_names} {last_name}", album_number or "–", str(RevocationReason(reason).label))
        for pk, first_names, last_name, album_number, reason in rows
    ]
