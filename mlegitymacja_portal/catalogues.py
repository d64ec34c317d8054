"""Message catalogues: compiles `locale/**/LC_MESSAGES/django.po` for Django, and detects stale compiled files.

Babel compiles, so that no machine needs GNU gettext. A compiled catalogue carries the digest of its source: a missing
or outdated one is detected, however files were copied, and stops the start (checks.py).
"""

import gettext
import os
import struct
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent / "locale"
_DIGEST_HEADER = "project-id-version"


def sources() -> list[Path]:
    """Return the catalogues of every language: the portal's, and that of Django's own sentences."""
    return sorted(_ROOT.glob("**/LC_MESSAGES/django.po"))


def stale() -> Iterator[Path]:
    """Return the catalogues whose compiled form is missing, broken, or outdated."""
    for source in sources():
        if _made_from(source.with_suffix(".mo")) != _digest(source):
            yield source


def compile_stale() -> list[Path]:
    """Compile stale catalogues and return them. A concurrent reader gets the old or the new file, never a part."""
    compiled = list(stale())
    for source in compiled:
        _compile(source)
    return compiled


def _compile(source: Path) -> None:
    from babel.messages.mofile import write_mo  # only now: mostly there is nothing to do
    from babel.messages.pofile import read_po

    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parents[1].name)
    catalogue.version = _digest(source)
    descriptor, name = tempfile.mkstemp(dir=source.parent, suffix=".mo.part")
    try:
        with os.fdopen(descriptor, "wb") as compiled:
            write_mo(compiled, catalogue)
        Path(name).chmod(source.stat().st_mode & 0o777)
        Path(name).replace(source.with_suffix(".mo"))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(source: Path) -> str:
    return sha256(source.read_bytes()).hexdigest()


def _made_from(compiled: Path) -> str:
    """Return the source's digest in a compiled catalogue; empty where it cannot be read."""
    try:
        with compiled.open("rb") as file:
            header = gettext.GNUTranslations(file).info().get(_DIGEST_HEADER, "")
    except (OSError, UnicodeDecodeError, struct.error):
        return ""
    return header.rpartition(" ")[2]
