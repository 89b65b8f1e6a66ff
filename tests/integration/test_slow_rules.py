"""A rule that is slow on every article is in quarantine after the third, however many articles wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services import finding, pipeline
from services.addressing import Options
from services.store.tables import Rule, Subscription
from tests.builders import TEXT
from tests.integration.poison import POISON, SLOW, key_of
from tests.town import LEASE, Town


def test_what_was_found_is_written_before_slow_rules_have_had_every_article(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.subscribe(POISON, town.channel())
    monkeypatch.setattr(finding, "SOME_S", 0.0)
    asked: list[str] = []
    real = finding.find

    def find(rules, row, source):
        found = real(rules, row, source)
        asked.append(row.external_id)
        runs = key_of(POISON) in rules.engine
        return finding.Finding(found.hits, [replace(SLOW, rule=key_of(POISON))] if runs else [])

    monkeypatch.setattr(finding, "find", find)
    for number in range(6):
        town.push(f"a{number}", f"{TEXT}\n\nNumber {number}.", title=f"No {number}")
        town.later(seconds=1)
    pipeline.ingest(town.store, town.clock, LEASE)
    pipeline.match(town.store, town.rules, town.clock, LEASE, Options(timedelta(minutes=5)))
    assert len(asked) == 6
    assert [row.state for row in town.all(Subscription)] == ["quarantined"]
    assert [row.breaches for row in town.all(Rule)] == [3]
