"""Machine to be thrown away: this one's files under an overlay in memory, with processes and a network of its own.

What is done in it is gone afterwards. It needs root, and a kernel that lets root have namespaces.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = "4g"  # of memory: programs, an environment of Python, a small database
_IN_IT = "mount -t proc proc /proc && ip link set lo up 2>/dev/null || true; exec {command}"


@contextmanager
def machine_with(folder: Path, *programs: str) -> Iterator["Machine"]:
    """Give a machine that has these programs; a test is skipped where there can be none."""
    if os.geteuid() != 0 or not all(map(shutil.which, programs)):
        pytest.skip(f"it is for root on Debian, with {' and '.join(programs)}")
    try:
        with Machine(folder) as machine:
            yield machine
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody lay one over its files")


class Machine:
    """Files of a machine; `run` runs a script in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = folder / "root"

    def __enter__(self) -> "Machine":
        """Lay the overlay over this machine's files."""
        _mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", self._folder)
        for name in ("changed", "work", "root"):
            (self._folder / name).mkdir()
        layers = f"lowerdir=/,upperdir={self._folder}/changed,workdir={self._folder}/work"
        _mount("-t", "overlay", "-o", layers, "overlay", self.root)
        _mount("--rbind", "/dev", self.root / "dev")
        _mount("-t", "tmpfs", "tmpfs", self.root / "run")
        _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", self.root / "tmp")
        return self

    def __exit__(self, *_error: object) -> None:
        """Throw everything away."""
        subprocess.run(["umount", "--recursive", "--lazy", self._folder], check=False)

    def write(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Write a file."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(mode)

    def run(self, script: str, *, network: bool, seconds: float) -> "subprocess.CompletedProcess[str]":
        """Run a script by bash; with this machine's network, or with none but its own loopback.

        Its processes end with it.
        """
        apart: Sequence[str] = () if network else ("--net",)
        self.write("/root/script.sh", script.encode(), 0o755)
        return subprocess.run(
            [
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", *apart),
                *(
                    "chroot",
                    self.root,
                    "/bin/sh",
                    "-c",
                    _IN_IT.format(command="bash -euo pipefail /root/script.sh"),
                ),
            ],
            env={
                **{
                    name: value
                    for name, value in os.environ.items()
                    if name.lower().endswith("_proxy") or name.startswith("PIP_")
                },
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
            },
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)
