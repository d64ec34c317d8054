"""Documents issued on plastic cards, for those who extend cards and undo it (rules `els`; else there are none)."""

from collections.abc import Collection, Mapping
from datetime import date

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from mdocs.entitlement import rules
from mdocs.models import Order
from mdocs.statuses import ENDABLE, Status
from students.conditions import ELS
from students.models import StudentCard


class CardDocuments:
    """Answers to `students.cards.documents`."""

    def to_extend(self, cards: Collection[int]) -> int:
        """Return how many documents and open orders are to be valid for longer because of these cards' dates."""
        if settings.ELIGIBILITY_RULES != ELS:
            return 0
        holders = StudentCard.objects.filter(pk__in=cards).values("student")
        return rules.students_to_extend(timezone.localdate()).filter(pk__in=holders).order_by().count()

    def outlasting(self, dates: Mapping[int, date]) -> set[int]:
        """Return those of these cards whose document is on a phone and valid beyond the card's date there."""
        if settings.ELIGIBILITY_RULES != ELS:
            return set()
        document = Order.objects.filter(
            status=Status.COLLECTED,
            student=OuterRef("student"),
            card_number=OuterRef("barcode_number"),
        ).order_by()
        found = StudentCard.objects.filter(pk__in=dates).annotate(
            lasts_until=Subquery(document.values("valid_until")[:1])
        )
        rows = found.filter(lasts_until__isnull=False).values_list("pk", "lasts_until")
        return {card for card, lasts_until in rows if lasts_until > dates[card]}

    def live_on(self, cards: QuerySet[StudentCard]) -> int:
        """Return how many documents and open orders live on these cards and end with them."""
        if settings.ELIGIBILITY_RULES != ELS:
            return 0
        numbers = cards.order_by().values("barcode_number")
        return Order.objects.filter(status__in=ENDABLE, card_number__in=numbers).count()
