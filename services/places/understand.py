"""Understand the places of an article: recognise, resolve, and say what decided it.

tokens → spans → signs → chance 1 → votes → meaning of each name → chance 2 → mentions
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.articles.article import Article, Zone
from services.places.because import Because
from services.places.focus import Named, focus_of
from services.places.form import before_counties, counties_only, of_dateline, settled
from services.places.gazetteer import NOTHING, Gazetteer, Sort
from services.places.guards import by_hand
from services.places.home import Home, home_of
from services.places.looks import first_look, second_look
from services.places.people import People
from services.places.rank import Meaning, meaning_of
from services.places.signs import NameFacts, Scene, signs_of
from services.places.spans import Span, spans_of
from services.places.tokens import Tokens, tokens_of
from services.places.votes import count_votes
from services.places.weights import Weights

READ: tuple[Zone, ...] = (Zone.TITLE, Zone.DATELINE, Zone.LEAD, Zone.BODY, Zone.CAPTION)
"""The zones in which places are looked for; teasers name other articles' places."""

SURE = 0.4
MARGIN = 0.25
_LEAST_SHARE = 0.02  # meanings less likely say nothing


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
    """Chance of each state, and of each country abroad, for learning a source's home."""

    def sure_states(self, threshold: float) -> set[str]:
        """Give the states that are named with at least this chance, as alerts ask."""
        return {code for code, chance in self.shares.items() if chance >= threshold and code.startswith("US-")}


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each code is named."""

    states: dict[str, float] = field(default_factory=dict)
    counties: dict[str, float] = field(default_factory=dict)
    countries: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    zone: Zone
    at: int
    offset: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An article half understood: its spans with their signs. What is learned is learned from drafts."""

    tokens: Tokens
    parts: Sequence[_Part]
    scene: Scene
    home: Home
    facts: Mapping[int, NameFacts]
    signs: Sequence[Sequence[str]]


def understand(article: Article | str, gazetteer: Gazetteer, home: str | None = None) -> Places:
    """Find the places of an article, or of a bare text, which is read as one body.

    `home` is the code of the source's home area: "US-CA", "US-CA-037", "GB". It is evidence and never a mention.
    """
    weights = gazetteer.weights
    draft = draft_of(article, gazetteer, home)
    spans = draft.scene.spans
    if weights.learned:
        first, sums = first_look(draft.signs, weights)
    else:
        first = [by_hand(draft.scene, span, draft.facts[span.number]) for span in spans]
    meanings = meanings_of(gazetteer, draft, first, weights.ranks)
    chances = second_look(gazetteer, spans, first, sums, meanings, weights) if weights.learned else first
    return _places(gazetteer, draft, settled(gazetteer, draft.tokens, spans, chances, meanings), meanings, weights)


def draft_of(article: Article | str, gazetteer: Gazetteer, home: str | None) -> Draft:
    """Find the spans of an article, and the signs of each."""
    text, parts = _joined(article)
    tokens = tokens_of(text)
    spans = spans_of(tokens, gazetteer)
    for span in spans:
        if before_counties(tokens, span.last):
            counties_only(gazetteer, span)
    at_home = home_of(gazetteer, home)
    scene = Scene(tokens, spans, People(tokens, gazetteer))
    facts: dict[int, NameFacts] = {}
    for span in spans:
        if span.number not in facts:
            facts[span.number] = NameFacts(gazetteer, span, at_home)
    signs = [signs_of(scene, span, facts[span.number]) for span in spans]
    return Draft(tokens, parts, scene, at_home, facts, signs)


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


def meanings_of(gazetteer: Gazetteer, draft: Draft, chances: Sequence[float], ranks: Sequence[float]) -> list[Meaning]:
    """Say what each span would mean, by what the others say together."""
    spans = draft.scene.spans
    votes = count_votes(gazetteer, spans, chances, draft.home)
    known: dict[tuple[int, int, bool, int], Meaning] = {}
    found = []
    for span in spans:
        counties = before_counties(draft.tokens, span.last)
        key = (span.number, span.within, counties, len(span.rows))
        if key not in known:
            known[key] = meaning_of(gazetteer, span, votes, draft.home, ranks, counties=counties)
        found.append(known[key])
    return found


