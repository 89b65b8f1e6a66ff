"""A home area is given by its code or its name, and what may be two things is asked back."""

from __future__ import annotations

import pytest

from services.articles.article import Item
from services.errors import InvalidError
from services.places.home import HomeLearner
from services.reading import Home, checked_home, home_named, understand_for

CITY = "Springfield police closed the road for an hour on Monday morning."


@pytest.mark.parametrize(
    ("given", "code"),
    [("US-CA", "US-CA"), (" us-ca ", "US-CA"), ("California", "US-CA"), ("US-CA-037", "US-CA-037"), ("GB", "GB"),
     ("Los Angeles, CA", "US-CA-037"), ("Cook County, IL", "US-IL-031"), ("United Kingdom", "GB"), ("France", "FR"),
     ("Chicago", "US-IL-031"), ("Georgia", "US-GA"), ("Georgia (country)", "GE")],
)  # fmt: skip
def test_a_home_is_a_code_or_a_name(given: str, code: str) -> None:
    assert checked_home(given) == code


def test_two_letters_that_are_a_state_and_a_country_are_asked_back() -> None:
    with pytest.raises(InvalidError) as caught:
        checked_home("CA", "--home")
    assert caught.value.message == '"CA" may be California or Canada. Write US-CA, or the name'
    assert caught.value.field == "--home"


@pytest.mark.parametrize("given", ["Nowhereville", "Springfield", "US-ZZ", ""])
def test_what_is_no_home_is_refused(given: str) -> None:
    with pytest.raises(InvalidError, match="There is no home area"):
        checked_home(given)


def test_a_home_is_said_in_words() -> None:
    assert [home_named(code) for code in ("US-CA", "US-CA-037", "GB", None, "XX-1")] == [
        "California", "Los Angeles County, CA", "United Kingdom", "", "",
    ]  # fmt: skip


def test_what_was_set_by_hand_wins_over_what_was_learned() -> None:
    learned = HomeLearner()
    for _ in range(5):
        learned.learn({"US-IL": 0.9})
    for given, state in ((None, "US-IL"), ("US-MO", "US-MO")):
        found = understand_for(Item("a", text=CITY), None, Home("Post", "en", given, learned))
        assert (found.places.home, found.places.states) == (state, (state,))


def test_a_page_counts_if_it_says_no_less_than_the_summary() -> None:
    home = Home("Post", "en", None, HomeLearner())
    page = (
        "<html><body><article><p>A levee broke near Stockton, Calif., on Sunday and flooded nine farms.</p></article>"
    )
    item = Item("a", title="Levee breaks", text="A levee broke.")
    assert "US-CA" in understand_for(item, page, home).places.states
    assert understand_for(item, "<html></html>", home).article.text == "A levee broke."
