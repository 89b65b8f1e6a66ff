"""The Grafana dashboard and the alert rules ask for numbers that `/metrics` gives, with labels that it has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from services.api import metrics
from services.store.incidents import Symptom, note
from services.store.work import open_store
from tests.databases import Databases

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def queries() -> Iterator[str]:
    for panel in json.loads((CONFIG / "grafana" / "tocsin.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for group in yaml.safe_load((CONFIG / "prometheus" / "alerts.yaml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


@pytest.fixture(scope="module")
def labels(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The names that are given, each with its labels."""
    store = open_store(databases.sqlite(tmp_path_factory.mktemp("metrics") / "tocsin.db"))
    with store.write() as work:
        note(work.session, [Symptom("disk", "disk.low", "full")], NOW)
    with store.read() as session:
        families = list(text_string_to_metric_families(metrics.text(session, NOW).decode()))
    store.close()
    found = {family.name: {name for sample in family.samples for name in sample.labels} for family in families}
    return found | {"tocsin_alert_latency_seconds": {"channel_kind", "quantile"}}  # nothing was sent yet


@pytest.mark.parametrize("query", list(queries()))
def test_a_query_asks_for_what_there_is(query: str, labels: dict[str, set[str]]) -> None:
    named = re.findall(r"\b((?:tocsin|process)_\w+)(?:\{([^}]*)\})?", query)
    assert named or query.startswith("up{")
    for name, clauses in named:
        assert name in labels
        assert set(re.findall(r"(\w+)[!=]", clauses)) - {"job"} <= labels[name]
