"""Rules that need no training: how likely a span names a place, by what stands around it.

They are what `understand` uses without `weights.json`, and what the learned chance is measured against.
"""

from __future__ import annotations

from services.places.signs import NameFacts, Scene
from services.places.spans import Span
from services.places.words import CLASS_OF, DIRECTIONS, MONTHS, ORGANISATION, STOP, STREET

_LOCATED = ("in", "at", "from", "near", "outside")
_STREET_TOO = ("place", "court", "square")  # "Oakland Court" may be a court
_LARGE = 200_000
_MIDDLING = 50_000
_SMALL = 1_000


def by_hand(scene: Scene, span: Span, facts: NameFacts) -> float:
    """Give the chance."""
    tokens = scene.tokens
    first, last = span.first, span.last
    before = tokens.lowers[first - 1] if first and tokens.gaps[first] == " " else ""
    after = tokens.lowers[last] if last < len(tokens.words) and tokens.gaps[last] == " " else ""
    joined = bool(after) and tokens.capital[last]
    if joined and after in STREET and after not in _STREET_TOO:
        return 0.05
    if joined and after in ORGANISATION and not facts.strong:
        return 0.3 if facts.population > _LARGE else 0.1
    if span.within >= 0 or span.names_for >= 0:
        return 0.95
    if facts.word in MONTHS or (not facts.strong and _is_person(scene, span, facts, located=before in _LOCATED)):
        return 0.05
    if facts.strong:
        return 0.9
    if _is_word(scene, span, facts) and before not in _LOCATED:
        return 0.05
    if before and tokens.capital[first - 1] and before not in DIRECTIONS and before not in STOP:
        return 0.2
    if joined and after not in STOP and CLASS_OF.get(after) is None and facts.population < _LARGE:
        return 0.3
    return _by_size(scene, span, facts, located=before in _LOCATED)


def _is_person(scene: Scene, span: Span, facts: NameFacts, *, located: bool) -> bool:
    people = scene.people
    if any(people.inside[at] for at in range(span.first, span.last)):
        return True
    return facts.single and span.name in people.known and not located


def _is_word(scene: Scene, span: Span, facts: NameFacts) -> bool:
    if facts.lower and (facts.population < _LARGE or scene.tokens.opens[span.first]):
        return True
    return facts.single and facts.word in scene.tokens.plain


def _by_size(scene: Scene, span: Span, facts: NameFacts, *, located: bool) -> float:
    if located or span.name in scene.located or span.name in scene.placed or facts.at_home:
        return 0.85
    if facts.population < _SMALL or (facts.foreign and facts.population < 2 * _MIDDLING):
        return 0.15
    return 0.3 if facts.single and facts.population < _MIDDLING else 0.85
