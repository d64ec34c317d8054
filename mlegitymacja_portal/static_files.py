"""Which static files are collected, and how they are kept."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import brotli
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# What comes with packages and is never asked for: the pages of APIs that we do not have.
_UNUSED = ("redoc", "swagger-ui-bundle.js.map", "rest_framework")

_QUALITY = 9  # Brotli's own 11 takes eight times as long and saves 8 %


class NeededFiles(AppDirectoriesFinder):
    """Finds the static files of apps, without those that no page of ours loads."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """List what is to be collected."""
        yield from super().list([*(ignore_patterns or ()), *_UNUSED])


class CompressedOnce(CompressedManifestStaticFilesStorage):
    """Storage with hashed names whose files are compressed once: the same name stands for the same content.

    Pages name hashed files only; the others are not compressed. Nor are source maps, which only developer tools ask
    for.
    """

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress the hashed files among `paths` that have no compressed form yet."""
        hashed = set(self.hashed_files.values())
        new = [
            path
            for path in paths
            if path in hashed and not path.endswith(".map") and not Path(f"{self.path(path)}.br").exists()
        ]
        yield from super().compress_files(new)

    def create_compressor(self, **options: Any) -> Compressor:
        """Return what compresses a file."""
        return _QuickCompressor(**options)


class _QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Compress well, but not at any price."""
        return bytes(brotli.compress(data, quality=_QUALITY))
