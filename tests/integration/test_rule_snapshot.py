"""A match worker begins from a snapshot of its rules, and never from one that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from services import pipeline
from services.rules.engine import Engine
from services.store import rules as store_rules
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.tables import RuleChange, Subscription
from tests.builders import NOW
from tests.town import LEASE, Town


def _fresh(file: Path) -> LiveRules:
    return LiveRules(Engine(shipped().trees), shipped(), file)


def _kept(town: Town, file: Path) -> None:
    channel = town.channel()
    for number in range(5):
        town.subscribe(f"word{number} rent", channel, name=f"s{number}")
    rules = _fresh(file)
    rules.refresh(town.store)
    rules.keep(town.store)
    town.subscribe("later rent", channel, name="later")


def test_a_restart_takes_the_snapshot_and_what_changed_since(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kept(town, tmp_path / "rules")
    again = _fresh(tmp_path / "rules")
    monkeypatch.setattr(LiveRules, "_load", lambda *_: pytest.fail("read every rule again"))
    again.refresh(town.store)
    assert len(again.engine) == 6
    assert all(again.tree(key) for key in again._texts)


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "other version", "other database", "older database"])
def test_a_snapshot_that_does_not_fit_is_passed_over(town: Town, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "rules"
    _kept(town, file)
    data = file.read_bytes()
    at = len(data) // 3
    harmed = {
        "cut": data[:-3], "flipped": data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "empty": b"",
        "other version": data.replace(b"tocsin rules ", b"tocsin rules 9"),
    }  # fmt: skip
    file.write_bytes(harmed.get(harm, data))
    with town.store.write() as work:
        if harm == "other database":
            work.session.execute(update(RuleChange).values(at=NOW.replace(year=2020)))
        if harm == "older database":
            work.session.execute(delete(RuleChange))
    again = _fresh(file)
    again.refresh(town.store)
    assert len(again.engine) == 6


def test_many_changes_are_kept_without_being_asked(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_rules, "_LEAST_CHANGES", 2)
    channel = town.channel()
    rules = _fresh(tmp_path / "rules")
    for number in range(4):
        town.subscribe(f"word{number} rent", channel, name=f"s{number}")
    rules.refresh(town.store)
    assert (tmp_path / "rules").exists()


def test_no_snapshot_is_written_while_a_query_waits_for_its_topic(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "rules"
    _kept(town, file)
    file.unlink()
    with town.store.write() as work:
        waits = work.session.scalars(select(Subscription).where(Subscription.name == "s3")).one()
        waits.query = "topic:harbour-works"
    rules = _fresh(file)
    rules.refresh(town.store)
    assert len(rules.engine) == 5
    rules.keep(town.store)
    assert not file.exists()


def test_an_engine_learns_from_the_stored_articles_which_words_are_frequent(town: Town, tmp_path: Path) -> None:
    _kept(town, tmp_path / "rules")
    for number in range(20):
        town.push(f"a{number}", f"Rents in Ojai rise again, says the report number{number}.")
    pipeline.ingest(town.store, town.clock, LEASE)
    rules = LiveRules(Engine(shipped().trees), shipped())
    rules.refresh(town.store)
    shares = rules.engine.state()[0][1]
    assert shares["ojai"] == 1.0
    assert "number7" not in shares
