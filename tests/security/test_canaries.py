"""I4 and S9: forty secrets are planted and used in vain; none is anywhere but where it belongs."""

from __future__ import annotations

import base64
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlmodel import SQLModel

from services import clock, logs, pipeline
from services.accounts import passwords, signin
from services.addressing import Options
from services.api.access import TABLE
from services.channels.post import open_post
from services.guard import Gate
from services.rules.engine import Engine
from services.sources.poll import Kit, Poller
from services.sources.rhythm import Rhythm
from services.store.rules import LiveRules
from services.store.states import DeliveryState
from services.store.tables import Person
from services.teller import Teller
from services.tracing import Traces
from tests.canaries import PLANTED, leaked
from tests.feed_site import FeedSite, Said, Seen
from tests.integration.api import Api, running
from tests.parts import until

LEASE = timedelta(seconds=60)
ROOT = Path(__file__).resolve().parents[2]


def planted(number: int) -> str:
    return f"{PLANTED}-{number:02}-{secrets.token_hex(8)}"


def sent(owner: str) -> str:
    return base64.b64encode(owner.encode()).decode()


class Echo(FeedSite):
    """Answers everything with what was asked, as a server does whose pages of errors say too much."""

    def answer(self, seen: Seen) -> Said:
        return Said(f"gone: {seen.path} {seen.headers}", 410)


class Newsroom:
    """An application whose every secret is a canary, and a world outside that repeats what it is sent."""

    def __init__(self, api: Api, sink: Echo, smtp: str) -> None:
        self.api, self.sink = api, sink
        self.spans = InMemorySpanExporter()
        api.store._trace = Traces(SimpleSpanProcessor(self.spans), "test", LEASE).take
        self.canaries = [smtp]
        self.vault = api.client.app.state.parts.vault
        self._plant()

    def _new(self) -> str:
        self.canaries.append(planted(len(self.canaries)))
        return self.canaries[-1]

    def _plant(self) -> None:
        api, host = self.api, f"127.0.0.1:{self.sink.port}"
        person = next(iter(api.people.values()))
        hooks = [f"http://{host}/{self._new()}" for _ in range(5)] + [
            f"http://{host}/h?key={self._new()}" for _ in range(5)
        ]
        self.channels = [api.made("channels", kind="webhook", url=url, person=person, confirmed=True) for url in hooks]
        self.canaries += [one["secret"] for one in self.channels]
        chats = [f"ntfy://user:{self._new()}@{host}/topic{number}" for number in range(4)]
        self.channels += [api.made("channels", kind="chat", url=url, person=person, confirmed=True) for url in chats]
        for number in range(4):
            api.made("sources", url=f"http://reader:{self._new()}@{host}/feed{number}", name=f"Feed {number}")
        api.made("sources", url=f"imap://reader:{self._new()}@127.0.0.1:9/News", name="Letters")
        self.canaries += list(api.tokens.values())
        with api.store.write() as work:
            for one in api.people.values():
                row = work.session.get_one(Person, one)
                row.password = passwords.hashed(self._new())
                work.session.add(row)
                self.canaries.append(signin.begin(work.session, one, clock.now()))
            self.canaries.append(signin.make_link(work.session, row, clock.now()))
        self.canaries.append(api.link.rpartition("/")[2])
        self.canaries.append((api.settings.data / "token").read_text().strip())
        api.made(
            "subscriptions", name="All", query="council", channels=[one["id"] for one in self.channels], person=person
        )

    def run(self) -> None:
        """Let an article come, be told in vain to every channel, and every source be polled in vain."""
        api = self.api
        api.v1("POST", "articles", json={"external_id": "a", "title": "Council votes", "text": "The council voted."})
        packs = api.client.app.state.parts.packs
        rules = LiveRules(Engine(packs.trees), packs)
        pipeline.ingest(api.store, clock.now, LEASE)
        pipeline.match(api.store, rules, clock.now, LEASE, Options(timedelta(minutes=5)))
        gate, done = Gate(["127.0.0.0/8"]), Event()
        teller = Teller(open_post(api.settings, gate, done), self.vault, clock.now)
        pipeline.deliver(api.store, "w1", teller, LEASE, 100)
        until(lambda: self.dead() >= len(self.channels), "every delivery to be dead", 60)
        kit = Kit(api.store, gate, self.vault, clock.now, Rhythm(gap=timedelta(0)))
        for _ in range(6):
            Poller(kit).once()

    def dead(self) -> int:
        rows = self.rows("delivery")
        return sum(row["state"] == DeliveryState.DEAD for row in rows)

    def rows(self, table: str) -> list:
        with self.api.store.read() as session:
            return [dict(row._mapping) for row in session.execute(text(f"SELECT * FROM {table}"))]

    def found(self, where: str) -> list[int]:
        """Number the canaries that a text shows, as they are or as a name and password are sent."""
        forms = [(one, sent(f"user:{one}"), sent(f"reader:{one}")) for one in self.canaries]
        return [number for number, found in enumerate(forms) if any(form in where for form in found)]


