"""Evidence shows where a match stands; a miss names what decided it; hits that do not count are shown as ignored."""

from __future__ import annotations

import pytest

from services.articles.article import Zone
from services.queries.evaluate import Evidence, Verdict, evaluate
from services.queries.parser import parse
from services.queries.tree import Node
from tests.unit.queries.test_evaluate import COUNCIL, seen


def verdict(query: str, topics: dict[str, Node] | None = None, passages: int = 1) -> Verdict:
    """The verdict on the council's article."""
    return evaluate(parse(query).tree, COUNCIL, topics, passages=passages)


def marked(one: Evidence) -> str:
    """The sentence with its marks in brackets."""
    text = one.sentence
    for low, high in reversed(one.marks):
        text = f"{text[:low]}[{text[low:high]}]{text[high:]}"
    return text


SHOWN = [
    ("council", ["title 1 [Council] votes on detainers"]),
    ('"sanctuary cities"', ["lead 1 The council made Fairview a [Sanctuary-City] on Tuesday."]),
    ("warrant*", ["body 1 Deputies of ICE served two [warrants]."]),
    ("=ICE NEAR/5 warrants", ["body 1 Deputies of [ICE] served two [warrants]."]),
    ("warrants NEAR/5 ICE", ["body 1 Deputies of [ICE] served two [warrants]."]),
    ("warrants PARA plaza", ["body 1 Deputies of ICE served two [warrants]. The mayor’s office, at AT&T [plaza], refused."]),
    ("refused NEAR/3 search", [("body 2 The mayor’s office, at AT&T plaza, [refused]. "
                               "A warranted [search] found nothing; café owners and women cheered.")]),
    ("ATLEAST/2(warrant*)", ["body 1 Deputies of ICE served two [warrants].",
                             "body 3 A [warranted] search found nothing; café owners and women cheered."]),
    ("council -dog", ["title 1 [Council] votes on detainers"]),
    ("dog OR warrants OR tuesday", ["body 1 Deputies of ICE served two [warrants].",
                                    "lead 1 The council made Fairview a Sanctuary-City on [Tuesday]."]),
    ("lead:council", ["lead 1 The [council] made Fairview a Sanctuary-City on Tuesday."]),
    ("teaser:dodgers", ["teaser 1 READ MORE: [Dodgers] win"]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "shown"), SHOWN)
def test_a_match_shows_its_sentences_with_the_words_marked(query: str, shown: list[str]) -> None:
    found = verdict(query)
    assert [f"{one.zone} {one.sentence_number} {marked(one)}" for one in found.evidence] == shown
    assert found.missing == ()


CLAUSES = [
    ("council warrants", ["council", "warrants"]),
    ("title:(council OR dog)", ["title:council"]),
    ("title:(council votes)", ["title:council", "title:votes"]),
    ("warrants W/5 =ICE", ["warrants NEAR/5 =ICE"]),
    ("body:(warrants NEAR/5 =ICE)", ["body:(warrants NEAR/5 =ICE)"]),
    ("council words:>5 lang:en", ["council", "words:>5", "lang:en"]),
]


@pytest.mark.parametrize(("query", "clauses"), CLAUSES)
def test_evidence_names_its_clause_in_canonical_text(query: str, clauses: list[str]) -> None:
    assert [one.clause for one in verdict(query).evidence] == clauses


def test_facts_about_the_whole_article_have_no_passage() -> None:
    one = seen("a", source="Sierra Wire", authors=("Ana Ruiz",), url="https://example.org")
    found = evaluate(parse("source:wire author:ruiz site:example.org words:<9").tree, one).evidence
    assert [(e.clause, e.zone, e.sentence, e.words) for e in found] == [
        ("source:wire", None, "", ("Sierra Wire",)),
        ("author:ruiz", None, "", ("Ana Ruiz",)),
        ("site:example.org", None, "", ("example.org",)),
        ("words:<9", None, "", ("1",)),
    ]


def test_characters_point_into_the_zones_shown_text() -> None:
    for query in ("council", "warrants NEAR/5 ICE", "teaser:dodgers", "refused NEAR/3 search"):
        for one in verdict(query).evidence:
            assert one.zone is not None
            shown = COUNCIL.shown(one.zone)[one.start : one.end]
            assert shown.startswith(one.words[0])
            assert shown.endswith(one.words[-1])


