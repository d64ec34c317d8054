"""Monitoring as docs/deployment.md sets it up: Prometheus asks the portal, and Alertmanager mails what is wrong."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.deploy.machine import Machine, machine_with
from tests.structure.tree import ROOT

SECTION = (ROOT / "docs/deployment.md").read_text().partition("\n## Monitoring\n")[2].partition("\n## ")[0]
PROMETHEUS, ALERTMANAGER, GRAFANA = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
ALERTS = ROOT / "deploy/prometheus/alertmanager.yaml"
# A mail server that writes down what it is sent; the portal's answer to Prometheus; what an installation has made.
GIVEN = f"""
mkdir -p /etc/mlegitymacja /opt/mlegitymacja /var/lib/prometheus
ln -sfn {ROOT} /opt/mlegitymacja/current
echo "METRICS_TOKEN='secret'" >/etc/mlegitymacja/environment
python3 /root/mail.py & python3 /root/portal.py &
"""
MAIL = """
import socket, threading
def serve(connection):
    lines = connection.makefile("rwb", buffering=0)
    say = lambda text: lines.write(text.encode() + b"\\r\\n")
    say("220 mail")
    while line := lines.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            say("250-mail"); say("250 AUTH PLAIN LOGIN")
        elif verb == b"AUTH":
            say("235 yes")
        elif verb == b"DATA":
            say("354 go on")
            with open("/root/mails", "ab") as mails:
                while (line := lines.readline()) != b".\\r\\n":
                    mails.write(line)
            say("250 taken")
        elif verb == b"QUIT":
            say("221 bye"); return
        else:
            say("250 yes")
server = socket.create_server(("127.0.0.1", 587))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""
PORTAL = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Metrics(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.headers["Authorization"] == "Bearer secret" else 401)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"portal_sweep_stopped 1\\n")
HTTPServer(("127.0.0.1", 8000), Metrics).serve_forever()
"""
AFTERWARDS = """
for _ in $(seq 45); do [ -e /root/mails ] && break; sleep 2; done
echo "[up] $(curl -s -g 'http://127.0.0.1:9090/api/v1/query?query=up{job="mlegitymacja"}')"
echo "[rules] $(curl -s http://127.0.0.1:9090/api/v1/rules | grep -o SweepStopped | head -1)"
echo "[managers] $(curl -s http://127.0.0.1:9090/api/v1/alertmanagers)"
cat /root/mails
"""


def on_a_machine_without_a_network(block: str) -> str:
    """Leave out what fetches packages; what asks Prometheus waits for its first answer."""
    local = re.sub("^apt-get .*$", "", block, flags=re.MULTILINE)
    return local.replace(
        "curl --silent --fail 'http",
        "sleep 20; curl --silent --fail --retry 9 --retry-delay 2 --retry-connrefused 'http",
    )


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    programs = ("prometheus", "promtool", "prometheus-alertmanager", "amtool", "unshare", "curl")
    with machine_with(tmp_path, *programs) as machine:
        imitation = (Path(__file__).parent / "systemctl.py").read_bytes()
        machine.write("/usr/local/sbin/systemctl", imitation, 0o755)
        machine.write("/root/mail.py", MAIL.encode())
        machine.write("/root/portal.py", PORTAL.encode())
        yield machine


def test_who_copies_the_commands_is_mailed(machine: Machine) -> None:
    typed = map(on_a_machine_without_a_network, (PROMETHEUS, ALERTMANAGER))
    # The mail server of the test is here, and knows no TLS.
    here = "sed -i 's/smtp.example.edu:587/127.0.0.1:587\\n  smtp_require_tls: false/' /etc/prometheus/alertmanager.yml"
    commands = "\n".join(typed).replace("amtool check-config", f"{here}\namtool check-config")
    followed = machine.run(GIVEN + commands + AFTERWARDS, network=False, seconds=240)
    told = followed.stdout
    assert followed.returncode == 0, told[-4000:]
    said = dict(re.findall(r"^\[(\w+)\] (.*)$", told, re.MULTILINE))
    assert json.loads(said["up"])["data"]["result"][0]["value"][1] == "1", told[-3000:]
    assert said["rules"] == "SweepStopped"
    assert "127.0.0.1:9093" in said["managers"] or "localhost:9093" in said["managers"]
    assert "Subject: FIRING: Attempt (mLegitymacja)" in told
    assert "To: administrator@example.edu" in told
    assert "An attempt: who reads this?" in told


@pytest.mark.skipif(not shutil.which("amtool"), reason="no Alertmanager on this machine")
@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_every_alert_has_somebody_who_is_mailed(severity: str) -> None:
    for arguments in (
        ("check-config", ALERTS),
        ("config", "routes", "test", f"--config.file={ALERTS}", f"severity={severity}"),
    ):
        said = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.strip() == "administrators"


def test_grafana_finds_its_dashboard_where_the_guide_puts_it() -> None:
    put = dict(
        re.findall(r"^install -D -m 0644 /opt/mlegitymacja/current/(\S+) (\S+)$", GRAFANA, re.MULTILINE)
    )
    provisioning = "deploy/grafana/provisioning"
    read = {path: yaml.safe_load((ROOT / path).read_text()) for path in put if path.endswith(".yaml")}
    assert put.keys() == {
        f"{provisioning}/datasource.yaml",
        f"{provisioning}/dashboards.yaml",
        "deploy/grafana/dashboard.json",
    }
    assert all(content["apiVersion"] == 1 for content in read.values())
    (source,) = read[f"{provisioning}/datasource.yaml"]["datasources"]
    assert (source["type"], source["access"], source["isDefault"]) == ("prometheus", "proxy", True)
    assert source["url"] in PROMETHEUS, "where Prometheus answers in the guide"
    (provider,) = read[f"{provisioning}/dashboards.yaml"]["providers"]
    assert provider["type"] == "file"
    assert put["deploy/grafana/dashboard.json"].startswith(provider["options"]["path"] + "/")
    dashboard = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())
    assert f"/d/{dashboard['uid']}`" in SECTION
    # Of whichever source of that type is the default: no panel names one.
    (variable,) = dashboard["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", source["type"])
