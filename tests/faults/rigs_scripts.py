"""Receivers that do wrong, each in its way: every message ends as `tests.faults.scripts` says, and none is lost on the way.

Each script is a channel of somebody's own who asked for the same word, so that each of a few articles goes to all of them
at once. What was taken stands in a ledger that the receivers write before they answer; how the messages ended is read
from the rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.faults.place import Found, Place
from tests.faults.plan import Pushed
from tests.faults.rig import Rig
from tests.faults.scripts import BY_NAME, HOSTS, HTTP, MAIL, SENT, WAITS, Script
from tests.parts import HOST

WORD = "tocsinscript"
WITHIN_S = 200.0  # what waits for somebody to mend it is tried again after some four minutes
_ROWS = """
SELECT d.id, d.channel, d.state, d.reason_code, d.due_at, d.tries,
       (SELECT count(*) FROM attempt a WHERE a.delivery = d.id AND a.outcome = 'uncertain') AS uncertain
FROM delivery d WHERE d.kind = 'new'
"""


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    script: Script
    state: str
    reason: str | None
    waits_s: float
    tries: int
    uncertain: int


def scripts(place: Place) -> Found:
    """Let so many messages go to every receiver."""
    folder = place.folder / "one"
    folder.mkdir(parents=True)
    ledger = folder / "scripted.jsonl"
    command = [sys.executable, "-m", "tests.faults.scripted", str(ledger), str(place.count)]
    receivers = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert receivers.stdout is not None
    web, mail = map(int, receivers.stdout.readline().split())
    rig = Rig(
        folder, place.database("scripts"), TOCSIN_SMTP_URL=f"smtp://{HOST}:{mail}", TOCSIN_FINAL_DOT_S="3",
        TOCSIN_SEND_S="3", TOCSIN_REST_MOST_S="0.1", TOCSIN_SWEEP_S="0.1", TOCSIN_WEB_PER_S="0", TOCSIN_MAIL_PER_S="0",
        TOCSIN_MAIL_DELAYS_S=",".join(["1"] * 40),  # faults of the host take tries too
    )  # fmt: skip
    try:
        rig.start()
        channels = {_subscribe(rig, one, web): one for one in (*HTTP, *MAIL)}
        for number in range(place.count):
            words = f"The word {WORD} stands here for {number}.\n\nNobody else said anything about {number} at all."
            rig.push_one(Pushed("push", f"s{number}", f"Case {number}", words, frozenset()))
        messages, odd = _wait(rig.url, channels, ledger, place.count)
        copies = _copies(ledger)
        return {
            "scripts": len(BY_NAME) + len(HOSTS), "obligations": len(messages), "odd": len(odd),
            "lost": sum(one.script.copies[0] > 0 and not copies[one.id] for one in messages),
            "duplicates": sum(times - 1 for times in copies.values()),
            "uncertain": sum(one.uncertain for one in messages), "found": "; ".join(odd[:9]),
        }  # fmt: skip
    finally:
        rig.close()
        receivers.kill()
        receivers.wait()


def _subscribe(rig: Rig, script: Script, web: int) -> str:
    """Let somebody ask for the word by a script's channel; give its id."""
    address = f"{script.name}@example.org"
    person = rig.call("POST", "people", json={"email": f"at-{address}", "timezone": "UTC"})["id"]
    hook = {"kind": "webhook", "url": f"http://{HOST}:{web}/s/{script.name}"}
    target = {"kind": "email", "address": address} if script in MAIL else hook
    channel = rig.call("POST", "channels", json={"person": person, "confirmed": True} | target)["id"]
    wish = {"person": person, "name": script.name, "query": WORD, "channels": [channel], "cadence": "instant"}
    rig.call("POST", "subscriptions", json=wish)
    return str(channel)


def _wait(url: str, channels: dict[str, Script], ledger: Path, count: int) -> tuple[list[_Message], list[str]]:
    """Wait until all is as it must be, or for as long as one waits; give the messages, and what is odd."""
    engine = create_engine(url)
    until = time.monotonic() + WITHIN_S
    while True:
        with engine.connect() as connection:
            messages = [
                _Message(
                    row.id, channels[row.channel], row.state, row.reason_code, _waits_s(row.due_at), row.tries,
                    row.uncertain,
                )
                for row in connection.execute(text(_ROWS))
            ]  # fmt: skip
        odd = _odd(messages, _copies(ledger), count)
        if not odd or time.monotonic() > until:
            engine.dispose()
            return messages, odd
        time.sleep(1.0)


def _copies(ledger: Path) -> Counter[str]:
    """Count how often each message was taken."""
    return Counter(json.loads(line)["id"] for line in ledger.read_text().splitlines())


def _waits_s(due: datetime | str) -> float:
    at = datetime.fromisoformat(due) if isinstance(due, str) else due
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()


def _odd(messages: list[_Message], copies: Counter[str], count: int) -> list[str]:
    """Say which messages are not as their scripts say."""
    of = defaultdict(list)
    for one in messages:
        of[one.script.name].append(one)
    found = [f"{id_} was taken and is no message" for id_ in copies.keys() - {one.id for one in messages}]
    for script in BY_NAME.values():
        its = of[script.name]
        if len(its) != count and not (script.some and its):
            found.append(f"{script.name} has {len(its)} of {count} messages")
        if script.state == WAITS and not any(one.waits_s >= script.waits_s for one in its):
            found.append(f"none of {script.name} waits for {script.waits_s:.0f} s")
        found += [said for one in its if (said := _is_odd(one, copies[one.id]))]
    return found


def _is_odd(one: _Message, copies: int) -> str:
    script, least = one.script, 0 if one.script.some else one.script.tries[0]
    so = (one.state, one.reason) == (script.state, script.reason)
    tried = least <= one.tries <= script.tries[1] + 1  # a connection that was kept may be gone, and takes a try
    taken = script.copies[0] <= copies <= script.copies[1] and copies - 1 <= one.uncertain
    if so and tried and taken and (one.state != SENT or copies):
        return ""
    return f"{script.name}: {one.state} {one.reason or ''} after {one.tries} tries, taken {copies} times, {one.uncertain} uncertain"
