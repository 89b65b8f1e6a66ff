"""From rules that hold to alerts, links and deliveries, in the transaction that marks the article as matched.

Of a story that very many ask for, that transaction decides for the first people only; a remainder keeps the others, and
`decide_more` decides for the next of them, page by page, between other articles. A person's subscriptions are decided
together, so that one message names all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.alerts.change import Change
from services.alerts.policy import Act, Because, Decision, Known, Wishes, decide, together
from services.alerts.quiet import read_quiet
from services.clock import now as moment
from services.identity import alert_id
from services.store import alerts, channels, deliveries, people, remainders, steps, subscriptions, windows
from services.store.states import ChannelState, LinkState
from services.store.stories import Joined
from services.store.tables import Article, Remainder, Story, Subscription
from services.stories.exact import WINDOW

Reason = dict[str, Any]  # Any: evidence as JSON
PAGE = 250  # subscriptions that one transaction decides for: some 0.07 s


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for the article, with the reason as it is stored."""

    rule_key: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Options:
    """`group`: a subscription has one message in so much time, the next alerts are gathered.

    After `flood_most` messages to one channel within `flood` the rest of the hour is told together; 0: never.
    A story is open for `window` after its last article.
    """

    group: timedelta
    flood: timedelta = timedelta(minutes=10)
    flood_most: int = 30
    window: timedelta = WINDOW


@dataclass(frozen=True, slots=True)
class _Planned:
    subscription: Subscription
    kind: str
    reason: Reason


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


def decide_story(
    session: Session, row: Article, joined: Joined, hits: Sequence[Hit], options: Options, now: datetime
) -> bool:
    """Write the alerts that an article leads to; give whether a message was put on its way."""
    began = moment()
    later = _later_kind(joined)
    telling = _Telling(
        row, joined.story.id, later, {hit.rule_key: hit.reason for hit in hits}, joined.begun, joined.story.parted_from
    )
    asking, after = subscriptions.asking(session, list(telling.reasons), telling.told, PAGE)
    sent = _tell_page(session, telling, asking, options, now, many=after is not None)
    if after is not None:
        remainders.put(session, article=row.id, kind=later, hits=list(telling.reasons.items()), after=after, now=now)
    steps.decided(session, row.id, began, len(asking))
    return sent


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
    planned = _plan(session, telling, _there(telling, asking))
    sent = False
    for kind in sorted({plan.kind for plan in planned}):
        its = [plan for plan in planned if plan.kind == kind]
        sent |= _tell(session, telling, its, kind, options, now, many=many)
    return sent


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


def _plan(session: Session, telling: _Telling, asking: Sequence[Subscription]) -> list[_Planned]:
    """Say which subscriptions hear of the article, and as what: the story, a correction, an update."""
    known = {} if telling.begun else alerts.kinds_known(session, telling.story, [s.id for s in asking])
    planned = []
    for subscription in asking:
        kind = telling.later if "new" in known.get(subscription.id, ()) else "new"
        if kind is not None:
            reason = telling.reasons.get(subscription.rule_key, _TOLD_BEFORE)
            planned.append(_Planned(subscription, kind, reason))
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


def _tell(
    session: Session, telling: _Telling, planned: Sequence[_Planned], kind: str, options: Options, now: datetime, *,
    many: bool,
) -> bool:  # fmt: skip
    row, story = telling.row, telling.story
    by_id = {plan.subscription.id: plan for plan in planned}
    people_of = {id_: plan.subscription.person for id_, plan in by_id.items()}
    usable = _usable_channels(session, list(by_id))
    heard = {} if telling.begun else alerts.heard_through(session, story, kind, people_of.values())
    if telling.parted_from is not None:
        only = None if kind == "new" else row.id
        heard = alerts.heard_before(session, telling.parted_from, story, only, people_of.values()) | heard
    muted = set() if telling.begun else alerts.muted_by(session, story, people_of.values())
    known = _known(session, usable, people_of, heard, muted, options, now)
    at_hand = people.all_of(session, people_of.values())  # kept, so that each is not asked for by itself
    decisions: dict[tuple[str, str], Decision] = {}
    for channel, its in sorted(_by_channel(usable).items()):
        made = [
            decide(kind, known[(id_, channel)], _wishes(session, by_id[id_].subscription), now, options.group)
            for id_ in its
        ]
        decisions.update(zip([(id_, channel) for id_ in its], together(made), strict=True))
    del at_hand
    made_for: dict[str, list[Decision]] = {}
    for (id_, _), decision in decisions.items():
        made_for.setdefault(id_, []).append(decision)
    rows = [_alert(row, story, plan, kind, made_for.get(plan.subscription.id, []), now) for plan in planned]
    added = alerts.put(session, rows)
    new = {k: d for k, d in decisions.items() if alert_id(k[0], story, kind) in added}
    return _link(session, story, kind, new, {channel for channel, its in heard.items() if its.waits}, now, many=many)


