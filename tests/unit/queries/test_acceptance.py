"""The acceptance article: the rows of its table that need no places."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.articles.zones import read_text
from services.queries.document import Document, document
from services.queries.evaluate import evaluate
from services.queries.parser import parse

FILE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "articles" / "sanctuary-ruling.txt"


@pytest.fixture(scope="module")
def article() -> Document:
    """The article as it reached us, cut into zones."""
    if not FILE.exists():
        pytest.skip("the acceptance article is not here")
    return document(read_text(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ('"sanctuary city"', True),
        ('="sanctuary city"', False),
        ("teaser:Dodgers", True),
        ("grant* NEAR/10 withhold", True),
        ('"gun violence" OR "drug trafficking"', True),
        ("=ICE", False),
        ("ice", False),
        ("dateline:Chicago", True),
    ],
)
def test_the_query_is_answered_as_the_table_says(article: Document, query: str, matched: bool) -> None:
    assert evaluate(parse(query).tree, article).matched is matched


def test_the_reason_shows_the_sentence_with_the_plural(article: Document) -> None:
    (found,) = evaluate(parse('"sanctuary city"').tree, article).evidence
    assert found.words == ("sanctuary cities",)
    assert found.sentence.startswith("Attorney General Jeff Sessions")


@pytest.mark.parametrize("query", ["Dodgers", '"Downtown LA"', "NLCS", "Neighbor", "Debate"])
def test_a_word_that_stands_only_in_a_teaser_is_ignored_and_shown(article: Document, query: str) -> None:
    verdict = evaluate(parse(query).tree, article)
    assert not verdict.matched
    assert [(one.clause, one.zone) for one in verdict.ignored] == [(query, "teaser")]
