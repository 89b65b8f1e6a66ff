"""A second look at what would hide an alert, at the texts themselves: in doubt an article is related, and is told.

headline   "Council votes" stands over many an article: under one headline the texts alone must tell one event.
form       sentences that were kept but for their names and numbers are a form filled in anew, and no copy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.articles.article import Article
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies, Table
from services.stories.grouping import Groups
from services.stories.signature import Signature, sign
from services.stories.wording import Exchanged, body, exchanged, figures, pairs, sentence, told
from services.text import cut

PAIR = 0.37
"""How alike two articles must be by themselves while few are open. Nothing else is near then, and one topic is enough
to be nearest: of the demo's samples six that tell other events reach 0.22 to 0.36.
More retellings are told for it."""
FEW_OPEN = 1_000  # articles; with more, the stories around say how much being alike is worth
FEWEST_WORDS = 12  # a shorter text says less than its headline does
SENTENCES = 12  # of each text that are laid beside each other
_FILLED = 0.5  # of the places where the sentences differ; then names and numbers are what differs


@dataclass(frozen=True, slots=True)
class Seen:
    """An article and its signature."""

    article: Article
    signature: Signature


def look_again(groups: Groups, found: Decision, near: Seen, new: Seen) -> Decision:
    """Give the decision, or a related article's where there is doubt. `near` is the article that it was near."""
    table = groups.frequencies.table
    if found.relation not in (Relation.COPY, Relation.RETELLING):
        return found
    if found.relation is Relation.RETELLING:
        if len(groups) < FEW_OPEN and _pair(table, near.signature, new.signature) < PAIR:
            return _doubtful(found, "not near enough to any one article")
        if not _stands_alone(table, near.article, new.article):
            return _doubtful(found, "alike by the headline, not by the text")
    swap = _filled_anew(near.article, new.article)
    if swap is None:
        return found
    return _doubtful(found, f"alike but for what it is about, “{swap[1]}” in the place of “{swap[0]}”")


def _pair(table: Table, near: Signature, new: Signature) -> float:
    """Give how alike two articles are by themselves, whatever else is open."""
    alone = Groups(Frequencies(table))
    alone.join("near", near, story="near", thread="near", at=0.0, relation=Relation.NEW)
    return alone.decide(new).score


def _stands_alone(table: Table, near: Article, new: Article) -> bool:
    """Say whether two texts are alike without their headlines, where these are the same."""
    if not near.title or not new.title or sentence(near.title).words != sentence(new.title).words:
        return True
    before, after = body(near), body(new)
    if min(len(cut(before[:400])), len(cut(after[:400]))) < FEWEST_WORDS:
        return True
    weight = Frequencies(table).weight
    return _pair(table, sign("", before, weight), sign("", after, weight)) >= PAIR


def _filled_anew(near: Article, new: Article) -> tuple[str, str] | None:
    before, after = list(told(near, SENTENCES)), list(told(new, SENTENCES))
    known, still = {one.words for one in before}, {one.words for one in after}
    fresh = [one for one in after if one.words not in known]
    lost = [one for one in before if one.words not in still]
    changes = [exchanged(origin, one) for one, origin in pairs(fresh, lost) if origin is not None]
    swaps = [swap for change in changes for swap in (*change.names, *change.numbers)]
    if not swaps:
        return _headline(near, new, same=not fresh and not lost)
    places = len(swaps) + sum(change.others for change in changes)
    return swaps[0] if len(swaps) >= _FILLED * places else None


def _headline(near: Article, new: Article, *, same: bool) -> tuple[str, str] | None:
    """Compare the numbers of headlines whose wording is the same, where the texts are not."""
    if same or not near.title or not new.title:
        return None
    before, after = sentence(near.title), sentence(new.title)
    if figures(before.words) == figures(after.words):
        return None
    for _, origin in pairs([after], [before]):
        change = exchanged(before, after) if origin is not None else Exchanged()
        return change.numbers[0] if change.numbers and not change.others else None
    return None


def _doubtful(found: Decision, why: str) -> Decision:
    said = f"{why}: {found.because}"
    return replace(found, relation=Relation.RELATED, because=said, story=None)
