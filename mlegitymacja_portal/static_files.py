"""Which static files are collected."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

# Comes with the page to try the API and is never asked for; compressing it takes a minute.
_UNUSED = ("redoc", "swagger-ui-bundle.js.map")


class NeededFiles(AppDirectoriesFinder):
    """Finds the static files of apps, without those that no page of ours loads."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """List what is to be collected."""
        yield from super().list([*(ignore_patterns or ()), *_UNUSED])
