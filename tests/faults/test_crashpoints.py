"""Every process is ended at every point where it hurts, on each database: nothing is lost, nothing comes unexpected,
and a second copy comes only where an attempt was called uncertain.

One installation a database serves all cases, one after the other: a case arms its point, pushes an article, waits
until the process died there and everything owed has arrived, and lets the independent checker compare.
"""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import redis
from cryptography.fernet import Fernet

from services import clock
from tests.faults.kills import end_processes, flush, load, proven
from tests.faults.plan import ANA, HOOK_A, Pushed
from tests.faults.rig import WORD, Rig
from tests.parts import HOST, free_port, until

CRASHES = [
    ("C01", "api", "the push is not committed"),
    ("C02", "api", "the push is committed, its answer is not given"),
    ("hint-ingest", "api", "the push is committed, its hint is not sent"),
    ("C05", "ingest", "articles are claimed, not read"),
    ("C06", "ingest", "articles are read, not committed"),
    ("hint-match", "ingest", "C07: articles are read, their hint is not sent"),
    ("C08", "match", "in the middle of matching"),
    ("C09", "match", "alerts are written, not committed"),
    ("hint-deliver", "match", "C10: alerts are committed, their hint is not sent"),
    ("C13", "deliver", "deliveries are claimed, nothing is connected"),
    ("C14", "deliver", "rendered, not in flight"),
    ("C15", "deliver", "in flight, the message is not written"),
    ("C17", "deliver", "the other side said yes, it is not recorded"),
    ("C18", "deliver", "the answer is recorded"),
    ("C20", "", "in the middle of the sweep"),
]
NEVER_TWICE = {"C13", "C14"}


@pytest.mark.parametrize(
    ("point", "role"), [case[:2] for case in CRASHES], ids=[f"{case[0]}-{case[1] or 'any'}" for case in CRASHES]
)
def test_nothing_is_lost_when_a_process_ends(rig: Rig, point: str, role: str) -> None:
    before = rig.check().duplicates
    rig.arm(point, role)
    rig.push(f"{point}-{secrets.token_hex(3)}")
    until(rig.crashed, f"{point} to be passed", 30)
    proven(rig)
    if point in NEVER_TWICE:
        assert rig.check().duplicates == before


def test_the_answer_that_never_came_is_uncertain_and_sent_again_under_the_same_id(rig: Rig) -> None:
    """C16: the last byte is written, the answer not read."""
    rig.hold.touch()
    name = f"C16-{secrets.token_hex(3)}"
    rig.push(name)
    until(lambda: (HOOK_A, f"Case {name}") in rig.arrived(), "the message to arrive", 30)
    rig.kill("deliver")
    rig.hold.unlink()
    proven(rig)
    assert len(set(rig.ids(HOOK_A, f"Case {name}"))) == 1


@pytest.mark.parametrize("point", ["C11", "C12"])
def test_a_window_that_closes_while_a_process_ends_is_told_once(rig: Rig, point: str) -> None:
    """C11: the window is closed, its message is not written; C12: it is, while others close the same window."""
    rig.snooze("Night", clock.now() + timedelta(hours=1))
    article = rig.push(f"{point}-{secrets.token_hex(3)}", "tocsinnight")
    until(lambda: rig.call("GET", f"articles/{article}")["state"] == "matched", "the match", 30)
    rig.arm(point)
    rig.snooze("Night", None)
    until(rig.crashed, f"{point} to be passed", 30)
    proven(rig)


def test_a_refusal_that_is_not_recorded_is_one_more_try(rig: Rig) -> None:
    """C19: the other side said not now; the process ends before the next try is written down."""
    name = f"C19-{secrets.token_hex(3)}"
    rig.refuse("http", 503)
    rig.arm("C19", "deliver")
    rig.push(name)
    until(rig.crashed, "C19 to be passed", 30)
    proven(rig)
    log = rig.call("GET", f"deliveries/{rig.ids(HOOK_A, f'Case {name}')[0]}")["attempt_log"]
    assert [attempt["outcome"] for attempt in log] in (["uncertain", "accepted"], ["accepted"])


def test_a_replay_whose_hint_is_lost_is_sent(rig: Rig) -> None:
    """C21: a dead delivery waits again; the process ends before it says so."""
    rig.refuse("smtp", 554)
    name = f"C21-{secrets.token_hex(3)}"
    rig.push(name)
    dead = until(lambda: rig.call("GET", "deliveries", params={"state": "dead"})["items"], "a dead delivery", 30)
    rig.arm("hint-deliver", "api")
    with suppress(httpx2.HTTPError):
        assert rig.api is not None
        rig.api.post(f"/api/v1/deliveries/{dead[0]['id']}/replay")
    until(rig.crashed, "the replay to be committed", 30)
    proven(rig)


