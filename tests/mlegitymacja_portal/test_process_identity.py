"""Identity of a process: its own among containers that share a folder, a host's name and process numbers."""

import os
import shutil
import subprocess
import sys

import pytest

from mlegitymacja_portal.process_identity import process_identity
from tests.structure.tree import ROOT

SAY = "from mlegitymacja_portal.process_identity import process_identity; print(process_identity())"


def test_a_process_keeps_it_and_a_child_has_another() -> None:
    mine = process_identity()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, process_identity().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1000).decode() != mine == process_identity()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="it is for root on Linux")
def test_containers_with_one_network_have_two() -> None:
    """Each begins with the process 1 on a host of the same name."""
    command = ["unshare", "--pid", "--fork", sys.executable, "-c", SAY]
    said = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False) for _ in range(2)]
    if any(each.returncode for each in said):
        pytest.skip("this machine lets nobody number processes anew")
    first, second = (each.stdout.strip() for each in said)
    assert first.split("-")[:-1] == second.split("-")[:-1]
    assert first != second
