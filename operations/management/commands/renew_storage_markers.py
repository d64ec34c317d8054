"""Write the markers of the shared storage anew, after its files were moved without them."""

from django.core.management.base import BaseCommand

from operations import storage_markers
from students.shared_storage import SHARED


class Command(BaseCommand):
    """Renewal of the markers: run it on a machine that has the right files."""

    help = __doc__ or ""

    def handle(self, *_args: object, **_options: object) -> None:
        """Write them."""
        for storage in SHARED:
            storage_markers.renew(storage)
            self.stdout.write(f"{storage}: a new marker is written; every process reads it within a minute.")
