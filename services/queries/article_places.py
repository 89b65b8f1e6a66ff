"""The places of one article, as queries ask of them: which clauses hold, by which mentions, and what was left out.

    place:X     a sure mention of X or of what lies within it
    about:X     the article is about X or what lies within it
    gov:X       X, or what lies within it, is the place of a government that the article names
    …:=X        X itself
    …~:X        unsure mentions count too: of any place that they may mean; for about: and gov: in the title or lead

A mention is sure if it is not ambiguous and its confidence is `LEAST` or more, or `LEAST_AT_HOME` where the home of the
source is known. Alerts prefer precision: on the local news at hand, cross-validated by outlet, the states named by
mentions of such a confidence are right 95 times in 100 with a learned home or none, and 98 with a given one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property

from services.articles.article import Zone
from services.places.kept import Kept
from services.places.understand import Mention
from services.queries.places import PlaceFact, PlaceHit, fact_of
from services.queries.tree import Place, PlaceKind

LEAST, LEAST_AT_HOME = 0.75, 0.7
"""The confidence from which a mention counts in queries, and so in alerts."""
_ORDER = (Zone.TITLE, Zone.LEAD, Zone.BODY, Zone.DATELINE, Zone.CAPTION)
_HEAD = (Zone.TITLE, Zone.LEAD)
_MOST_OTHERS = 3
_NOUNS = ("the largest", "the likeliest", "the state called", "the country called", "the county called")
"""How evidence begins that says what a place is, and has no verb."""


class ArticlePlaces:
    """What an article says of places; they are looked for, if at all, when first asked for."""

    def __init__(self, found: Kept | Callable[[], Kept]) -> None:
        self._found = found

    @cached_property
    def _kept(self) -> Kept:
        return self._found if isinstance(self._found, Kept) else self._found()

    def holds(self, place: Place) -> bool:
        """Whether the clause holds; one that was read without look-ups never does."""
        return bool(place.division) and fact_of(place) in self._facts

    def facts(self) -> Collection[PlaceFact]:
        """Give every fact that is so."""
        return self._facts

    def hits(self, place: Place) -> Sequence[PlaceHit]:
        """Give the mentions that make the clause hold, the clearest first, each with how it was understood."""
        if not self.holds(place):
            return ()
        found = [one for one in self._ordered if self._proves(one, place)]
        found.sort(key=lambda one: one.division != place.division)
        if not found:
            shown = self._kept.shown(place.division)
            return (PlaceHit(None, 0, 0, f"{shown}: {_named(place.kind)}"),)
        return [PlaceHit(one.zone, one.start, one.end, self._how(one, place)) for one in found]

    def left_out(self, place: Place) -> Sequence[PlaceHit]:
        """Give the mentions that may mean the place and do not count, each with what it may mean."""
        if self.holds(place) or not place.division:
            return ()
        unsure = [one for one in self._ordered if not self._sure(one) and place.division in self._may_be(one)]
        return [PlaceHit(one.zone, one.start, one.end, doubt(self._kept, one)) for one in unsure]

    @cached_property
    def _ordered(self) -> list[Mention]:
        return sorted(self._kept.mentions, key=lambda one: (_ORDER.index(one.zone), one.start))

    @cached_property
    def _facts(self) -> frozenset[PlaceFact]:
        kept = self._kept
        sure = {one.division for one in kept.mentions if is_sure(kept, one)}
        unsure = [one for one in kept.mentions if not is_sure(kept, one)]
        doubted = {id_ for one in unsure for id_ in (one.division, *one.others)}
        heading = {id_ for one in unsure if one.zone in _HEAD for id_ in (one.division, *one.others)}
        return frozenset(
            [
                *self._of(PlaceKind.PLACE, sure, doubted),
                *self._of(PlaceKind.ABOUT, kept.about, heading),
                *self._of(PlaceKind.GOVERNMENT, kept.gov, heading),
            ]
        )

    def _of(self, kind: PlaceKind, sure: Iterable[str], doubted: Iterable[str]) -> Iterator[PlaceFact]:
        for divisions, ambiguities in ((sure, (False, True)), (doubted, (True,))):
            for division in divisions:
                for ambiguous in ambiguities:
                    yield kind, True, ambiguous, division
                    for above in self._kept.around(division):
                        yield kind, False, ambiguous, above

    def _may_be(self, one: Mention) -> set[str]:
        return {above for id_ in (one.division, *one.others) for above in self._kept.around(id_)}

    def _proves(self, one: Mention, place: Place) -> bool:
        """Whether a mention shows that the clause holds."""
        if place.kind is not PlaceKind.PLACE and not self._backs(one, place):
            return False
        if self._sure(one):
            return one.division == place.division or (
                not place.exact and place.division in self._kept.around(one.division)
            )
        return place.ambiguous and place.division in self._may_be(one)

    def _backs(self, one: Mention, place: Place) -> bool:
        ids = self._kept.about if place.kind is PlaceKind.ABOUT else self._kept.gov
        return one.division in ids or (place.ambiguous and not self._sure(one) and one.zone in _HEAD)

    def _how(self, one: Mention, place: Place) -> str:
        """Say it in words: "San Bernardino, California (city): in the title and twice in the text, …"."""
        shown = self._kept.shown(one.division)
        if not self._sure(one):
            return doubt(self._kept, one)
        parts = [told_where([m.zone for m in self._kept.mentions if m.division == one.division and self._sure(m)])]
        if one.division != place.division:
            parts.append(f"within {self._kept.shown(place.division)}" if self._knows(place) else "within it")
        parts.append(f"understood so because {_because(one.evidence)}")
        return f"{shown}: {', '.join(parts)}"

    def _sure(self, one: Mention) -> bool:
        return is_sure(self._kept, one)

    def _knows(self, place: Place) -> bool:
        return place.division in self._kept.divisions


def is_sure(kept: Kept, one: Mention) -> bool:
    """Whether a mention counts in queries."""
    return not one.ambiguous and one.confidence >= (LEAST_AT_HOME if kept.home else LEAST)


def doubt(kept: Kept, one: Mention) -> str:
    """Say what an unsure mention may mean."""
    names = list(map(kept.shown, dict.fromkeys([one.division, *one.others])))[:_MOST_OTHERS]
    if len(names) == 1:
        return f"“{one.text}”: perhaps {names[0]}, too unsure to count"
    return f"“{one.text}”: ambiguous, it may be {'; '.join(names[:-1])} or {names[-1]}"


def _because(evidence: str) -> str:
    """Turn evidence into a clause: "the largest place called so; the article names Ohio" after "because"."""
    said = [f"it is {part}" if part.startswith(_NOUNS) else part for part in evidence.split("; ")]
    return " and ".join(f"it stands {part}" if part.startswith("next to") else part for part in said)


def _named(kind: PlaceKind) -> str:
    if kind is PlaceKind.GOVERNMENT:
        return "its government is named"
    return "what the article is about" if kind is PlaceKind.ABOUT else "named"


def told_where(zones: Sequence[Zone]) -> str:
    """Say where mentions stand: "in the title, in the dateline and 3 times in the text"."""
    said = [f"in the {zone.value}" for zone in (Zone.TITLE, Zone.DATELINE, Zone.CAPTION) if zone in zones]
    count = sum(zone in (Zone.LEAD, Zone.BODY) for zone in zones)
    if count:
        said.append({1: "once", 2: "twice"}.get(count, f"{count} times") + " in the text")
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
