"""Places on the way of an article: kept with it, asked by queries, told in alerts; and what a source's articles teach."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from services.places.kept import of_json
from services.store import articles, sources
from services.store.tables import Alert, Article, Source
from services.store.work import Store
from tests.town import Town

STOCKTON = (
    "STOCKTON, Calif. — The Stockton City Council voted 5-2 on Tuesday to become a sanctuary city.\n\n"
    "Mayor Ana Ruiz said that people who fear the police do not call them. Modesto and Fresno may follow."
)
SPRINGFIELD = "Springfield police closed the road for an hour on Monday morning, a spokeswoman said."


@pytest.fixture
def town(store: Store) -> Town:
    """An installation."""
    return Town(store)


def _alerts(town: Town) -> list[Alert]:
    return town.all(Alert)


def test_an_article_is_kept_with_its_places(town: Town) -> None:
    town.push(text=STOCKTON, title="Council votes")
    town.run()
    (row,) = town.all(Article)
    kept = of_json(row.places)
    assert {one.name for one in kept.mentions} >= {"Stockton, CA", "Modesto, CA", "Fresno, CA"}
    assert kept.about[0] == "ocd-division/country:us/state:ca/place:stockton"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("place:California sanctuary", True),
        ('about:"Stockton, CA"', True),
        ('gov:"Stockton City Council"', True),
        ('about:"Fresno, CA"', False),
        ("place:Texas sanctuary", False),
        ("sanctuary -place:California", False),
        ('place:="San Joaquin County, CA"', False),
    ],
)
def test_a_subscription_by_place_hears_of_what_lies_within(town: Town, query: str, told: bool) -> None:
    town.subscribe(query, town.channel())
    town.push(text=STOCKTON)
    town.run()
    assert bool(_alerts(town)) is told
    assert len(town.post.told) == told


def test_an_alert_says_the_place_with_its_evidence(town: Town) -> None:
    town.subscribe("sanctuary about:California", town.channel())
    town.push(text=STOCKTON)
    town.run()
    (alert,) = _alerts(town)
    assert alert.reason["clause"] == "sanctuary"
    (said,) = alert.reason["places"]
    assert said.startswith("Stockton, California (city): in the dateline and ")
    assert "understood so because " in said
    (clause,) = [one for one in town.post.told[0].clauses if one.label == "About"]
    assert clause.name == "Stockton, California (city)"
    assert clause.text.startswith("in the dateline")


def test_a_home_set_by_hand_settles_a_name_and_is_no_mention(town: Town) -> None:
    with town.store.write() as work:
        row = sources.pushed(work.session, "Ozark Sentinel", town.now)
        row.home = "US-MO"
        work.session.add(row)
    town.subscribe('place:"Springfield, MO"', town.channel())
    town.subscribe("place:Illinois", town.channel(), name="Illinois")
    town.push(text=SPRINGFIELD, source="Ozark Sentinel")
    town.push("b", text="The council voted on the fee. Two members were absent.", source="Ozark Sentinel", title="Fee")
    town.run()
    assert [alert.reason["clause"] for alert in _alerts(town)] == ['place:"Springfield, MO"']
    with town.store.read() as session:
        places = {row.external_id: of_json(row.places) for row in session.scalars(select(Article))}
    assert places["a1"].home == "US-MO"
    assert places["b"].states == ()


def test_a_source_teaches_its_home_by_its_earlier_articles(town: Town) -> None:
    for number, city in enumerate(("Peoria, Ill.", "Decatur, Ill.", "Champaign, Ill.", "Rockford, Ill.")):
        town.push(f"p{number}", f"A barn near {city}, burned on Sunday night. Nobody was hurt.", source="Prairie Post")
    town.run()
    town.push("last", SPRINGFIELD, source="Prairie Post")
    town.push("elsewhere", SPRINGFIELD + " It opened again.", source="Other Post")
    town.run()
    with town.store.read() as session:
        last = session.scalars(select(Article).where(col(Article.external_id) == "last")).one()
        other = session.scalars(select(Article).where(col(Article.external_id) == "elsewhere")).one()
        learned = session.scalars(select(Source).where(col(Source.name) == "Prairie Post")).one().home_learned
    assert learned["articles"] == 5
    assert of_json(last.places).home == "US-IL"
    assert of_json(last.places).states == ("US-IL",)
    assert of_json(other.places).home is None


def test_an_article_read_before_places_were_kept_matches_no_place(town: Town) -> None:
    town.push(text=STOCKTON)
    town.run()
    with town.store.write() as work:
        row = work.session.scalars(select(Article)).one()
        row.places = None
        work.session.add(row)
    with town.store.read() as session:
        assert not articles.places_of(session.scalars(select(Article)).one()).facts()
