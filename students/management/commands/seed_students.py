"""manage.py seed_students N: add N demo students."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from students.seeding import seed as seed_students


class Command(BaseCommand):
    """Add students with studies, cards and drawn photos; nobody can sign in as one of them."""

    help = "Adds N believable students with valid PESELs, studies, cards and drawn portraits."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the number of students and the seed."""
        parser.add_argument("count", type=int, metavar="N", help="how many students to add")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other people (default 1)")

    def handle(self, *args: Any, count: int, seed: int, **options: Any) -> None:
        """Add students batch by batch, each committed by itself; refuse where the data are real."""
        if settings.PRODUCTION:
            raise CommandError("This is production: made-up people do not belong in a real register.")
        if count < 1:
            raise CommandError("N must be at least 1.")
        with tqdm(total=count, unit=" students") as bar:
            for added in seed_students(count, seed=seed, today=timezone.localdate()):
                bar.update(added)
        self.stdout.write(f"Students added: {count}.")
