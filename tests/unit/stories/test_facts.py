"""Texts from one frame: other facts in the same words are other events, the same facts are copies."""

from __future__ import annotations

import json
import random

import pytest

from services.store.packs import terms_table
from services.stories.decision import OLD_DAYS, marks
from services.stories.facts import FRAME, facts_of, frame_shared
from services.stories.stream import Stream, Told
from services.stories.words import read
from tests.benchmarks.copies import KINDS, Text
from tests.benchmarks.templated import templated, varied

LOG = (
    "The following calls were answered by the Ashford police. A resident of {street} Street told officers on {day} that"
    " a bicycle had been taken from an open garage. {name}, {age}, was arrested in the parking lot of {shop} on suspicion"
    " of burglary. Officers were sent to {other} Lane at {hour} p.m. for a barking dog and found nothing amiss."
)
ONE = {
    "street": "Elm",
    "day": "Tuesday",
    "name": "Jonas Brandt",
    "age": 34,
    "shop": "Arden Foods",
    "other": "Kiln",
    "hour": 9,
}
TWO = {
    "street": "Oak",
    "day": "Friday",
    "name": "Vera Quigley",
    "age": 51,
    "shop": "Helix Motors",
    "other": "Mercer",
    "hour": 4,
}


def shared(one: str, other: str) -> float:
    return frame_shared(facts_of(read(one, 1200)), facts_of(read(other, 1200)))


def run(texts: list[Text]) -> list[Told]:
    into = Stream(terms_table(), None)
    return [into.take(json.dumps({"id": one.id, "title": one.title, "text": one.text}).encode()) for one in texts]


def test_other_facts_in_the_same_words_are_one_frame() -> None:
    assert shared(LOG.format(**ONE), LOG.format(**TWO)) > FRAME


def test_the_same_facts_in_the_same_words_are_none() -> None:
    assert shared(LOG.format(**ONE), LOG.format(**ONE)) == 0.0


def test_one_corrected_number_makes_no_frame() -> None:
    assert shared(LOG.format(**ONE), LOG.format(**{**ONE, "age": 36})) == 0.0


def test_texts_without_facts_or_in_capitals_are_compared_without_harm() -> None:
    for text in ("", "a b c", LOG.format(**ONE).lower(), LOG.format(**ONE).upper(), "1 2 3 4 5", "\ud800 x"):
        assert shared(text, text) == 0.0


@pytest.mark.parametrize("made", [templated, varied])
def test_pieces_from_one_frame_tell_other_events(made: object) -> None:
    told = run(templated(4) if made is templated else varied(4))
    joined = [one.id for one in told if one.relation in ("copy", "retelling", "revision")]
    assert len(joined) < 0.05 * len(told), joined


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_a_piece_from_a_frame_joins_its_original(kind: str) -> None:
    originals, chance = templated(3), random.Random(4)
    copies = [KINDS[kind](one, chance) for one in originals]
    made = [Text(f"{one.id}+", one.title, one.text, one.event) for one in copies]
    told = run([*originals, *made])
    home = {one.id: one.story for one in told}
    right = [one.id for one in made if home[one.id] == home[one.event]]
    # All at once leaves half of a piece of a hundred words, among as many words of others: one in six is told again.
    assert len(right) >= (0.8 if kind == "all at once" else 1.0) * len(made), [
        one.id for one in made if one.id not in right
    ]


def test_a_topic_that_comes_back_after_months_needs_more_to_be_related() -> None:
    assert marks(100, OLD_DAYS)[1] > marks(100, 3)[1] >= marks(100)[1]
    assert marks(100, OLD_DAYS)[0] == marks(100)[0]
