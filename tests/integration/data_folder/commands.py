"""What several tests of commands do first, by commands, and the work of workers where none runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services import clock, pipeline
from services.addressing import Options
from services.rules.engine import Engine
from services.store import deliveries
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.states import DeliveryState
from services.store.tables import Delivery
from services.store.work import Store

Ask = Callable[..., tuple[int, str, str]]


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def an_active_channel(ask: Ask) -> str:
    """Add Ana with a confirmed e-mail channel; give the channel's id."""
    assert ask("people", "add", "ana@example.org", "--name", "Ana")[0] == 0
    code, out, _ = ask(
        "channels", "add", "--person", "ana@example.org", "email", "ana@example.org", "--confirmed", "--json"
    )
    assert code == 0
    assert objects(out)[0]["state"] == "active"
    return str(objects(out)[0]["id"])


def a_subscription(ask: Ask, channel: str, query: str = "sanctuary city") -> str:
    code, out, _ = ask(
        "subscribe", "--person", "ana@example.org", "--name", "Sanctuary", "--channel", channel, query, "--json"
    )
    assert code == 0
    return str(objects(out)[0]["id"])


def a_dead_delivery(store: Store, channel: str) -> str:
    """Put a message on its way that was refused for good."""
    now = clock.now()
    with store.write() as work:
        id_ = deliveries.put(work.session, channel=channel, dedupe_key="k", kind="confirm", story=None, now=now)
        assert id_ is not None
        row = work.session.get_one(Delivery, id_)
        row.state, row.reason, row.reason_code, row.ended_at = DeliveryState.DEAD, "404 no_service", "refused", now
        work.session.add(row)
    return id_


def go_on(store: Store) -> None:
    """Do what ingest and match workers do."""
    lease, topics = timedelta(seconds=60), shipped()
    pipeline.ingest(store, clock.now, lease)
    rules = LiveRules(Engine(topics=topics.trees), topics)
    pipeline.match(store, rules, clock.now, lease, Options(group=timedelta(minutes=5)))