@pytest.fixture
def room(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Newsroom]:
    smtp = planted(0)
    with Echo() as sink, running(tmp_path, smtp_url=f"smtp://mailer:{smtp}@127.0.0.1:9") as api:
        logs.configure("info", json=True)
        api.client.app.state.site.ending.set()
        yield Newsroom(api, sink, smtp)


def paths(room: Newsroom) -> Iterator[str]:
    """Give every page and every list and thing of the API that is read."""
    first = {
        noun: room.rows(table)[0]["id"]
        for noun, table in (
            ("channels", "channel"), ("deliveries", "delivery"), ("sources", "source"), ("subscriptions", "subscription"),
            ("alerts", "alert"), ("articles", "article"), ("stories", "story"), ("people", "person"),
        )
    }  # fmt: skip
    for row in TABLE:
        if "GET" in row.methods and not row.path.startswith("/static"):
            noun = row.path.removeprefix("/api/v1").split("/")[1]
            yield re.sub(r"{\w+}", first.get(noun, "0" * 16), row.path)
    for noun, table in (("channels", "channel"), ("deliveries", "delivery"), ("sources", "source")):
        for one in room.rows(table):
            yield f"/{noun}/{one['id']}"
            yield f"/api/v1/{noun}/{one['id']}"


def test_s9_forty_secrets_are_found_nowhere(room: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    assert len(set(room.canaries)) == len(room.canaries) >= 40
    room.run()
    assert sum(seen.path.count(PLANTED) for seen in room.sink.seen) >= 10  # they were used
    everything = "\n".join(str(room.rows(table.name)) for table in SQLModel.metadata.sorted_tables)
    assert room.found(everything) == []
    for path in paths(room):
        answer = room.api.call("GET", path)
        assert room.found(answer.text + str(answer.headers)) == [], path
    assert (
        room.found(str([(span.name, span.attributes, span.status) for span in room.spans.get_finished_spans()])) == []
    )
    assert room.spans.get_finished_spans()
    said = capfd.readouterr()
    assert room.found(said.out + said.err) == []
    dead = room.api.v1("GET", "deliveries?state=dead&limit=200").json()["items"]
    assert len(dead) >= len(room.channels)
    assert room.found(str(dead)) == []


def test_s9_a_mistake_does_not_repeat_a_secret(room: Newsroom) -> None:
    for canary, (noun, body) in zip(
        room.canaries[1:],
        [
            ("channels", {"kind": "webhook", "url": "http://10.0.0.1/{}"}), ("channels", {"kind": "chat", "url": "json://a:{}@h"}),
            ("sources", {"url": "http://a:{}@10.0.0.1/feed"}), ("sources", {"url": "imap://a:{}@mail.example/x?y"}),
            ("sources", {"url": "ftp://a:{}@ledger.example/"}), ("channels", {"kind": "chat", "url": "nosuch://{}"}),
        ],
        strict=False,
    ):  # fmt: skip
        answer = room.api.v1("POST", noun, json={name: value.format(canary) for name, value in body.items()})
        assert answer.status_code == 422
        assert canary not in answer.text


@pytest.mark.parametrize(
    "line", ["tcn_0a1b2c3d_" + "x" * 43, "whsec_" + "A" * 32, f"https://{PLANTED}-7.example/hook", "c2VjcmV0" * 4]
)
def test_i4_every_test_that_logs_a_secret_fails(tmp_path: Path, line: str) -> None:
    assert leaked(f'{{"event": "sent", "to": "{line}"}}')
    (tmp_path / "conftest.py").write_text("from tests.canaries import pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(
        f"import sys\ndef test_loud():\n    print({line!r}, file=sys.stderr)\ndef test_quiet():\n    pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout
    assert line not in done.stdout.partition("Captured")[0]
