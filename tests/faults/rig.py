"""A running `tocsin up` that is made to fail, the receivers that note what arrives, and what is owed to them.

The driver knows what it pushed and what must come of it (`owed`), the sinks know what arrived; `tests.faults.checker`
compares. Nothing of Tocsin's own books is believed but the attempts it calls uncertain, which are the only excuse for a
second copy.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx2
from sqlalchemy import make_url

from tests.faults import checker
from tests.faults.checker import Copy, Verdict
from tests.faults.plan import ANA, BEN, HOOK_A, HOOK_B, TOPIC, WISHES, Owed, Pushed, owed
from tests.faults.proxy import Proxy
from tests.parts import HOST, free_port, until

WORD = "tocsinword"
KINDS = ("http", "smtp")


@dataclass(slots=True)
class _Tail:
    """A sink's ledger, read on from where it was read to."""

    path: Path
    at: int = 0
    rest: bytes = b""
    copies: list[Copy] = field(default_factory=list)

    def read(self) -> list[Copy]:
        """Give all lines so far."""
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self.at)
                *lines, self.rest = (self.rest + (new := file.read())).split(b"\n")
            self.at += len(new)
            self.copies += [
                Copy(said["to"], said["title"], said["id"])
                for said in map(json.loads, lines)
                if said["action"] == "accepted"
            ]
        return self.copies


