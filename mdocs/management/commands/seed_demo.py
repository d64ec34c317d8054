"""Create the demo cast."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mdocs.demo import DemoNotPossible, create_orders
from students.demo import create_cast


class Command(BaseCommand):
    """Create what is missing of the demo cast: people, cards, and the orders of `hania` and `igor`."""

    help = "Create the demo cast (password of each: demo). Running it again keeps what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse where demo data is switched off: its passwords are known to everybody."""
        if not settings.DEMO_DATA:
            raise CommandError(
                "DEMO_DATA is off here: the demo accounts have passwords that everybody knows."
            )
        create_cast(timezone.localdate())
        try:
            create_orders()
        except DemoNotPossible as error:
            raise CommandError(f"The people are there, their orders are not: {error}.") from error
