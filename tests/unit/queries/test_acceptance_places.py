"""The acceptance article: the rows of its table that are about places, with no source given."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.articles.article import Article, Zone
from services.articles.zones import read_text
from services.places.kept import Kept
from services.queries.article_places import ArticlePlaces, is_sure
from services.queries.document import document
from services.queries.evaluate import evaluate
from services.queries.parser import parse
from services.reading import places_in
from services.store.packs import shipped

FILE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "articles" / "sanctuary-ruling.txt"
NAMED = {
    "Chicago, IL", "Seattle, WA", "San Francisco, CA", "San Bernardino, CA", "Stockton, CA", "Baltimore, MD",
    "Albuquerque, NM", "Santa Ana, CA", "Malibu, CA", "Los Angeles County, CA", "California", "United States",
}  # fmt: skip


@pytest.fixture(scope="module")
def article() -> Article:
    """The article as it reached us."""
    if not FILE.exists():
        pytest.skip("the acceptance article is not here")
    return read_text(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def kept(article: Article) -> Kept:
    """Its places."""
    return places_in(article)


def test_the_places_are_found_and_no_others(kept: Kept) -> None:
    assert {one.name for one in kept.mentions if is_sure(kept, one)} == NAMED


def test_the_dateline_is_chicago(kept: Kept) -> None:
    assert [one.name for one in kept.mentions if one.zone is Zone.DATELINE] == ["Chicago, IL"]


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("place:California", True),
        ('place:"Los Angeles County, CA"', True),
        ("place:Illinois", True),
        ('place:"New Mexico"', True),
        ('about:"Chicago, IL"', True),
        ('about:"Albuquerque, NM"', False),
        ('gov:"Los Angeles County, CA"', True),
        ("gov:California", True),
        ("place:Texas", False),
        ('place:"New York"', False),
    ],
)
def test_place_clauses(article: Article, kept: Kept, query: str, matched: bool) -> None:
    tree = parse(query, shipped().lookups).tree
    verdict = evaluate(tree, document(article), {}, ArticlePlaces(kept))
    assert verdict.matched is matched
    assert all(one.how for one in verdict.evidence)
