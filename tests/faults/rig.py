"""A running `tocsin up` that is made to fail, the receivers that note what arrives, and the independent ledger.

The driver knows what it pushed and what must come of it (`owed`), the sinks know what arrived; nothing of Tocsin's own
books is believed but the attempts it calls uncertain, which are the only excuse for a second copy.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.parts import HOST, free_port, until

WORD = "tocsinword"


@dataclass(slots=True)
class Verdict:
    """What the checker found."""

    lost: list[tuple[str, str]] = field(default_factory=list)
    unexpected: list[tuple[str, str]] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    excused: int = 0

    @property
    def clean(self) -> bool:
        return not self.lost and not self.unexpected and not self.twice


class Rig:
    """One installation on one database, its receivers, and what is owed to them."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder, self.database_url = folder, database_url
        self.data = folder / "data"
        self.crash_file = folder / "crash"
        self.hold = folder / "hold"
        folder.mkdir(parents=True, exist_ok=True)
        self.ledger = {kind: folder / f"{kind}.jsonl" for kind in ("http", "smtp")}
        self.sinks: list[subprocess.Popen[str]] = []
        self.ports = {kind: self._sink(kind) for kind in ("http", "smtp")}
        self.port = free_port()
        self.settings = settings
        self.owed: set[tuple[str, str]] = set()
        self.up: subprocess.Popen[bytes] | None = None
        self.api: httpx2.Client | None = None

    # ---- running ----

    def _sink(self, kind: str) -> int:
        command = [sys.executable, "-m", "tests.faults.sink", kind, str(self.ledger[kind]), str(self.hold)]
        sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.sinks.append(sink)
        assert sink.stdout is not None
        return int(sink.stdout.readline())

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TOCSIN_TEST": "1", "TOCSIN_CRASHFILE": str(self.crash_file), "TOCSIN_DATA": str(self.data),
            "TOCSIN_DATABASE_URL": self.database_url, "TOCSIN_PORT": str(self.port), "TOCSIN_HOST": HOST,
            "TOCSIN_SMTP_URL": f"smtp://{HOST}:{self.ports['smtp']}", "TOCSIN_MAIL_FROM": "Tocsin <a@tocsin.example>",
            "TOCSIN_ALLOW_PRIVATE": "127.0.0.0/8", "TOCSIN_GROUP_S": "0", "TOCSIN_FLOOD_MOST": "0", "TOCSIN_SWEEP_S": "0.5",
            "TOCSIN_LEASE_S": "3", "TOCSIN_WEBHOOK_DELAYS_S": "1,1,1,1,1,1", "TOCSIN_MAIL_DELAYS_S": "1,1,1,1,1,1",
            "TOCSIN_SEND_S": "10", "TOCSIN_POLL_S": "1", "TOCSIN_LOG_LEVEL": "warning", **self.settings,
        }  # fmt: skip

    def start(self) -> None:
        """Start `tocsin up` and wait until it is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            command = [sys.executable, "-P", "-m", "workers.up"]
            self.up = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)
        until(self.ready, "tocsin up to be ready", 60)
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
        return self.up.wait(timeout=35)

    def close(self) -> None:
        if self.up is not None and self.up.poll() is None:
            self.stop()
        if self.api is not None:
            self.api.close()
        for sink in self.sinks:
            sink.kill()
            sink.wait()

    def pid_of(self, role: str) -> int:
        """Give the process that plays a role, as our own `tocsin up` noted it."""
        return int(json.loads((self.data / "run" / "roles.json").read_text())[role])

    def kill(self, role: str) -> None:
        """End the process that plays a role, as a crash does, and wait until another plays it."""
        pid = self.pid_of(role)
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pid_of(role) != pid, f"another {role}", 20)

    # ---- driving ----

    def call(self, method: str, path: str, **given) -> dict:
        """Call the API, again and again while it does not answer or says 503."""
        assert self.api is not None
        deadline = time.monotonic() + 40
        while True:
            try:
                answer = self.api.request(method, f"/api/v1/{path}", **given)
                if answer.status_code < 500:
                    assert answer.status_code < 400, answer.text
                    return answer.json()
            except httpx2.HTTPError:
                pass
            assert time.monotonic() < deadline, f"{method} {path} got no answer"
            time.sleep(0.1)

    def set_up(self) -> None:
        """Add a person with a mail and a webhook channel and one subscription."""
        person = self.call("POST", "people", json={"email": "ana@example.org", "timezone": "UTC"})["id"]
        web = {"kind": "webhook", "url": f"http://{HOST}:{self.ports['http']}/hook"}
        mail = {"kind": "email", "address": "ana@example.org"}
        channels = [
            self.call("POST", "channels", json={"person": person, "confirmed": True, **body})["id"]
            for body in (web, mail)
        ]
        body = {"person": person, "name": "All", "query": WORD, "channels": channels, "cadence": "instant"}
        self.call("POST", "subscriptions", json=body)

    def push(self, name: str) -> str:
        """Push one article of a story of its own, safely, and owe it to both channels."""
        text = f"The word {WORD} stands here for {name}.\n\nNothing else of interest was said about {name} at all."
        body = {"external_id": name, "title": f"Case {name}", "text": text}
        id_ = self.call("POST", "articles", json=body, headers={"Idempotency-Key": name})["id"]
        self.owed |= {("http", f"Case {name}"), ("smtp", f"Case {name}")}
        return id_

    def arm(self, point: str, role: str = "") -> None:
        """Let the next process that passes the point end there."""
        part = self.crash_file.with_suffix(".part")
        part.write_text(f"{role} {point}".strip())
        part.rename(self.crash_file)

    def crashed(self) -> bool:
        """Whether the armed point was passed."""
        return not self.crash_file.exists()

    # ---- checking ----

    def arrived(self) -> Counter[tuple[str, str]]:
        """Read the sinks' ledgers: how often each (sink, title) was accepted."""
        found: Counter[tuple[str, str]] = Counter()
        for kind, path in self.ledger.items():
            for line in path.read_text().splitlines() if path.exists() else []:
                entry = json.loads(line)
                found[kind, entry["title"]] += 1
        return found

    def ids(self, sink: str, title: str) -> list[str]:
        lines = (json.loads(line) for line in self.ledger[sink].read_text().splitlines())
        return [entry["id"] for entry in lines if entry["title"] == title]

    def settled(self) -> bool:
        """Whether everything owed has arrived and nothing is on its way."""
        if not self.owed <= set(self.arrived()):
            return False
        stages = self.call("GET", "queues")["items"]
        return all(stage["waiting"] == 0 for stage in stages if stage["stage"] != "fetch")

    def check(self) -> Verdict:
        """Compare what is owed with what arrived; a second copy needs an attempt that was called uncertain."""
        arrived = self.arrived()
        verdict = Verdict(lost=sorted(self.owed - set(arrived)), unexpected=sorted(set(arrived) - self.owed))
        for key, times in arrived.items():
            if times == 1:
                continue
            ids = self.ids(*key)
            log = self.call("GET", f"deliveries/{ids[0]}")["attempt_log"]
            uncertain = sum(1 for attempt in log if attempt["outcome"] == "uncertain")
            if len(set(ids)) > 1 or times - 1 > uncertain:
                verdict.twice.append(key)
            else:
                verdict.excused += times - 1
        return verdict
