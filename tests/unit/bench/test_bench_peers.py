"""Every peer of the benchmark finds what our engine finds, on rules in the benchmark's own mix."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from services.bench import corpus, mix
from services.bench.figures import median_us, over_articles, ratio
from services.bench.ours import Ours
from services.bench.peers import PEERS, asked
from services.errors import InvalidError
from services.queries.parser import parse

ARTICLES = list(corpus.made_up(5, 60))
RULES = list(islice(mix.rules(ARTICLES, 5), 400))


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_finds_the_same_rules(name: str) -> None:
    if not PEERS[name].is_there():
        pytest.skip(f"{name} is not installed")
    ours, peer = Ours(), PEERS[name].make()
    try:
        for number, tree in enumerate(RULES):
            ours.add(number, tree)
            assert peer.add(number, tree)
        peer.settle()
        found = [(ours.numbers(article), peer.numbers(article)) for article in ARTICLES]
    finally:
        peer.close()
    assert sum(len(own) for own, _ in found) > 100
    assert all(own == theirs for own, theirs in found)


@pytest.mark.parametrize("name", ["mokaccino", "regex"])
@pytest.mark.parametrize("query", ["rent NEAR/5 control", "title:rent", "=ICE raid", "warrant*", '"rent contr*" OR x'])
def test_a_peer_says_of_what_rule_it_cannot_say(name: str, query: str) -> None:
    if not PEERS[name].is_there():
        pytest.skip(f"{name} is not installed")
    assert not PEERS[name].make().add(1, parse(query).tree)


def test_a_peer_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidError, match="mokaccino, regex, postgres"):
        asked("mokaccino,lucene")


def test_the_same_seed_gives_the_same_articles_and_different_rules() -> None:
    again = list(corpus.made_up(5, 60))
    assert again == ARTICLES
    assert list(islice(mix.rules(again, 5), 400)) == RULES
    assert len(set(RULES)) == 400


def test_made_up_words_are_as_unequal_as_in_news() -> None:
    words = [word for article in corpus.made_up(1, 300) for word in article.text.lower().split()]
    counts = sorted(Counter(words).values(), reverse=True)
    assert 0.04 < counts[0] / len(words) < 0.09  # "the" in English: one word of sixteen
    assert counts[9] > 5 * counts[99] > 0


def test_times_are_told_over_rounds_and_over_articles() -> None:
    times = [[1000, 3000], [2000, 4000], [9000, 9000]]
    assert median_us(times) == 3.0
    assert over_articles(times)[0] == 3.0
    assert ratio(times, [[2000], [4000], [18000]]) == 2.0
