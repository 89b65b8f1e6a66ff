"""Stories of a stream: copies, retellings, related ones, revisions, and what is none of these."""

from __future__ import annotations

import json
import random

import pytest

from services.errors import InvalidError
from services.store.packs import terms_table
from services.stories.frequencies import MOST_LEARNED, Frequencies, read_table
from services.stories.signature import from_bytes, sign
from services.stories.stream import Stream, Told
from tests.benchmarks.copies import KINDS, Text
from tests.benchmarks.hard_pairs import hard_pairs

BRIDGE = (
    "The old swing bridge at Larkhaven jammed half open on Tuesday morning with a ferry beneath it, and some four hundred"
    " commuters had to walk the long way round by the lock. Engineers found a cracked gear in the eastern tower. Harbour"
    " master Odile Renner said that the part, cast in 1911, would have to be made anew in Sheffield. Until then the bridge"
    " stays open to ships and closed to people. Shopkeepers on the island asked the county for a free shuttle. The bridge"
    " carries nine thousand people a day and was last repaired in 1987, when a barge struck its northern pier. A county"
    " spokeswoman said divers would look at the foundations on Thursday before anybody is let across again."
)
RETOLD = (
    "Larkhaven islanders are cut off for pedestrians after the swing bridge stuck open. A cracked gear in its eastern tower"
    " is to blame, according to harbour master Odile Renner; a replacement has to be cast in Sheffield. About four hundred"
    " commuters were stranded by the jammed bridge on Tuesday, a ferry waiting below. The county is considering a shuttle"
    " for the island, and divers are to inspect the foundations."
)


def stream(hours: float | None = None) -> Stream:
    return Stream(terms_table(), hours)


def take(into: Stream, id_: str, title: str = "", text: str = "", at: str | None = None, source: str = "") -> Told:
    return into.take(json.dumps({"id": id_, "title": title, "text": text, "published": at, "source": source}).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_joins_its_original(kind: str) -> None:
    into = stream()
    take(into, "a", "Swing bridge jams at Larkhaven", BRIDGE)
    made = KINDS[kind](Text("b", "Swing bridge jams at Larkhaven", BRIDGE, ""), random.Random(3))
    told = take(into, "b", made.title, made.text)
    assert (told.story, told.thread) == ("a", "a")
    assert told.relation.value in ("copy", "retelling")
    assert told.because


def test_the_same_event_in_other_words_joins() -> None:
    into = stream()
    take(into, "a", "Swing bridge jams at Larkhaven", BRIDGE)
    told = take(into, "b", "Larkhaven bridge stuck open", RETOLD)
    assert (told.story, told.relation) == ("a", "retelling")
    assert "larkhaven" in told.because


def test_other_events_of_the_same_topic_and_place_stay_apart() -> None:
    into = stream()
    told = [take(into, one.id, one.title, one.text) for one in hard_pairs()]
    assert {one.relation.value for one in told} <= {"new", "related"}


def test_a_related_article_has_its_own_story_in_the_thread_of_the_other() -> None:
    into = stream()
    told = [take(into, one.id, one.title, one.text) for one in hard_pairs()]
    related = [one for one in told if one.relation == "related"]
    assert related
    assert all(one.story == one.id and one.thread != one.id for one in related)


def test_the_same_article_again_is_a_revision() -> None:
    into = stream()
    take(into, "a", "Swing bridge jams", BRIDGE, source="wire")
    assert take(into, "a", "Swing bridge jams", BRIDGE + " Corrected.", source="wire").relation == "revision"
    assert take(into, "c", "Swing bridge jams", BRIDGE + " More.", source="wire").relation == "revision"
    assert take(into, "d", "Swing bridge jams", BRIDGE, source="other").relation == "copy"


def test_the_window_counts_from_the_storys_last_article() -> None:
    into = stream(72)
    take(into, "a", "Swing bridge jams", BRIDGE, "2026-11-01T00:00:00Z")
    assert take(into, "b", "One", BRIDGE, "2026-11-03T12:00:00Z").story == "a"
    assert take(into, "c", "Two", BRIDGE, "2026-11-06T00:00:00Z").story == "a"
    assert take(into, "d", "Three", BRIDGE, "2026-11-10T00:00:00Z").story == "d"


def test_furniture_that_many_share_makes_no_copies() -> None:
    into = stream()
    foot = " ".join(f"Subscribe to offer number {n} of our paper today." for n in range(3))
    told = [take(into, one.id, one.title, f"{one.text} {foot}") for one in hard_pairs()]
    assert [one.id for one in told if one.relation == "copy"] == []


def test_articles_without_words_are_stories_of_their_own() -> None:
    into = stream()
    assert [take(into, str(n)).relation for n in range(3)] == ["new"] * 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"x", "from character 1 on"),
        (b'{"id": 1', "from character 9 on"),
        (b"[]", "a JSON object is expected"),
        (b"{}", '"id" is expected'),
        (b'{"id": 1, "text": 2}', '"text" is a string'),
        (b'{"id": 1, "published": "soon"}', '"published" is a time'),
        (b"\xff\xfe", "no JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "\xff"}', "byte 9 is not UTF-8"),
    ],
)
def test_a_line_that_is_no_article_is_refused_with_the_reason(line: bytes, said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        stream().take(line)


def test_a_signature_survives_storing() -> None:
    one = sign("Swing bridge jams", BRIDGE, Frequencies(terms_table()).weight)
    assert from_bytes(one.to_bytes()) == one
    with pytest.raises(InvalidError):
        from_bytes(one.to_bytes() + b"x")


def test_what_is_learned_is_bounded() -> None:
    learned = Frequencies(read_table([]))
    learned.learn(range(MOST_LEARNED))
    learned.learn(range(10))
    learned.learn(range(MOST_LEARNED, MOST_LEARNED + 10))
    assert len(learned.learned) <= MOST_LEARNED
    assert set(range(10)) <= set(learned.learned)
