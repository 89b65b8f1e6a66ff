"""A story that very many subscriptions ask for, and what others wait: `python -m tests.benchmarks.fan_out [--subscriptions N]`.

Everybody has a channel of their own. While the story's alerts are decided page by page, another article is pushed every
third of a second; its latency is from the push's commit to the commit of its own alert. The floor is the same without the
story. In one process on SQLite, without a broker. `--record` writes fan_out.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import func, insert, select
from sqlmodel import col

from services import clock, pipeline
from services.acts import article_acts, subscription_acts
from services.addressing import Options
from services.articles.article import Item
from services.queries.parser import parse
from services.rules.engine import Engine
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.schema import upgrade
from services.store.secrets import Vault
from services.store.tables import (
    Alert,
    Article,
    Channel,
    Delivery,
    Person,
    Remainder,
    Subscription,
    SubscriptionChannel,
)
from services.store.work import Store, open_store

LEASE, OPTIONS = timedelta(minutes=10), Options(timedelta(minutes=5))
TEXT = "The council declared the town a refuge for every {} on Tuesday, after hours of comment. Number {} came next."
EVERY_S = 1 / 3


def main() -> None:
    """Fill, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--subscriptions", type=int, default=200_000)
    arguments.add_argument("--record", action="store_true")
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-fan-out-"))
    try:
        said = measure(open_store(f"sqlite:///{folder / 'tocsin.db'}"), asked.subscriptions)
    finally:
        shutil.rmtree(folder)
    text = json.dumps(said, indent=1)
    print(text)
    if asked.record:
        Path(__file__).with_suffix(".json").write_text(text + "\n")


def measure(store: Store, count: int) -> dict[str, object]:
    """Measure without the story, then with it."""
    upgrade(store)
    fill(store, count)
    rules = LiveRules(Engine(shipped().trees), shipped())
    floor = latencies(store, rules, lambda: store_count(store, Article) >= 60)
    before = store_count(store, Alert)
    push(store, "the-story", TEXT.format("heron", 0))
    began = time.monotonic()
    pipeline.ingest(store, clock.now, LEASE)
    waits = latencies(
        store, rules, lambda: store_count(store, Alert, "heron") >= count and not store_count(store, Remainder)
    )
    took = time.monotonic() - began
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "subscriptions": count, "alerts": store_count(store, Alert, "heron"), "deliveries": store_count(store, Delivery),
        "others": len(waits), "alerts_before": before, "fan_out_s": round(took, 1), "limit_p99_s": 5,
        "others_p50_s": round(statistics.median(waits), 3), "others_p99_s": round(p99(waits), 3),
        "floor_p50_s": round(statistics.median(floor), 3), "floor_p99_s": round(p99(floor), 3),
    }  # fmt: skip


def p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98]


def store_count(store: Store, table: type, word: str = "") -> int:
    """Count rows; with a word, the alerts of its subscriptions."""
    query = select(func.count()).select_from(table)
    if word:
        query = query.join(Subscription, col(Subscription.id) == col(Alert.subscription)).where(
            col(Subscription.query) == word
        )
    with store.read() as session:
        return int(session.scalar(query) or 0)


def fill(store: Store, count: int) -> None:
    """Add people with a channel and a subscription each, and one who asks for the other articles."""
    vault, now = Vault([Fernet.generate_key().decode()]), datetime.now(UTC)
    sealed = vault.seal("http://127.0.0.1:9/")
    keys = {word: subscription_acts.rule_id(parse(word)) for word in ("heron", "otter")}
    for start in range(0, count + 1, 10_000):
        numbers = range(start, min(start + 10_000, count + 1))
        with store.write() as work:
            for table, rows in (
                (Person, [Person(id=f"p{n}", email=f"p{n}@x.example", name="", timezone="UTC", role="subscriber", created_at=now) for n in numbers]),
                (Channel, [Channel(id=f"c{n}", person=f"p{n}", kind="webhook", label="", target_sealed=sealed, target_sha256="", state="active", breaker_until=now, created_at=now) for n in numbers]),
                (Subscription, [Subscription(id=f"s{n}", person=f"p{n}", name="n", query="heron" if n else "otter", rule_key=keys["heron" if n else "otter"], created_at=now, changed_at=now) for n in numbers]),
                (SubscriptionChannel, [SubscriptionChannel(subscription=f"s{n}", channel=f"c{n}") for n in numbers]),
            ):  # fmt: skip
                work.session.execute(insert(table), [row.model_dump() for row in rows])


def push(store: Store, name: str, text: str) -> str:
    with store.write() as work:
        return article_acts.push(
            work, [article_acts.Pushed("push", Item(external_id=name, title=name, text=text))], clock.now()
        )[0].id


def latencies(store: Store, rules: LiveRules, is_done) -> list[float]:
    """Push an article again and again while a worker ingests and matches; give how long each waited for its end."""
    stop, pushed = threading.Event(), {}

    def work() -> None:
        while not stop.is_set():
            pipeline.ingest(store, clock.now, LEASE)
            if not pipeline.match(store, rules, clock.now, LEASE, OPTIONS):
                stop.wait(0.02)

    worker = threading.Thread(target=work)
    worker.start()
    number = 0
    while not is_done():
        number += 1
        name = f"other-{id(pushed)}-{number}"
        id_ = push(store, name, TEXT.format("otter", name))
        pushed[id_] = clock.now()
        stop.wait(EVERY_S)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with store.read() as session:
            rows = {row.id: row for row in session.scalars(select(Article).where(col(Article.id).in_(list(pushed))))}
        if all(row.matched_at for row in rows.values()):
            break
        time.sleep(0.1)
    stop.set()
    worker.join()
    return [(rows[id_].matched_at - at).total_seconds() for id_, at in pushed.items()]


if __name__ == "__main__":
    main()
