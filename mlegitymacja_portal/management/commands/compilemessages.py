"""manage.py compilemessages: compile the catalogues of both languages, without GNU gettext."""

from typing import Any

from django.core.management.base import BaseCommand

from mlegitymacja_portal.catalogues import compile_stale


class Command(BaseCommand):
    """Replace Django's command, which needs GNU gettext."""

    help = "Compiles the catalogues of both languages, where that is not done already."
    requires_system_checks = []  # one of them fails until this command has run

    def handle(self, *args: Any, **options: Any) -> None:
        """Compile, and print the compiled files."""
        for source in compile_stale():
            self.stdout.write(f"Compiled: {source}")
