"""Prometheus of the tests: what /metrics says at this moment."""

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

TOKEN = {"Authorization": "Bearer secret"}
Series = dict[tuple[str, tuple[str, ...]], float]


def scrape(client: Client) -> Series:
    """Return each series by name and labels; the setting METRICS_TOKEN is `secret`."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def difference(before: Series, after: Series, name: str) -> dict[tuple[str, ...], float]:
    """Return by how much the series of this name have grown, by their labels; those that have not are left out."""
    grown = {
        labels: value - before.get((series, labels), 0)
        for (series, labels), value in after.items()
        if series == name
    }
    return {labels: more for labels, more in grown.items() if more}
