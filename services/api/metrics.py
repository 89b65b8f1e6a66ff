"""The numbers of an installation as Prometheus collects them, counted from the rows at each scrape.

Names follow Prometheus' conventions: the prefix `tocsin_`, base units, what is counted by labels of few values. All are
gauges: rows are the truth, and retention takes old ones away, so nothing here only ever grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from sqlmodel import Session

from services.store import canary, invariants, latency, overall, quarantine, queues
from services.store.queues import StageCount

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_OF_STAGES: tuple[tuple[str, str, Callable[[StageCount], float]], ...] = (
    ("stage_waiting", "Rows that wait at a stage", lambda stage: stage.waiting),
    ("stage_oldest_seconds", "Age of the oldest row that waits at a stage", lambda stage: stage.oldest_s or 0),
    ("stage_passed", "Rows that passed a stage in the last hour", lambda stage: sum(stage.last_hour)),
    ("stage_failed", "Failures of a stage since midnight UTC", lambda stage: stage.failed_today),
    ("stage_workers", "Processes at work on a stage", lambda stage: stage.workers),
)


def text(session: Session, now: datetime) -> bytes:
    """Give all numbers in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Rows(session, now))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return generate_latest(registry)


class _Rows(Collector):
    """Reads one moment's rows; made for one scrape."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def describe(self) -> list[GaugeMetricFamily]:
        """Give nothing, so that nothing is collected to learn the names."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        """Count."""
        session, now = self._session, self._now
        yield InfoMetricFamily("tocsin_build", "The version that runs", value={"version": version("tocsin")})
        stages = queues.count(session, now)
        for name, about, value in _OF_STAGES:
            yield _gauge(name, about, "stage", [(stage.stage, value(stage)) for stage in stages])
        counts = overall.count(session)
        yield _gauge("deliveries", "Deliveries in a state", "state", queues.deliveries_by_state(session).items())
        yield _gauge("sources", "Sources by how they do", "health", counts.sources.items())
        yield _gauge("channels", "Channels in a state", "state", counts.channels.items())
        yield _gauge("subscriptions", "Subscriptions in a state", "state", counts.subscriptions.items())
        yield _gauge("incidents_open", "What needs an operator now", "kind", counts.incidents.items())
        rules = {"active": counts.rules, "quarantined": quarantine.count(session),
                 "every_article": quarantine.count_anyway(session)}  # fmt: skip
        about = "Distinct rules: equal queries are one; those in quarantine, those tried on every article"
        yield _gauge("rules", about, "state", rules.items())
        arrived = canary.last_s(session, now)
        if arrived is not None:
            yield GaugeMetricFamily("tocsin_canary_seconds", "How long the last canary took", value=arrived)
        broken = invariants.kept(session)
        yield _gauge("broken", "Rows that broke a rule of theirs at the hourly check", "rule", broken.items())
        took = latency.by_channel(session, now)
        seconds = GaugeMetricFamily(
            "tocsin_alert_latency_seconds", "From an article seen to its alert sent, over a day",
            labels=["channel_kind", "quantile"],
        )  # fmt: skip
        for one in took:
            seconds.add_metric([one.name, "0.5"], one.p50_s)
            seconds.add_metric([one.name, "0.95"], one.p95_s)
        yield seconds


def _gauge(name: str, about: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"tocsin_{name}", about, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family