def _places(
    gazetteer: Gazetteer, draft: Draft, chances: Sequence[float], meanings: Sequence[Meaning], weights: Weights
) -> Places:
    mentions: list[Mention] = []
    named: list[Named] = []
    codes = Chances()
    starts = [part.at for part in draft.parts]
    parts = [draft.parts[bisect_right(starts, span.start) - 1] for span in draft.scene.spans]
    meanings = [
        of_dateline(gazetteer, span, meaning, part.zone)
        for span, meaning, part in zip(draft.scene.spans, meanings, parts, strict=True)
    ]
    witnesses = [
        (span, meaning.rows[0])
        for span, chance, meaning in zip(draft.scene.spans, chances, meanings, strict=True)
        if chance >= weights.mention and not is_ambiguous(meaning)
    ]
    because = Because(gazetteer, weights.ranks, draft.home, witnesses)
    for span, chance, meaning, part in zip(draft.scene.spans, chances, meanings, parts, strict=True):
        _add_codes(gazetteer, meaning, chance, codes)
        if chance < weights.mention:
            continue
        mention = _mention(gazetteer, draft.tokens.text, part, span, chance, meaning, because.words(span, meaning))
        mentions.append(mention)
        if not mention.ambiguous or mention.zone is Zone.DATELINE:
            people = all(sort == Sort.PEOPLE for sort in span.sorts)
            named.append(Named(meaning.rows[0], part.zone, span.first, span.last, people))
    focus = focus_of(gazetteer, draft.tokens, named)
    return Places(
        tuple(mentions),
        tuple(code for code, chance in codes.states.items() if chance >= weights.state),
        tuple(code for code, chance in codes.counties.items() if chance >= weights.county),
        tuple(map(gazetteer.id_of, focus.about)),
        tuple(map(gazetteer.id_of, focus.governments)),
        codes.states | codes.countries,
    )


def _add_codes(gazetteer: Gazetteer, meaning: Meaning, chance: float, chances: Chances) -> None:
    """Add the chances of a mention's states, counties and countries abroad: the highest of any mention counts."""
    sums: tuple[dict[int, float], ...] = ({}, {}, {})
    for row, share in zip(meaning.rows, meaning.chances, strict=True):
        if share < _LEAST_SHARE:
            break
        state, county = gazetteer.state(row), gazetteer.county(row)
        country = gazetteer.country_of(row)
        for upper, into in zip((state, county, country), sums, strict=True):
            if upper != NOTHING:
                into[upper] = into.get(upper, 0.0) + share
    for rows, of_code in zip(sums, (chances.states, chances.counties, chances.countries), strict=True):
        for row, share in rows.items():
            code = gazetteer.code(row)
            if code.startswith("US-") != (of_code is chances.countries) and code != "US":
                of_code[code] = max(of_code.get(code, 0.0), chance * share)


def is_ambiguous(meaning: Meaning) -> bool:
    """Say whether the likeliest meaning does not clear the margin before the next."""
    return meaning.chances[0] < SURE or (len(meaning.chances) > 1 and meaning.chances[0] - meaning.chances[1] < MARGIN)


def _mention(
    gazetteer: Gazetteer, text: str, part: _Part, span: Span, chance: float, meaning: Meaning, evidence: str
) -> Mention:
    division = gazetteer.division(meaning.rows[0])
    sure = meaning.chances[0]
    ambiguous = is_ambiguous(meaning)
    others = tuple(gazetteer.id_of(one) for one in meaning.rows[1:4]) if ambiguous else ()
    shift = part.offset - part.at
    return Mention(
        part.zone, span.start + shift, span.end + shift, text[span.start : span.end], division.id, division.title,
        division.kind.value, division.lat, division.lon, division.parents, round(chance * sure, 3), ambiguous, others,
        evidence,
    )  # fmt: skip
