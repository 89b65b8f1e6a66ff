"""A second look at what would hide an alert, at the texts themselves: in doubt an article is related, and is told.

headline   "Council votes" stands over many an article: under one headline the texts alone must tell one event.
form       sentences that were kept but for their names and numbers are a form filled in anew, and no copy.
short      of a text of few words a copy adds or leaves out, and exchanges nothing: "The word ash stands here for the
           second case" has most of the wording of the first. Few words are too few for a retelling at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.articles.article import Article
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies, Table
from services.stories.grouping import Groups
from services.stories.signature import Signature, sign
from services.stories.wording import Exchanged, Sentence, body, exchanged, figures, pairs, sentence, told
from services.text import cut

PAIR = 0.37
"""How alike two articles must be by themselves while few are open. Nothing else is near then, and one topic is enough
to be nearest: of the demo's samples six that tell other events reach 0.22 to 0.36.
More retellings are told for it."""
FEW_OPEN = 1_000  # articles; with more, the stories around say how much being alike is worth
FEWEST_WORDS = 12  # a shorter text says less than its headline does
SENTENCES = 12  # of each text that are laid beside each other
SHORT_COPY = 60
"""Words of lead and body below which every exchanged word is doubt: of so few, one is a twentieth of the runs."""
SHORT_RETELLING = 40
"""Words of lead and body below which no retelling is sure: three reports of 17 words on one bird were taken for one."""
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
    words = min(len(cut(body(near.article))), len(cut(body(new.article))))
    if found.relation is Relation.RETELLING:
        if words < SHORT_RETELLING:
            return _doubtful(found, f"{words} words are too few to be sure")
        if len(groups) < FEW_OPEN and _pair(table, near.signature, new.signature) < PAIR:
            return _doubtful(found, "not near enough to any one article")
        if not _stands_alone(table, near.article, new.article):
            return _doubtful(found, "alike by the headline, not by the text")
    elif words < SHORT_COPY and (said := _exchanged_in(near.article, new.article)) is not None:
        return _doubtful(found, f"{words} words, and {said}")
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


def _exchanged_in(near: Article, new: Article) -> str | None:
    """Say what one short text has in the place of what, or that each says what the other does not; else `None`."""
    fresh, lost = _differing(near, new)
    used, alone = set(), False
    for one, origin in pairs(fresh, lost):
        if origin is None:
            alone = True
            continue
        used.add(origin.words)
        change = exchanged(origin, one)
        for was, now in (*change.numbers, *change.names, *change.words):
            return f"“{now}” in the place of “{was}”"
        if figures(origin.words) != figures(one.words):
            return "other numbers or a negation"
    return "each says what the other does not" if alone and any(one.words not in used for one in lost) else None


def _differing(near: Article, new: Article) -> tuple[list[Sentence], list[Sentence]]:
    before, after = list(told(near, SENTENCES)), list(told(new, SENTENCES))
    known, still = {one.words for one in before}, {one.words for one in after}
    return [one for one in after if one.words not in known], [one for one in before if one.words not in still]


def _filled_anew(near: Article, new: Article) -> tuple[str, str] | None:
    fresh, lost = _differing(near, new)
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
