"""Understand the places of an article: recognise, resolve, and say what decided it.

tokens → spans → signs → chance 1 → votes → meaning of each name → chance 2 → mentions
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.articles.article import Article, Zone
from services.places.focus import Named, about, governments
from services.places.gazetteer import COUNTRY, NOTHING, STATE, Gazetteer, Sort
from services.places.guards import by_hand
from services.places.people import People
from services.places.rank import BY_HAND, EVIDENCE, Home, Meaning, meaning_of
from services.places.signs import NameFacts, Scene
from services.places.spans import Span, spans_of
from services.places.tokens import Tokens, tokens_of
from services.places.votes import Votes, count_votes

READ: tuple[Zone, ...] = (Zone.TITLE, Zone.DATELINE, Zone.LEAD, Zone.BODY, Zone.CAPTION)
"""The zones in which places are looked for; teasers name other articles' places."""

A_MENTION = 0.5
SURE = 0.6


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in an article.

    `start` and `end` are characters of the zone's shown text: the title for titles, else the article's text.
    `confidence` (0 to 1) is the chance that the span names a place and that it is this one; `ambiguous` ones are those
    whose best reading does not clear the margin, with what else they may be in `others` (ids).
    `evidence` says in words what decided it.
    """

    zone: Zone
    start: int
    end: int
    text: str
    division: str
    name: str
    type: str
    lat: float
    lon: float
    within: tuple[str, ...]
    confidence: float
    ambiguous: bool
    others: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Places:
    """What an article says of places. States and counties are codes ("US-CA", "US-CA-037"), about and gov are ids."""

    mentions: Sequence[Mention] = ()
    states: Sequence[str] = ()
    counties: Sequence[str] = ()
    about: Sequence[str] = ()
    gov: Sequence[str] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    """Chance of each state or country, for learning a source's home."""


@dataclass(frozen=True, slots=True)
class _Part:
    zone: Zone
    at: int
    offset: int


def understand(article: Article | str, gazetteer: Gazetteer, home: str | None = None) -> Places:
    """Find the places of an article, or of a bare text, which is read as one body.

    `home` is the code of the source's home area: "US-CA", "US-CA-037", "GB". It is evidence and never a mention.
    """
    text, parts = _joined(article)
    tokens = tokens_of(text)
    spans = spans_of(tokens, gazetteer)
    if not spans:
        return Places()
    at_home = home_of(gazetteer, home)
    scene = Scene(tokens, spans, People(tokens, gazetteer))
    facts = {span.number: NameFacts(gazetteer, span, at_home) for span in spans}
    chances = [by_hand(scene, span, facts[span.number]) for span in spans]
    votes = count_votes(gazetteer, spans, chances, at_home.state)
    meanings = _meanings(gazetteer, scene, votes, at_home)
    return _places(gazetteer, tokens, parts, spans, chances, meanings)


def home_of(gazetteer: Gazetteer, code: str | None) -> Home:
    """Give the rows of a home area's code; an unknown code is no home."""
    row = gazetteer.by_code.get(code or "", -1)
    if row < 0:
        return Home()
    kind = gazetteer.kinds[row]
    if kind == COUNTRY:
        return Home(country=row)
    if kind == STATE:
        return Home(gazetteer.country, row)
    state = gazetteer.state(row)
    return Home(gazetteer.country_of(row), state, row) if state != NOTHING else Home(country=gazetteer.country_of(row))


def _joined(article: Article | str) -> tuple[str, list[_Part]]:
    """Give all that is read as one text, and where its parts come from."""
    if isinstance(article, str):
        return article, [_Part(Zone.BODY, 0, 0)]
    pieces: list[str] = []
    parts: list[_Part] = []
    at = 0
    title = [(Zone.TITLE, article.title, 0)] if article.title else []
    rest = [(one.zone, article.text[one.start : one.end], one.start) for one in article.passages if one.zone in READ]
    for zone, piece, offset in [*title, *rest]:
        parts.append(_Part(zone, at, offset))
        pieces.append(piece)
        at += len(piece) + 2
    return "\n\n".join(pieces), parts or [_Part(Zone.BODY, 0, 0)]


def _meanings(gazetteer: Gazetteer, scene: Scene, votes: Votes, home: Home) -> list[Meaning]:
    weights = [BY_HAND.get(name, 0.0) for name in EVIDENCE]
    known: dict[tuple[int, int, bool, int], Meaning] = {}
    found = []
    for span in scene.spans:
        last = span.last
        counties = last < len(scene.tokens) and scene.tokens.lowers[last] in ("counties", "parishes")
        key = (span.number, span.within, counties, len(span.rows))
        if key not in known:
            known[key] = meaning_of(gazetteer, span, votes, home, weights, counties=counties)
        found.append(known[key])
    return found


def _places(
    gazetteer: Gazetteer, tokens: Tokens, parts: Sequence[_Part], spans: Sequence[Span], chances: Sequence[float],
    meanings: Sequence[Meaning],
) -> Places:  # fmt: skip
    mentions: list[Mention] = []
    named: list[Named] = []
    text = tokens.text
    states: dict[str, float] = {}
    counties: dict[str, float] = {}
    starts = [part.at for part in parts]
    for span, chance, meaning in zip(spans, chances, meanings, strict=True):
        if chance < A_MENTION:
            continue
        row = meaning.rows[0]
        part = parts[bisect_right(starts, span.start) - 1]
        division = gazetteer.division(row)
        unsure = meaning.chances[0] < SURE
        state, county = gazetteer.state(row), gazetteer.county(row)
        for code_row, into in ((state, states), (county, counties)):
            if code_row != NOTHING and (code := gazetteer.code(code_row)).startswith("US-"):
                into[code] = max(into.get(code, 0.0), chance * meaning.chances[0])
        mentions.append(Mention(
            part.zone, span.start - part.at + part.offset, span.end - part.at + part.offset,
            text[span.start : span.end],
            division.id, division.title, division.kind.value, division.lat, division.lon, division.parents,
            round(chance * meaning.chances[0], 3), unsure,
            tuple(gazetteer.id_of(one) for one in meaning.rows[1:4]) if unsure else (), _because(gazetteer, span),
        ))  # fmt: skip
        people = all(sort == Sort.PEOPLE for sort in span.sorts)
        if not unsure:
            named.append(Named(row, part.zone, span.first, span.last, people))
    focus = about(named)
    bodies = governments(gazetteer, tokens, named, focus)
    return Places(
        tuple(mentions), tuple(states), tuple(counties), tuple(map(gazetteer.id_of, focus)),
        tuple(map(gazetteer.id_of, bodies)), states,
    )  # fmt: skip


def _because(gazetteer: Gazetteer, span: Span) -> str:
    if span.within >= 0:
        return f"{gazetteer.label(span.within)} stands behind it"
    if len(span.rows) == 1:
        return "no other place is called so"
    return "the likeliest of the places called so"
