"""A place clause that does not hold: how the places that look like it were understood instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from services.places.kept import Kept
from services.queries.article_places import is_sure
from services.queries.canonical import to_text
from services.queries.tree import And, Node, Not, Or, Place, PlaceKind
from services.text import cut

_MOST = 3


def place_of(tree: Node, clause: str) -> Place | None:
    """Find the place clause of a query by its text."""
    return next((node for node in _places(tree) if to_text(node) == clause), None)


def understood(kept: Kept, place: Place) -> str:
    """Say how mentions of the place's name were understood; nothing if the article names nothing like it."""
    mine = [one for one in kept.mentions if one.division == place.division and is_sure(kept, one)]
    if mine and place.kind is not PlaceKind.PLACE:
        what = "about it" if place.kind is PlaceKind.ABOUT else "about its government"
        return f"{kept.shown(place.division)} is named, but the article is not {what}"
    name = _words(place.name.partition(",")[0])
    alike = [one for one in kept.mentions if one.division != place.division and _within(name, _words(one.text))]
    said = []
    for division, count in Counter(one.division for one in alike).most_common(_MOST):
        first = next(one for one in alike if one.division == division)
        sure = "" if is_sure(kept, first) else ", not surely"
        said.append(
            f"“{first.text}” was read as {kept.shown(division)}{sure} ({count} of {len(alike)}: {first.evidence})"
        )
    return "; ".join(said)


def _places(node: Node) -> Iterator[Place]:
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _places(child)
    elif isinstance(node, Not):
        yield from _places(node.child)
    elif isinstance(node, Place):
        yield node


def _words(text: str) -> list[str]:
    return [folded for _, _, folded, _ in cut(text)]


def _within(name: list[str], words: list[str]) -> bool:
    return any(words[at : at + len(name)] == name for at in range(len(words) - len(name) + 1))
