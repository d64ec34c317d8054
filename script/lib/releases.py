"""Release before the present code: an archive in the repository, so that it can run beside the present one anywhere.

The archive holds what runs, as `git archive` packs it, and the number of its commit; a clone needs no history for it.
`python -m script.lib.releases TAG` makes it anew, after each release (CONTRIBUTING.md, Releases).
"""

import lzma
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = ROOT / "tests" / "running" / "release_before.tar.xz"
# What the release in the archive lacks, so that its upgrade and its roll-back are not all that docs/deployment.md
# promises. Both become True with the next archive.
SESSIONS_GO_ON = False  # what sessions hold is encrypted since: everybody signs in once more (CHANGELOG.md)
SHOWS_LATER_MESSAGES = False  # its list of messages fails for kinds that it does not know
_LEFT_OUT = ("docs", "tests", "script", "deploy", ".*", "*.md", "requirements*.txt", "package*.json", "*.mjs")
_COMPILE = "from mlegitymacja_portal.catalogues import compile_stale; compile_stale()"


def unpack(folder: Path) -> Path:
    """Make the release before ready in a new folder, as an operator does, and return the folder."""
    folder.mkdir(parents=True)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    subprocess.run([sys.executable, "-c", _COMPILE], cwd=folder, check=True)
    return folder


def commit() -> str:
    """Return the number of the commit that the archive was made of."""
    with tarfile.open(ARCHIVE) as archive:
        return str((archive.pax_headers or {})["comment"])


def names() -> list[str]:
    """Return the names of the files in the archive."""
    with tarfile.open(ARCHIVE) as archive:
        return archive.getnames()


def read(name: str) -> str:
    """Return the text of a file in the archive."""
    with tarfile.open(ARCHIVE) as archive:
        file = archive.extractfile(name)
        return file.read().decode() if file else ""


def pack(tag: str) -> None:
    """Make the archive of a release. Raises CalledProcessError for one that git does not know."""
    command = ["git", "archive", "--format=tar", tag, "--", ".", *(f":(exclude){each}" for each in _LEFT_OUT)]
    archive = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    ARCHIVE.write_bytes(lzma.compress(archive, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    pack(sys.argv[1])
