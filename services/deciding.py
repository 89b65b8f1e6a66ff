"""From rules that hold to who is told of an article, and as what, in the transaction that marks it as matched.

Of a story that very many ask for, that transaction decides for the first people only; a remainder keeps the others, and
`decide_more` decides for the next of them, page by page, between other articles. A person's subscriptions are decided
together, so that one message names all of them. Articles that begin their stories are decided for together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from services.addressing import Notice, Options, Reason
from services.alerts.change import Change
from services.announcing import announce
from services.clock import now as moment
from services.store import alerts, remainders, steps, subscriptions
from services.store.stories import Joined
from services.store.tables import Article, Remainder, Story, Subscription

PAGE = 250  # subscriptions that one transaction decides for: some 0.07 s


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for the article, with the reason as it is stored."""

    rule_key: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Matched:
    """An article that was matched: its story, and the rules that hold for it."""

    row: Article
    joined: Joined
    hits: Sequence[Hit]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is told: an article of a story, to whom its rules say. `later`: as what to those who know the story.

    `begun`: the article has just begun the story, so that nobody can know it yet. `parted_from` is the story that an
    operator parted this one from: who heard there of its articles knows them.
    """

    row: Article
    story: str
    later: str | None
    reasons: Mapping[str, Reason]
    begun: bool = False
    parted_from: str | None = None

    @property
    def told(self) -> str | None:
        """The story whose correction this is: all who were told of it hear that, whether they ask for it or not."""
        return self.story if self.later is not None and self.later.startswith("correction") else None


def decide_all(session: Session, matched: Sequence[Matched], options: Options, now: datetime) -> bool:
    """Write the alerts that articles lead to, in their order; give whether a message was put on its way."""
    sent = False
    for begun, its in groupby(matched, key=lambda one: one.joined.begun):
        some = list(its)
        if begun and len(some) > 1:
            sent |= _decide_begun(session, some, options, now)
        else:
            sent |= _decide_each(session, some, options, now)
    return sent


def _decide_begun(session: Session, matched: Sequence[Matched], options: Options, now: datetime) -> bool:
    """Decide for articles that each begin a story, in as few statements as for one of them."""
    began = moment()
    tellings = [_telling(one) for one in matched if one.hits]
    keys = sorted({key for telling in tellings for key in telling.reasons})
    asking, after = subscriptions.asking(session, keys, None, PAGE) if keys else ([], None)
    if after is not None:
        return _decide_each(session, matched, options, now)
    notices = []
    for telling in tellings:
        its = [one for one in asking if one.rule_key in telling.reasons]
        notices += _notices(session, telling, its)
        steps.decided(session, telling.row.id, began, len(its))
    return announce(session, notices, options, now)


def _decide_each(session: Session, matched: Sequence[Matched], options: Options, now: datetime) -> bool:
    sent = False
    for one in matched:
        sent |= _decide(session, one, options, now)
    return sent


def _decide(session: Session, matched: Matched, options: Options, now: datetime) -> bool:
    began = moment()
    row, telling = matched.row, _telling(matched)
    asking, after = subscriptions.asking(session, list(telling.reasons), telling.told, PAGE)
    sent = _tell_page(session, telling, asking, options, now, many=after is not None)
    if after is not None:
        hits = list(telling.reasons.items())
        remainders.put(session, article=row.id, kind=telling.later, hits=hits, after=after, now=now)
    steps.decided(session, row.id, began, len(asking))
    return sent


def _telling(matched: Matched) -> _Telling:
    joined, reasons = matched.joined, {hit.rule_key: hit.reason for hit in matched.hits}
    return _Telling(
        matched.row, joined.story.id, _later_kind(joined), reasons, joined.begun, joined.story.parted_from
    )  # fmt: skip


def decide_more(session: Session, remainder: Remainder, options: Options, now: datetime) -> bool:
    """Decide for the next people of a remainder; give whether a message was put on its way."""
    began = moment()
    row = session.get_one(Article, remainder.article)
    assert row.story is not None  # it was matched when the remainder was put
    story = session.get_one(Story, row.story)
    telling = _Telling(row, row.story, remainder.kind, dict(remainder.hits), parted_from=story.parted_from)
    keys = list(telling.reasons)
    if remainder.bounds is None:
        remainder.bounds = subscriptions.bounds(session, keys, telling.told, remainder.after, PAGE)
    until = next((bound for bound in remainder.bounds if bound > remainder.after), None)
    asking = subscriptions.asking_between(session, keys, telling.told, remainder.after, until)
    sent = _tell_page(session, telling, asking, options, now, many=True)
    remainders.go_on(session, remainder, until)
    steps.decided(session, row.id, began, len(asking))
    return sent


def _tell_page(
    session: Session, telling: _Telling, asking: Sequence[Subscription], options: Options, now: datetime, *, many: bool
) -> bool:
    sent = False
    for notice in _notices(session, telling, asking):
        sent |= announce(session, [notice], options, now, many=many)
    return sent


def _notices(session: Session, telling: _Telling, asking: Sequence[Subscription]) -> list[Notice]:
    """Give one notice for each kind in which the article is told to some of them."""
    planned = _plan(session, telling, _there(telling, asking))
    return [
        Notice(telling.row.id, telling.story, kind, its, telling.begun, telling.parted_from)
        for kind, its in sorted(planned.items())
    ]


def _there(telling: _Telling, asking: Sequence[Subscription]) -> Sequence[Subscription]:
    """Leave out, of a story that was parted from another, who subscribed after the article was first matched.

    Nobody kept them from an alert, and to them it is no news.
    """
    first = telling.row.matched_at
    if telling.parted_from is None or first is None:
        return asking
    return [one for one in asking if one.created_at <= first]


_TOLD_BEFORE: Reason = {
    "clause": "", "zone": None, "sentence": "", "places": [], "note": "You were told of this story before",
}  # fmt: skip
"""Whoever was told a story hears of its correction, also when the corrected text no longer matches."""


def _plan(
    session: Session, telling: _Telling, asking: Sequence[Subscription]
) -> dict[str, list[tuple[Subscription, Reason]]]:
    """Say which subscriptions hear of the article, and as what: the story, a correction, an update."""
    known = {} if telling.begun else alerts.kinds_known(session, telling.story, [s.id for s in asking])
    planned: dict[str, list[tuple[Subscription, Reason]]] = {}
    for subscription in asking:
        kind = telling.later if "new" in known.get(subscription.id, ()) else "new"
        if kind is not None:
            reason = telling.reasons.get(subscription.rule_key, _TOLD_BEFORE)
            planned.setdefault(kind, []).append((subscription, reason))
    return planned


def _later_kind(joined: Joined) -> str | None:
    """Name what a later text of the story is to those who know it, and count it; `None` for a mere copy."""
    if joined.changed is None or joined.changed.kind is Change.NONE:
        return None
    if joined.changed.kind is Change.CORRECTION:
        joined.story.corrections += 1
        return f"correction:{joined.story.corrections}"
    joined.story.updates += 1
    return f"update:{joined.story.updates}"