def test_a_passage_over_two_paragraphs_leaves_out_the_teaser_between_them() -> None:
    one = seen("Lead.", "The council met.", (Zone.TEASER, "READ MORE: Dodgers"), "Warrants followed. More came.")
    (found,) = evaluate(parse("council NEAR/3 warrants").tree, one).evidence
    assert marked(found) == "The [council] met. [Warrants] followed."
    (far,) = evaluate(parse("council NEAR/5 came").tree, one).evidence
    assert marked(far) == "The [council] met. … More [came]."


def test_a_topic_shows_the_passage_inside_it_in_reading_order() -> None:
    topics = {"detainers": parse('"two warrants" OR detainer*').tree}
    found = verdict("topic:detainers", topics).evidence
    assert [(one.clause, one.inner, one.zone) for one in found] == [
        ("topic:detainers", "detainer*", Zone.TITLE),
        ("topic:detainers", '"two warrants"', Zone.BODY),
    ]


def test_more_passages_a_leaf_are_given_when_asked_for() -> None:
    assert len(verdict("warrant*", passages=5).evidence) == 2
    assert len(verdict("warrant*").evidence) == 1


MISSING = [
    ("dog", ["dog"]),
    ("dog cat", ["dog"]),
    ("council dog", ["dog"]),
    ("dog OR cat", ["dog", "cat"]),
    ("(dog OR cat) elk", ["elk"]),
    ("council -warrants", ["NOT warrants"]),
    ("council -(warrants plaza)", ["NOT warrants", "NOT plaza"]),
    ("council -(warrants OR dog)", ["NOT warrants"]),
    ("title:warrants", ["title:warrants"]),
    ("ATLEAST/3(warrant*)", ["ATLEAST/3(warrant*)"]),
    ("council place:California", ["place:California"]),
    ("topic:unknown", ["topic:unknown"]),
]


@pytest.mark.parametrize(("query", "clauses"), MISSING)
def test_a_miss_names_the_fewest_leaves_that_decided_it(query: str, clauses: list[str]) -> None:
    found = verdict(query)
    assert not found.matched
    assert ["NOT " * leaf.present + leaf.clause for leaf in found.missing] == clauses


def test_a_leaf_that_should_not_be_there_is_shown() -> None:
    (leaf,) = verdict("council -warrants").missing
    assert [marked(one) for one in leaf.evidence] == ["Deputies of ICE served two [warrants]."]


def test_an_atleast_that_fell_short_says_how_often() -> None:
    (leaf,) = verdict("ATLEAST/3(warrant*)").missing
    assert leaf.count == 2


def test_a_topic_that_an_exclusion_stopped_says_which() -> None:
    (leaf,) = verdict("topic:x", {"x": parse("council -warrants").tree}).missing
    assert leaf.clause == "topic:x"
    assert [inner.clause for inner in leaf.inner] == ["warrants"]


def test_a_miss_also_shows_what_holds() -> None:
    assert [one.clause for one in verdict("council dog").evidence] == ["council"]


IGNORED = [
    ("dodgers", ["dodgers: teaser READ MORE: [Dodgers] win"]),
    ('"dodgers win"', ['"dodgers win": teaser READ MORE: [Dodgers win]']),
    ("dodgers NEAR/2 win", ["dodgers NEAR/2 win: teaser READ MORE: [Dodgers] [win]"]),
    ("dog ana", ["ana: caption Photo: [Ana] Ruiz"]),
    ("ATLEAST/2(dodgers)", ["dodgers: teaser READ MORE: [Dodgers] win"]),
    ("fairview", []),
    ("council -dodgers", []),
    ("title:dodgers", []),
    ("dog", []),
]


@pytest.mark.parametrize(("query", "shown"), IGNORED)
def test_hits_that_stand_only_in_zones_that_do_not_count_are_shown_as_ignored(query: str, shown: list[str]) -> None:
    found = verdict(query)
    assert [f"{one.clause}: {one.zone} {marked(one)}" for one in found.ignored] == shown


def test_an_ignored_hit_inside_a_topic_names_the_topic() -> None:
    (one,) = verdict("topic:sport", {"sport": parse("dodgers OR baseball").tree}).ignored
    assert (one.clause, one.inner) == ("topic:sport", "dodgers")


def test_ignored_hits_are_shown_beside_a_match_too() -> None:
    found = verdict("council OR dodgers")
    assert found.matched
    assert [one.clause for one in found.ignored] == ["dodgers"]
