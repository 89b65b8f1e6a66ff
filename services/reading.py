"""Read an item as an article: its zones, its language, and its places, with the home of its source as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.articles.article import Article, Item
from services.articles.read import understand
from services.errors import InvalidError
from services.places.gazetteer import NOTHING
from services.places.home import HomeLearner
from services.places.kept import Kept, keep
from services.places.understand import understand as find_places
from services.queries.article_places import ArticlePlaces
from services.queries.lookups import KnownPlace
from services.queries.tree import PlaceKind
from services.store.packs import find_place, gazetteer
from services.store.tables import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as it was understood, and its places. `shares` is what it says of its source's home."""

    article: Article
    places: Kept
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Home:
    """What is known of a source when its articles are read: its home as set by hand, and as its articles have it."""

    source: str
    language: str | None
    given: str | None
    learned: HomeLearner

    def learn(self, found: Reading) -> None:
        """Let the next article of this source be read with what this one said."""
        self.learned.learn(found.shares)


def home_of(source: Source) -> Home:
    """Give what is known of a source."""
    return Home(source.name, source.language, source.home, HomeLearner.restored(source.home_learned))


def understand_for(item: Item, page: str | None, home: Home) -> Reading:
    """Cut an item into zones and find its places; a function of its own so that a child process can run it.

    `page` is the article's own page where the feed carried a summary; it counts if it says no less than the summary.
    """
    article = _whole(item, page, home)
    code = home.given or home.learned.home
    places = find_places(article, gazetteer(), code)
    return Reading(article, keep(places, gazetteer(), code), places.shares)


def _whole(item: Item, page: str | None, home: Home) -> Article:
    if page is None:
        return understand(item, source=home.source, language=home.language)
    try:
        whole = understand(replace(item, text=None, html=page), source=home.source, language=home.language)
    except InvalidError:
        return understand(item, source=home.source, language=home.language)
    if not (item.text or item.html or "").strip():
        return whole
    summary = understand(item, source=home.source, language=home.language)
    return whole if len(whole.text) >= len(summary.text) else summary


def places_in(article: Article, home: str | None = None) -> Kept:
    """Find the places of an article that is not stored; `home` is the code of its source's home, such as US-CA."""
    return keep(find_places(article, gazetteer(), home), gazetteer(), home)


def places_asked(article: Article, home: str | None = None) -> ArticlePlaces:
    """Give the places of such an article as queries ask of them: looked for only if a query does."""
    return ArticlePlaces(lambda: places_in(article, home))


def checked_home(given: str, field: str = "/home") -> str:
    """Give the code of a home area, of its code (US-CA, US-CA-037, GB) or its name ("California", "Los Angeles, CA").

    Raises `InvalidError` for what is neither, and for two letters that are a state to some and a country to others.
    """
    known, typed = gazetteer(), given.strip()
    code = typed.upper()
    if code in known.by_code and f"US-{code}" in known.by_code:
        state, country = (known.label(known.by_code[one]) for one in (f"US-{code}", code))
        raise InvalidError(f'"{code}" may be {state} or {country}. Write US-{code}, or the name', field=field)
    if code in known.by_code:
        return code
    found = find_place(typed, PlaceKind.PLACE)
    row = known.row_of(found.division) if isinstance(found, KnownPlace) else None
    upper = () if row is None else (row, known.county(row), known.state(row), known.country_of(row))
    for one in upper:
        if one != NOTHING and known.code(one):
            return known.code(one)
    what = "a code such as US-CA or GB, or the name of a place"
    raise InvalidError(f'There is no home area "{typed}". Expected {what}', field=field)


def home_named(code: str | None) -> str:
    """Say a home area's code in words: US-CA is "California"."""
    row = gazetteer().by_code.get(code or "")
    return gazetteer().title(row) if row is not None else ""
