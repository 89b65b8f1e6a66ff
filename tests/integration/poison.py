"""A town in which two subscriptions ask for a rule that is too slow, and what tests ask of it."""

from __future__ import annotations

from pathlib import Path

from services.acts import subscription_acts
from services.rules.budget import Breach, Fault
from services.rules.engine import Engine
from services.store import quarantine
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.tables import Alert, Subscription
from services.store.work import Store
from tests.town import Town

POISON = "sanctuary NEAR/9 council"
GOOD = '"sanctuary city"'
SLOW = Breach("", Fault.SLOW, "took 80 ms where 51 ms are allowed", 80.0)


def key_of(query: str) -> str:
    return subscription_acts.rule_id(subscription_acts.check_query(query, shipped().lookups))


def breach(town: Town, query: str = POISON, times: int = 1, fault: Fault = Fault.SLOW) -> list[bool]:
    with town.store.write() as work:
        session = work.session
        what = Breach(key_of(query), fault, SLOW.said, 80.0)
        return [quarantine.record_breach(session, what, town.now) for _ in range(times)]


def states(town: Town) -> dict[str, str]:
    return {row.name: row.state for row in town.all(Subscription)}


def told_of(town: Town) -> list[str]:
    names = {row.id: row.name for row in town.all(Subscription)}
    return sorted(names[row.subscription] for row in town.all(Alert))


def worker(town: Town, snapshot: Path | None = None) -> LiveRules:
    return LiveRules(Engine(shipped().trees), shipped(), snapshot)


def poisoned(store: Store) -> Town:
    """Two subscriptions that ask for the poisonous rule, and a good one."""
    town = Town(store)
    channel, other = town.channel(), town.channel(email="ben@example.org")
    town.subscribe(POISON, channel, name="Poison")
    town.subscribe("council NEAR/9 sanctuary", other, name="The same")
    town.subscribe(GOOD, channel, name="Good")
    return town
