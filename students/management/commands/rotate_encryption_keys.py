"""manage.py rotate_encryption_keys: re-encrypt every value with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from students import key_canaries
from students.key_rotation import rotate, rotated_models


class Command(BaseCommand):
    """Re-encrypt values of older keys, and recompute blind indexes.

    Safe to run while the portal works, to stop at any time and to run again: current values are left alone.
    """

    help = "Re-encrypts stored values with the first of FIELD_ENCRYPTION_KEYS and recomputes their indexes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the size of a batch."""
        parser.add_argument("--batch", type=int, default=500, help="rows locked at a time")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        """Rotate model by model, with a progress bar for each."""
        changed = 0
        for model in rotated_models():
            with tqdm(total=model._base_manager.count(), desc=model._meta.label, unit=" rows") as bar:
                for seen, rewritten in rotate(model, batch):
                    bar.update(seen)
                    changed += rewritten
        key_canaries.replant()
        self.stdout.write(f"Re-encrypted rows: {changed}.")
