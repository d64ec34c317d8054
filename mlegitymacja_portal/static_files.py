"""Static files: selection and compression."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import brotli
import django
from django.conf import settings
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

    Each version of the files has a manifest of its own beside those of others: while a new version is installed, and
    after a roll-back, a process of the one before that starts finds its own.

    Pages refer to hashed files only; the others are not compressed. Nor are source maps, which only developer tools
    request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.manifest_name = f"staticfiles-{version_of(settings.STATICFILES_DIRS)}.json"
        super().__init__(*args, **kwargs)

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


def version_of(folders: Iterable[Path]) -> str:
    """Return what tells the files below these folders from those of another version."""
    digest = sha256(django.get_version().encode())
    for folder in folders:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            digest.update(f"{file.relative_to(folder)} {sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


class _QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Compress with a quality that does not take too long."""
        return bytes(brotli.compress(data, quality=_QUALITY))
