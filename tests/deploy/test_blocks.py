"""Blocks of docs/deployment.md that no test follows on a machine: they are shell, and what they write is understood."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.structure.test_variables import documented
from tests.structure.tree import ROOT

GUIDE = (ROOT / "docs/deployment.md").read_text()
BLOCKS = re.findall(r"^```sh\n([\s\S]*?)^```", GUIDE, re.MULTILINE)
ENVIRONMENT = "/etc/mlegitymacja/environment"
ADDED: list[str] = re.findall(rf"^cat >>{ENVIRONMENT} <<'END'\n([\s\S]*?)^END", GUIDE, re.MULTILINE)


def variables(lines: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_0-9]+)='(.*)'$", lines, re.MULTILINE))


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_copied_is_shell(block: str) -> None:
    said = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert said.stderr == ""


@pytest.mark.parametrize("added", ADDED, ids=lambda added: added.partition("\n")[0])
def test_variables_of_a_section_are_a_setting_with_which_the_portal_starts(
    added: str, tmp_path: Path
) -> None:
    assert variables(added)
    demo = (ROOT / "deploy/container/container.env.demo").read_text()
    others = dict(re.findall(r"^([A-Z_]+)=(.*)$", demo, re.MULTILINE))
    key = "Nn5pVTc0bGVnaXR5bWFjamEtdGVzdHMtb2YtYS1ndWk="
    said = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **{name: value or key + key for name, value in others.items()},
            "FIELD_ENCRYPTION_KEYS": key,
            "DATABASE_URL": "postgresql://nobody@localhost/none",
            "REDIS_URL": "redis://localhost",
            "DATA_DIR": str(tmp_path),
            **variables(added),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


def test_variables_that_blocks_name_are_in_the_table() -> None:
    named = {name for block in BLOCKS for name in variables(block)}
    named |= {name for block in BLOCKS for name in re.findall(r"s\|\^([A-Z_]+)=", block)}
    assert len(named) > 20
    assert named - documented().keys() == {
        *({"EXPORT", "OPTIONS"} & named),  # of the import's own file
        "ARGS",  # Debian's, of Alertmanager
    }


@pytest.mark.skipif(not shutil.which("promtool"), reason="no Prometheus on this machine")
def test_prometheus_of_debian_takes_what_is_added(tmp_path: Path) -> None:
    original = Path("/etc/prometheus/prometheus.yml")
    if not original.exists():
        pytest.skip("it is Debian's file that is changed")
    (block,) = (block for block in BLOCKS if "/etc/prometheus/prometheus.yml" in block)
    shutil.copy(original, tmp_path / "prometheus.yml")
    (tmp_path / "environment").write_text("METRICS_TOKEN='secret'\n")
    typed = "\n".join(
        line for line in block.splitlines() if not line.startswith(("apt-get", "systemctl", "curl"))
    )
    for there, here in {
        ENVIRONMENT: f"{tmp_path}/environment",
        "/etc/prometheus": str(tmp_path),
        "/opt/mlegitymacja/current": str(ROOT),
        "-o root -g prometheus ": "",
    }.items():
        typed = typed.replace(there, here)
    # The file with the token is named by the scraping itself.
    typed = typed.replace(
        "promtool", f"sed -i s,/etc/prometheus/,{tmp_path}/, {tmp_path}/prometheus.yml; promtool"
    )
    said = subprocess.run(["bash", "-euc", typed], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "SUCCESS: 1 rule files found" in said.stdout
    assert (tmp_path / "mlegitymacja.token").read_text() == "secret\n"
    jobs = yaml.safe_load((tmp_path / "prometheus.yml").read_text())["scrape_configs"]
    assert "mlegitymacja" in {job["job_name"] for job in jobs}