def _usable_channels(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    found = subscriptions.channels_of(session, ids)
    states = channels.states(session, {c for its in found.values() for c in its})
    can = (ChannelState.ACTIVE, ChannelState.FAILING)
    return {id_: [c for c in its if states[c] in can] for id_, its in found.items()}


def _by_channel(usable: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, its in usable.items():
        for channel in its:
            found.setdefault(channel, []).append(id_)
    return found


def _known(
    session: Session, usable: dict[str, list[str]], people_of: dict[str, str], heard: Mapping[str, alerts.Heard],
    muted: Set[str], options: Options, now: datetime,
) -> dict[tuple[str, str], Known]:  # fmt: skip
    by_channel = _by_channel(usable)
    last = alerts.last_messages(session, list(usable), list(by_channel), now - options.group)
    most = options.flood_most
    flooded = alerts.flooded(session, by_channel, now - options.flood, most) if most else set()
    return {
        (id_, channel): Known(
            through=heard[channel].through if channel in heard else None,
            waits_until=heard[channel].waits_until if channel in heard else None,
            before_split=channel in heard and heard[channel].before_split,
            last_message_at=last.get((id_, channel)),
            story_muted=people_of[id_] in muted,
            flooded=channel in flooded,
        )
        for id_, its in usable.items()
        for channel in its
    }


def _wishes(session: Session, row: Subscription) -> Wishes:
    person = people.get(session, row.person)
    return Wishes(
        row.cadence, person.timezone, urgent=row.urgent, muted=row.muted, muted_until=row.muted_until,
        muted_at=row.muted_at, quiet=read_quiet(person.quiet_from, person.quiet_until),
        rhythm=people.rhythm(person),
    )  # fmt: skip


_ORDER = (Act.TELL, Act.GATHER, Act.TOLD, Act.MUTED)


def _alert(
    row: Article, story: str, plan: _Planned, kind: str, mine: Sequence[Decision], now: datetime
) -> alerts.NewAlert:
    best = min(mine, key=lambda d: _ORDER.index(d.act), default=None)
    act, because = (best.act.value, best.because.value) if best else ("no_channel", Because.NO_CHANNEL.value)
    return alerts.new(
        plan.subscription.id, story, kind, article=row.id, decision=act, because=because, reason=plan.reason, now=now
    )


def _link(
    session: Session, story: str, kind: str, decisions: dict[tuple[str, str], Decision], waiting: set[str],
    now: datetime, *, many: bool,
) -> bool:  # fmt: skip
    """Link alerts to their channels, and put the message of each channel that is told now on its way.

    `waiting`: channels with an alert of the story that waits for a window.
    """
    told = sorted({channel for (_, channel), decision in decisions.items() if decision.act is Act.TELL})
    key = f"story:{story}:{kind}"
    sent = deliveries.put_all(session, told, dedupe_key=key, kind=kind, story=story, now=now, many=many)
    for channel, id_ in sent.items():
        if id_ is not None and channel in waiting:
            alerts.hasten(session, story, kind, channel, delivery=id_)
    rows = []
    for (subscription, channel), decision in decisions.items():
        link = alerts.NewLink(alert_id(subscription, story, kind), channel)
        if decision.act is Act.TELL and sent[channel] is not None:
            link.delivery = sent[channel]
        elif decision.act is Act.GATHER and decision.gathered is not None:
            link.window = windows.opened(session, channel, decision.gathered, now)
            if channel in waiting:
                alerts.hasten(session, story, kind, channel, window=link.window)
        else:
            link.state = LinkState.SUPPRESSED if decision.act is Act.MUTED else LinkState.TOLD
            link.through = decision.through
        rows.append(link)
    alerts.link(session, rows)
    return any(id_ is not None for id_ in sent.values())
