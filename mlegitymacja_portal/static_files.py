"""Static files: selection and compression."""

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
    """Finder of the apps' static files, without those that no page loads."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Yield the files to collect."""
        yield from super().list([*(ignore_patterns or ()), *_UNUSED])


class CompressedOnce(CompressedManifestStaticFilesStorage):
    """Storage with hashed names whose files are compressed once, since a name stands for one content.

    Pages refer to hashed files only; the others are not compressed. Nor are source maps, which only developer tools
    request.
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
        """Return the compressor."""
        return _QuickCompressor(**options)


class _QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Compress with a quality that does not take too long."""
        return bytes(brotli.compress(data, quality=_QUALITY))
