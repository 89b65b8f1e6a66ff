"""How like an article is to the stories that are near it, and what follows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.stories.decision import (
    LEAST_NAMED,
    NAMED_SHARE,
    SHARED_RELATED,
    SHARED_RETELLING,
    SHORT_WORDS,
    Decision,
    Relation,
    marks,
)
from services.stories.facts import CERTAIN_FRAME, FRAME, frame_shared
from services.stories.members import Member, Story, dot, headline_share, sum_dot
from services.stories.signature import Signature

_NEAREST, _SUM, _HEADLINES, _DENSITY = 0.45, 0.45, 0.1, 1.2
_OTHERS = 3
_MOST_DENSITY = 0.12
"""Articles of one event that came apart are each other's density. Unbounded, each would drive the next one away."""
_SHOWN = 4


@dataclass(slots=True)
class Likeness:
    """A story near the article: its nearest article, the cosines with it and with the sum, the headlines' share."""

    story: Story
    member: Member
    nearest: float
    summed: float
    headlines: float
    density: float = 0.0

    @property
    def score(self) -> float:
        """Give the likeness less the density around it."""
        alike = _NEAREST * self.nearest + _SUM * self.summed + _HEADLINES * self.headlines
        return alike - _DENSITY * self.density


def likenesses(numbers: Sequence[int], members: Mapping[int, Member], new: Signature) -> list[Likeness]:
    """Compare the article with candidates, one likeness a story."""
    vector = new.vector()
    mine, heads = {*new.terms, *new.title}, set(new.title)
    found: dict[int, Likeness] = {}
    for number in numbers:
        member = members[number]
        assert member.terms is not None
        assert member.weights is not None
        near = dot(vector, member.terms, member.weights) / 65_535
        headlines = _headlines(new, heads, mine, member)
        known = found.get(id(member.story))
        if known is None:
            summed = near
            if member.story.terms is not None or member.story.members[0] != number:
                summed = sum_dot(member.story, members[member.story.members[0]], vector)
            found[id(member.story)] = Likeness(member.story, member, near, summed, headlines)
            continue
        known.headlines = max(known.headlines, headlines)
        if near > known.nearest:
            known.nearest, known.member = near, member
    ordered = sorted(found.values(), key=lambda one: -one.nearest)
    for one in ordered:
        others = [other.nearest for other in ordered if other.story.thread != one.story.thread][:_OTHERS]
        one.density = min(sum(others) / _OTHERS, _MOST_DENSITY)
    return ordered


def _headlines(new: Signature, heads: set[int], mine: set[int], member: Member) -> float:
    """Give the smaller of the shares of each headline that the other article's terms cover."""
    assert member.terms is not None
    assert member.title is not None
    assert member.title_weights is not None
    forth = headline_share(new.title, new.title_weights, heads.intersection(member.terms).union(member.title))
    back = headline_share(member.title, member.title_weights, mine)
    given = [share for share in (forth, back) if share is not None]
    return min(given, default=0.0)


def judge(found: Sequence[Likeness], new: Signature, at: float | None = None) -> Decision:
    """Say what the likest story makes of the article, which came `at` (seconds)."""
    best = max(found, key=lambda one: one.score, default=None)
    if best is None:
        return Decision(Relation.NEW, "no story is near")
    words = min(new.words, best.member.words)
    days = 0.0 if at is None else abs(at - best.story.last) / 86_400
    retelling, related = marks(words, days)
    shared = _shared(new, best.member)
    said = because(best, new, shared)
    breadth = _breadth(shared) if words < SHORT_WORDS else SHARED_RETELLING
    frame = frame_shared(new.facts, best.member.facts)
    if frame >= CERTAIN_FRAME:
        return Decision(Relation.NEW, f"other facts in the words of {best.member.id}", near=best.member.id)
    sure = frame < FRAME and breadth >= SHARED_RETELLING and _names_agree(new, best.member, shared)
    if best.score >= retelling and sure:
        return Decision(Relation.RETELLING, said, best.story.id, best.story.thread, best.member.id, best.score)
    if best.score >= related and breadth >= SHARED_RELATED:
        return Decision(Relation.RELATED, said, None, best.story.thread, best.member.id, best.score)
    return Decision(Relation.NEW, f"not like enough: {said}", near=best.member.id, score=best.score)


def _shared(new: Signature, member: Member) -> dict[int, float]:
    assert member.terms is not None
    assert member.weights is not None
    vector = new.vector()
    return {
        term: vector[term] * weight / 65_535
        for term, weight in zip(member.terms, member.weights, strict=True)
        if term in vector
    }


def _names_agree(new: Signature, member: Member, shared: Mapping[int, float]) -> bool:
    """Tell whether names and numbers are about as alike as the other words, where both texts have any."""
    assert member.terms is not None
    assert member.weights is not None
    mine = {term for at, term in enumerate(new.terms) if new.named >> at & 1}
    my_names = sum((weight / 65_535) ** 2 for at, weight in enumerate(new.weights) if new.named >> at & 1)
    their_names = sum((weight / 65_535) ** 2 for at, weight in enumerate(member.weights) if member.named >> at & 1)
    if not (LEAST_NAMED < my_names < 1 and LEAST_NAMED < their_names < 1):
        return True
    alike = sum(value for term, value in shared.items() if term in mine)
    others = sum(shared.values()) - alike
    named = alike / math.sqrt(my_names * their_names)
    return named >= NAMED_SHARE * others / math.sqrt((1 - my_names) * (1 - their_names))


def _breadth(shared: Mapping[int, float]) -> float:
    """Count shared terms by their weight: as many as would weigh the same if all weighed alike."""
    total = sum(shared.values())
    return total * total / sum(value * value for value in shared.values()) if shared else 0.0


def because(best: Likeness, new: Signature, shared: Mapping[int, float]) -> str:
    """Say in words what makes an article like a story."""
    heavy = sorted(shared, key=lambda term: (-shared[term], term))
    words = [new.names[term] for term in heavy if term in new.names][:_SHOWN]
    said = f"{len(shared)} terms as in {best.member.id}"
    return f"{said}: {', '.join(words)}" if words else said