class Rig:
    """One installation on one database, its receivers, and what is owed to them."""

    def __init__(self, folder: Path, database_url: str, *, proxied: bool = False, **settings: str) -> None:
        self.folder, self.database_url = folder, database_url
        self.data = folder / "data"
        self.crash_file = folder / "crash"
        self.hold = folder / "hold"
        folder.mkdir(parents=True, exist_ok=True)
        self.sinks: list[subprocess.Popen[str]] = []
        self.ports = {kind: self._sink(kind) for kind in KINDS}
        self.proxies = {kind: Proxy(port) for kind, port in self.ports.items()} if proxied else {}
        if proxied and database_url:
            self.proxies["postgres"] = Proxy(make_url(database_url).port or 5432)
        self.tails = {kind: _Tail(folder / f"{kind}.jsonl") for kind in KINDS}
        self._reading = threading.Lock()
        self.port = free_port()
        self.settings = settings
        self.owed: set[Owed] = set()
        self.refused = 0
        self.channels: dict[str, str] = {}
        self.subscriptions: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.up: subprocess.Popen[bytes] | None = None
        self.api: httpx2.Client | None = None

    # ---- running ----

    def _sink(self, kind: str) -> int:
        ledger = self.folder / f"{kind}.jsonl"
        command = [sys.executable, "-m", "tests.faults.sink", kind, str(ledger), str(self.folder)]
        sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.sinks.append(sink)
        assert sink.stdout is not None
        return int(sink.stdout.readline())

    def port_of(self, kind: str) -> int:
        """Give the port that the service reaches a receiver by."""
        return self.proxies[kind].port if kind in self.proxies else self.ports[kind]

    def environment(self) -> dict[str, str]:
        database = self.database_url
        if "postgres" in self.proxies:
            by_proxy = make_url(database).set(port=self.proxies["postgres"].port)
            database = by_proxy.render_as_string(hide_password=False)
        return os.environ | {
            "TOCSIN_TEST": "1", "TOCSIN_CRASHFILE": str(self.crash_file), "TOCSIN_DATA": str(self.data),
            "TOCSIN_DATABASE_URL": database, "TOCSIN_PORT": str(self.port), "TOCSIN_HOST": HOST,
            "TOCSIN_SMTP_URL": f"smtp://{HOST}:{self.port_of('smtp')}", "TOCSIN_MAIL_FROM": "Tocsin <a@tocsin.example>",
            "TOCSIN_ALLOW_PRIVATE": "127.0.0.0/8", "TOCSIN_GROUP_S": "0", "TOCSIN_FLOOD_MOST": "0", "TOCSIN_SWEEP_S": "0.5",
            "TOCSIN_LEASE_S": "4", "TOCSIN_WEBHOOK_DELAYS_S": "1,1,1,1,1,1", "TOCSIN_MAIL_DELAYS_S": "1,1,1,1,1,1",
            "TOCSIN_SEND_S": "10", "TOCSIN_POLL_S": "1", "TOCSIN_LOG_LEVEL": "warning", "TOCSIN_RESTART_MOST_S": "0.4",
            "TOCSIN_CHAT_PER_S": "0", **self.settings,
        }  # fmt: skip

    def start(self) -> None:
        """Start `tocsin up` and wait until it is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            command = [sys.executable, "-P", "-m", "workers.up"]
            self.up = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)
        until(self.ready, "tocsin up to be ready", 120)
        headers = {"Authorization": f"Bearer {(self.data / 'token').read_text().strip()}"}
        self.api = httpx2.Client(base_url=f"http://{HOST}:{self.port}", headers=headers, timeout=10, trust_env=False)

    def ready(self) -> bool:
        assert self.up is not None
        assert self.up.poll() is None, (self.folder / "up.log").read_text()[-3000:]
        try:
            return httpx2.get(f"http://{HOST}:{self.port}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def stop(self) -> int:
        """Stop it in order; give the exit code."""
        assert self.up is not None
        self.up.send_signal(signal.SIGTERM)
        return self.up.wait(timeout=60)

    def close(self) -> None:
        if self.up is not None and self.up.poll() is None:
            self.stop()
        if self.api is not None:
            self.api.close()
        for proxy in self.proxies.values():
            proxy.close()
        for sink in self.sinks:
            sink.kill()
            sink.wait()

    def roles(self) -> dict[str, int]:
        """Give the processes that play roles and run, as our own `tocsin up` noted them."""
        assert self.up is not None
        noted = json.loads((self.data / "run" / "roles.json").read_text())
        return {role: pid for role, pid in noted.items() if pid and parent_of(pid) == self.up.pid}

    def pid_of(self, role: str) -> int:
        """Give the process that plays a role; wait while one that ended is being started again."""
        noted = self.data / "run" / "roles.json"
        return int(until(lambda: json.loads(noted.read_text())[role], f"a process that plays {role}"))

    def kill(self, role: str) -> None:
        """End the process that plays a role, as a crash does, and wait until another plays it."""
        pid = self.pid_of(role)
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pid_of(role) != pid, f"another {role}", 30)

    def kill_all(self) -> None:
        """End everything at once, as a power cut does, and start it again."""
        assert self.up is not None
        for pid in [self.up.pid, *self.roles().values()]:
            os.kill(pid, signal.SIGKILL)
        self.up.wait()
        self.start()

    # ---- driving ----

    def call(self, method: str, path: str, **given) -> dict:
        """Call the API, again and again while it does not answer or says 503."""
        deadline = time.monotonic() + 120
        while True:
            try:
                assert self.api is not None
                answer = self.api.request(method, f"/api/v1/{path}", **given)
                if answer.status_code < 500:
                    assert answer.status_code < 400, answer.text
                    return answer.json()
                self.refused += 1
            except httpx2.HTTPError:
                self.refused += 1
            assert time.monotonic() < deadline, f"{method} {path} got no answer"
            time.sleep(0.1)

    def set_up(self) -> None:
        """Add the people, channels and subscriptions of the plan."""
        port = self.port_of("http")
        web, chat = f"http://{HOST}:{port}", f"ntfy://{HOST}:{port}/{TOPIC}"
        self.people = people = {
            who: self.call("POST", "people", json={"email": who, "timezone": "UTC"})["id"] for who in (ANA, BEN)
        }
        targets = {
            HOOK_A: {"person": people[ANA], "kind": "webhook", "url": web + HOOK_A},
            HOOK_B: {"person": people[BEN], "kind": "webhook", "url": web + HOOK_B},
            ANA: {"person": people[ANA], "kind": "email", "address": ANA},
            BEN: {"person": people[BEN], "kind": "email", "address": BEN},
            TOPIC: {"person": people[BEN], "kind": "chat", "url": chat},
        }
        for to, body in targets.items():
            self.channels[to] = self.call("POST", "channels", json={"confirmed": True, **body})["id"]
        for wish in WISHES:
            body = {
                "person": people[wish.person], "name": wish.name, "query": " OR ".join(wish.words),
                "channels": [self.channels[to] for to in wish.channels], "cadence": "instant",
            }  # fmt: skip
            self.subscriptions[wish.name] = self.call("POST", "subscriptions", json=body)["id"]

    def push(self, name: str, word: str = WORD) -> str:
        """Push one article of a story of its own, safely, and owe it to those who asked for the word."""
        text = f"The word {word} stands here for {name}.\n\nNothing else of interest was said about {name} at all."
        return self.push_one(Pushed("push", name, f"Case {name}", text, owed(f"Case {name}", text)))

    def refuse(self, kind: str, code: int) -> None:
        """Let the sink of a kind refuse its next message with a code."""
        (self.folder / f"refuse-{kind}").write_text(str(code))

    def snooze(self, name: str, until: datetime | None) -> None:
        """Let a subscription sleep: what comes meanwhile is told together then."""
        at = None if until is None else until.isoformat()
        self.call("PATCH", f"subscriptions/{self.subscriptions[name]}", json={"snoozed_until": at})

    def push_one(self, one: Pushed) -> str:
        """Push an article until it is accepted, and owe what comes of it."""
        body = {"source": one.source, "external_id": one.external_id, "title": one.title, "text": one.text}
        key = {"Idempotency-Key": f"{one.external_id} {one.title}"}
        self.owed |= one.owed
        return str(self.call("POST", "articles", json=body | {"language": "en"}, headers=key)["id"])

    def arm(self, point: str, role: str = "") -> None:
        """Let the next process that passes the point end there."""
        part = self.crash_file.with_suffix(".part")
        part.write_text(f"{role} {point}".strip())
        part.rename(self.crash_file)

    def crashed(self) -> bool:
        """Whether the armed point was passed."""
        return not self.crash_file.exists()

    # ---- checking ----

    def copies(self) -> list[Copy]:
        """Read the sinks' ledgers: everything that was accepted."""
        with self._reading:
            return [copy for tail in self.tails.values() for copy in tail.read()]

    def arrived(self) -> Counter[Owed]:
        """Count how often each message was accepted."""
        return Counter((copy.to, copy.title) for copy in self.copies())

    def ids(self, to: str, title: str) -> list[str]:
        return [copy.id for copy in self.copies() if (copy.to, copy.title) == (to, title)]

    def settled(self) -> bool:
        """Whether everything owed has arrived and nothing is on its way."""
        if not self.owed <= set(self.arrived()):
            return False
        stages = self.call("GET", "queues")["items"]
        return all(stage["waiting"] == 0 for stage in stages if stage["stage"] != "fetch")

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / 'tocsin.db'}"

    def check(self) -> Verdict:
        """Compare what is owed with what arrived, and with the books."""
        return checker.check(self.owed, self.copies(), self.url, {id_: to for to, id_ in self.channels.items()})


def parent_of(pid: int) -> int | None:
    """Give the parent of a process; `None` if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
