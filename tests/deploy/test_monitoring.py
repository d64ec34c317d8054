"""Alerts, dashboard and runbook speak of the metrics that there are."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from accounts import metrics as of_accounts  # noqa: F401 -- counted there
from mdocs import metrics as of_orders  # noqa: F401
from notifications import metrics as of_messages  # noqa: F401
from tests.structure.tree import ROOT

DEPLOY = ROOT / "deploy"
RULES = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana/dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
NAME = re.compile(r"\bportal_\w+")


@pytest.fixture
def known(client: Client, settings: Any, db: None, tmp_path: Any) -> set[str]:
    """Return the names of all series; a histogram's as well."""
    settings.METRICS_TOKEN, settings.DATA_DIR = "secret", tmp_path
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret"})
    families = [*text_string_to_metric_families(answer.content.decode()), *REGISTRY.collect()]
    endings = ("", "_total", "_count", "_sum", "_bucket")
    names = {f"{family.name}{ending}" for family in families for ending in endings}
    return names | {"portal_certificate_end_timestamp_seconds"}  # where there is a certificate


def test_alerts_are_about_metrics_that_there_are(known: set[str]) -> None:
    for rule in RULES:
        asked = set(NAME.findall(rule["expr"]))
        assert asked <= known, rule["alert"]
        assert asked or "up{" in rule["expr"], rule["alert"]


def test_panels_are_about_metrics_that_there_are(known: set[str]) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            asked = set(NAME.findall(target["expr"]))
            assert asked, panel["title"]
            assert asked <= known, panel["title"]


def test_what_is_counted_is_in_an_alert_or_on_a_panel() -> None:
    asked = {name for rule in RULES for name in NAME.findall(rule["expr"])}
    asked |= {name for panel in PANELS for each in panel["targets"] for name in NAME.findall(each["expr"])}
    bare = {re.sub(r"_(total|count|sum|bucket)$", "", name) for name in asked}
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("portal_")}
    assert len(ours) > 5
    unseen = sorted(ours - asked - bare)
    assert not unseen, "neither in deploy/prometheus/alerts.yaml nor in deploy/grafana/dashboard.json"


def test_each_alert_has_its_section_of_the_runbook_and_each_section_its_alert() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text()
    alerts = runbook.partition("\n## Alerts\n")[2].partition("\n## ")[0]
    sections = re.findall(r"^### (\w+)\n\n(.+)", alerts, re.MULTILINE)
    assert [name for name, _ in sections] == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"critical", "warning"}


def test_panels_neither_overlap_nor_share_an_id() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


@pytest.mark.skipif(not shutil.which("promtool"), reason="no Prometheus on this machine")
def test_prometheus_understands_the_rules_and_the_scraping(tmp_path: Any) -> None:
    scrape = yaml.safe_load((DEPLOY / "prometheus/scrape.yaml").read_text())
    token = tmp_path / "token"
    token.write_text("secret")
    scrape[0]["authorization"]["credentials_file"] = str(token)
    rules = str(DEPLOY / "prometheus/alerts.yaml")
    (tmp_path / "prometheus.yml").write_text(
        yaml.safe_dump({"scrape_configs": scrape, "rule_files": [rules]})
    )
    said = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr


SIGNED = 'portal_process_seen_timestamp_seconds{role="beat"}'
READ = 'portal_figures_failed{part="processes"}'


@pytest.mark.skipif(not shutil.which("promtool"), reason="no Prometheus on this machine")
@pytest.mark.parametrize(
    ("series", "fires"),
    [
        ({SIGNED: "0+15x40", READ: "0x40"}, False),  # signs every quarter of a minute
        ({SIGNED: "0x40", READ: "0x40"}, True),  # has signed once
        ({READ: "0x40"}, True),  # has never signed
        ({READ: "1x40"}, False),  # the database is away: another alert says so
        ({}, False),  # the web is away, likewise
    ],
)
def test_beat_is_missed_when_it_has_gone_and_when_it_never_came(
    tmp_path: Any, series: dict[str, str], fires: bool
) -> None:
    expected = [
        {
            "exp_labels": {"severity": "critical", **({} if SIGNED in series else {"role": "beat"})},
            "exp_annotations": {
                "summary": "Beat has given no sign of life for a minute, or never has",
                "runbook": "docs/runbook.md#beatstandsstill",
            },
        }
    ]
    tests = {
        "rule_files": [str(DEPLOY / "prometheus/alerts.yaml")],
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [
                    {
                        "eval_time": "5m",
                        "alertname": "BeatStandsStill",
                        "exp_alerts": expected if fires else [],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "tests.yml"
    file.write_text(yaml.safe_dump(tests))
    said = subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout + said.stderr
