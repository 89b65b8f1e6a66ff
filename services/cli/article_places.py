"""The places of an article on the screen: what is named, how it was understood, what it is about, what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.cli.terminal import NOT_COUNTED, WIDTH, Screen, dim

if TYPE_CHECKING:
    from services.places.kept import Kept
    from services.places.understand import Mention

_INDENT = 13


def show(screen: Screen, kept: Kept) -> None:
    """Write the places, each once, in the order in which they are first named."""
    from services.queries.article_places import doubt, is_sure, told_where

    by_division: dict[str, list[Mention]] = {}
    for one in kept.mentions:
        if is_sure(kept, one):
            by_division.setdefault(one.division, []).append(one)
    heads = ["places", *[""] * len(by_division)]
    for head, (division, mentions) in zip(heads, by_division.items(), strict=False):
        screen.line(f"  {head:<9}  ", screen.cut(kept.shown(division), WIDTH - _INDENT))
        said = f"{told_where([one.zone for one in mentions])}; {mentions[0].evidence}"
        screen.line(" " * (_INDENT + 2), dim(screen.cut(said, WIDTH - _INDENT - 2)))
    _listed(screen, "about", map(kept.shown, kept.about))
    _listed(screen, "gov", map(kept.shown, kept.gov))
    for said in dict.fromkeys(doubt(kept, one) for one in kept.mentions if not is_sure(kept, one)):
        screen.line("  ", NOT_COUNTED, f" {'left out':<7}  ", dim(screen.cut(said, WIDTH - _INDENT)))


def _listed(screen: Screen, head: str, names: Iterable[str]) -> None:
    said = "; ".join(names)
    if said:
        screen.line(f"  {head:<9}  ", screen.cut(said, WIDTH - _INDENT))