def test_a_key_that_changes_while_messages_wait_opens_old_and_new_addresses(rig: Rig) -> None:
    """C22: the new key stands before the old one; rows sealed with either are read, whoever is ended meanwhile."""
    name, path = f"C22-{secrets.token_hex(3)}", f"/hook/{secrets.token_hex(3)}"
    rig.proxies["http"].set("down")
    rig.push(name)
    file = rig.data / "secret.key"
    file.write_text(f"{Fernet.generate_key().decode()}\n{file.read_text()}")
    for role in ("api", "match", "deliver"):
        rig.kill(role)
    person, url = rig.people[ANA], f"http://{HOST}:{rig.port_of('http')}{path}"
    rig.channels[path] = rig.call(
        "POST", "channels", json={"person": person, "confirmed": True, "kind": "webhook", "url": url}
    )["id"]
    # not the article before, which may be matched only now
    asked = {"person": person, "name": name, "query": f'"{name}" AND sealed', "channels": [rig.channels[path]]}
    rig.call("POST", "subscriptions", json={**asked, "cadence": "instant"})
    text = f"Somebody said {name} aloud, and sealed it with another key than the one before."
    rig.push_one(Pushed("push", path, f"Case {name}-new", text, frozenset({(path, f"Case {name}-new")})))
    rig.proxies["http"].set()
    proven(rig)


@pytest.mark.parametrize("role", ["ingest", "match", "deliver", "api", "broker"])
def test_a_process_that_is_ended_is_started_again_and_nothing_is_lost(rig: Rig, role: str) -> None:
    names = [f"{role}-{secrets.token_hex(3)}" for _ in range(6)]
    pushing = threading.Thread(target=lambda: [rig.push(name) for name in names])
    pushing.start()
    rig.kill(role)
    pushing.join()
    proven(rig)


def test_a_broker_that_is_emptied_loses_nothing(rig: Rig) -> None:
    names = [f"flush-{secrets.token_hex(3)}" for _ in range(6)]
    for name in names:
        rig.push(name)
        flush(rig)
    proven(rig)


def test_hints_that_are_garbage_are_ignored(rig: Rig) -> None:
    with redis.Redis(unix_socket_path=str(rig.data / "run" / "valkey.sock")) as client:
        for stage in ("ingest", "match", "deliver"):
            client.lpush(f"tocsin.{stage}", b"garbage")
    rig.push(f"garbage-{secrets.token_hex(3)}")
    proven(rig)


def test_a_poll_that_dies_takes_in_each_item_once(rig: Rig, tmp_path: Path) -> None:
    """C03 and C04: the answer is there, or the rows, but the source's next time is not."""
    port = free_port()
    feed = tmp_path / "feed.xml"
    command = [sys.executable, "-m", "http.server", str(port), "--bind", HOST, "--directory", str(tmp_path)]
    web = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for point in ("C03", "C04"):
            name = f"{point}-{secrets.token_hex(3)}"
            item = f"<item><guid>{name}</guid><title>Case {name}</title><description>The word {WORD} stands here for {name}, said the clerk of the town on Monday at noon.</description></item>"
            feed.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{item}</channel></rss>')
            rig.arm(point, "ingest")
            if point == "C03":
                rig.call("POST", "sources", json={"name": "Polled", "url": f"http://{HOST}:{port}/feed.xml"})
            rig.owed |= {(HOOK_A, f"Case {name}"), (ANA, f"Case {name}")}
            until(rig.crashed, f"{point} to be passed", 30)
            proven(rig)
    finally:
        web.kill()
        web.wait()


def test_a_clean_stop_leaves_nothing_uncertain(rig: Rig) -> None:
    """C24: SIGTERM during sends."""
    before = rig.check().duplicates
    for n in range(10):
        rig.push(f"stop-{n}-{secrets.token_hex(3)}")
    assert rig.stop() == 0
    rig.start()
    proven(rig)
    assert rig.check().duplicates == before


def test_ending_everything_at_once_loses_nothing(rig: Rig) -> None:
    for n in range(10):
        rig.push(f"all-{n}-{secrets.token_hex(3)}")
    rig.kill_all()
    proven(rig)


def test_ten_random_kills_under_load_lose_nothing(rig: Rig) -> None:
    with load(rig, 20261125, "k") as driver:
        end_processes(rig, driver, 10, random.Random(20261125), 0.6)
    proven(rig)
