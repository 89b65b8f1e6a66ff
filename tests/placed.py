"""Places for generated queries and articles, and what a place clause means, said naively.

    tree = placed(generate.query(rng), rng); kept = kept_of(rng); ArticlePlaces(kept); holds(kept, place)

`holds` is the oracle: written from the language's page alone, it walks over the mentions.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from services.articles.article import Zone
from services.places.kept import Kept, Known
from services.places.understand import Mention
from services.queries.tree import And, Node, Not, Or, Place, PlaceKind

WITHIN: dict[str, tuple[str, ...]] = {
    "United States": (),
    "California": ("United States",),
    "Illinois": ("United States",),
    "San Bernardino County, CA": ("California", "United States"),
    "San Bernardino, CA": ("San Bernardino County, CA", "California", "United States"),
    "Chicago, IL": ("Illinois", "United States"),
    "Springfield, IL": ("Illinois", "United States"),
    "Springfield, MA": ("United States",),
}
NAMES = tuple(WITHIN)


def placed(node: Node, rng: Random) -> Node:
    """Give the same query with a division for each place, drawn anew."""
    if isinstance(node, And | Or):
        return replace(node, children=tuple(placed(child, rng) for child in node.children))
    if isinstance(node, Not):
        return Not(placed(node.child, rng))
    if isinstance(node, Place):
        name = rng.choice(NAMES)
        return replace(node, kind=rng.choice(list(PlaceKind)), name=name, division=f"d:{name}")
    return node


def kept_of(rng: Random) -> Kept:
    """Give the places of an article: some mentions, sure and unsure, in any zone; what it is about; governments."""
    mentions = [_mention(rng, at) for at in range(rng.randrange(4))]
    some = [f"d:{name}" for name in NAMES if rng.random() < 0.12]
    govs = [f"d:{name}" for name in NAMES if rng.random() < 0.08]
    known = {
        f"d:{name}": Known(f"d:{name}", name, name, "city", 0.0, 0.0, tuple(f"d:{up}" for up in above))
        for name, above in WITHIN.items()
    }
    return Kept(mentions, (), (), some, govs, home=rng.choice((None, "US-CA")), divisions=known)


def _mention(rng: Random, at: int) -> Mention:
    name, *others = rng.sample(NAMES, rng.choice((1, 1, 2, 3)))
    return Mention(
        zone=rng.choice((Zone.TITLE, Zone.LEAD, Zone.BODY, Zone.BODY, Zone.DATELINE)), start=at, end=at + 1, text=name,
        division=f"d:{name}", name=name, type="city", lat=0.0, lon=0.0, within=(), others=tuple(f"d:{o}" for o in others),
        confidence=rng.choice((0.5, 0.7, 0.72, 0.75, 0.95)), ambiguous=rng.random() < 0.3, evidence="",
    )  # fmt: skip


def holds(kept: Kept, place: Place) -> bool:
    """Say whether a place clause holds for an article with these places."""

    def fits(division: str) -> bool:
        known = kept.divisions.get(division)
        return division == place.division or (not place.exact and known is not None and place.division in known.within)

    least = 0.70 if kept.home else 0.75
    doubted = [one for one in kept.mentions if one.ambiguous or one.confidence < least]
    if place.kind is PlaceKind.PLACE:
        certain = [one.division for one in kept.mentions if one not in doubted]
    else:
        certain = list(kept.about if place.kind is PlaceKind.ABOUT else kept.gov)
        doubted = [one for one in doubted if one.zone in (Zone.TITLE, Zone.LEAD)]
    if any(fits(division) for division in certain):
        return True
    return place.ambiguous and any(fits(d) for one in doubted for d in (one.division, *one.others))
