"""Switch maintenance on or off: people read a page that says so, orders that were taken go on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from operations import maintenance


class Command(BaseCommand):
    """Switch of maintenance; every web process follows within seconds."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments."""
        parser.add_argument("switch", choices=["on", "off"])
        parser.add_argument("--text", default="", help="own words on the page, in Polish")
        parser.add_argument("--text-en", default="", help="the same in English")

    def handle(self, *_args: object, **options: Any) -> None:
        """Switch it."""
        if options["switch"] == "on":
            maintenance.begin(options["text"], options["text_en"])
        else:
            maintenance.end()
        self.stdout.write(f"Maintenance is {options['switch']}; every web process follows within seconds.")
