"""Lines that break at the worst moment: nothing is lost, and what may have arrived is called uncertain.

`python -m tests.faults rig network` goes through every line, every fault and three strengths.
"""

from __future__ import annotations

import secrets
from contextlib import suppress

import httpx2
import pytest

from tests.faults.kills import proven
from tests.faults.plan import ANA, HOOK_A
from tests.faults.rig import Rig
from tests.parts import until


@pytest.mark.parametrize(("kind", "to"), [("http", HOOK_A), ("smtp", ANA)])
def test_an_answer_that_is_lost_on_the_way_is_uncertain_and_repeated_under_the_same_id(
    rig: Rig, kind: str, to: str
) -> None:
    name = f"lost-{kind}-{secrets.token_hex(3)}"
    rig.push(f"first-{name}")
    until(lambda: (to, f"Case first-{name}") in rig.arrived(), "a connection that stands", 30)
    rig.hold.touch()
    rig.push(name)
    until(lambda: (to, f"Case {name}") in rig.arrived(), "the message to arrive", 30)
    rig.proxies[kind].set("reset")
    rig.proxies[kind].set()
    rig.hold.unlink()
    proven(rig)
    assert len(set(rig.ids(to, f"Case {name}"))) == 1
    log = rig.call("GET", f"deliveries/{rig.ids(to, f'Case {name}')[0]}")["attempt_log"]
    assert [attempt["outcome"] for attempt in log][-2:] == ["uncertain", "accepted"]


@pytest.mark.parametrize("kind", ["http", "smtp"])
def test_a_receiver_that_cannot_be_reached_gets_it_once_later(rig: Rig, kind: str) -> None:
    before = rig.check().duplicates
    rig.proxies[kind].set("down")
    rig.push(f"down-{kind}-{secrets.token_hex(3)}")
    until(lambda: rig.call("GET", "queues")["items"][-1]["waiting"], "a message that waits", 30)
    rig.proxies[kind].set()
    proven(rig)
    assert rig.check().duplicates == before


def test_a_database_that_is_cut_off_takes_no_push_and_loses_none(rig: Rig) -> None:
    if "postgres" not in rig.proxies:
        pytest.skip("SQLite is a file")
    rig.proxies["postgres"].set("down")
    assert rig.api is not None
    body = {"external_id": f"cut-{secrets.token_hex(3)}", "text": "Nobody asked for this one, said the clerk."}
    with suppress(httpx2.HTTPError):
        assert rig.api.post("/api/v1/articles", json=body, timeout=30).status_code == 503
    rig.proxies["postgres"].set()
    rig.push(f"cut-{secrets.token_hex(3)}")
    proven(rig)
