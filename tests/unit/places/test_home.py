"""A source's home is learned from its articles, and kept as plain JSON."""

from __future__ import annotations

import json

from services.places.home import HomeLearner


def test_a_source_that_keeps_to_a_state_is_at_home_there() -> None:
    learner = HomeLearner()
    assert learner.home is None
    for _ in range(3):
        learner.learn({"US-MN": 0.9, "US-WI": 0.3})
    assert learner.home == "US-MN"


def test_a_source_that_writes_of_everywhere_has_no_home() -> None:
    learner = HomeLearner()
    for code in ("US-MN", "US-TX", "US-CA", "US-NY", "US-OH"):
        learner.learn({code: 0.9})
    assert learner.home is None


def test_what_was_learned_survives_storing() -> None:
    learner = HomeLearner()
    learner.learn({"US-MN": 0.9})
    learner.learn({"US-MN": 0.9})
    again = HomeLearner.restored(json.loads(json.dumps(learner.stored())))
    assert again.home == learner.home == "US-MN"


def test_what_cannot_be_read_is_a_fresh_start() -> None:
    assert HomeLearner.restored(None).articles == 0
    assert HomeLearner.restored({"articles": "many"}).articles == 0


def test_an_old_home_gives_way_to_a_new_one() -> None:
    learner = HomeLearner()
    for _ in range(250):
        learner.learn({"US-MN": 0.9})
    for _ in range(600):
        learner.learn({"US-TX": 0.9})
    assert learner.home == "US-TX"
