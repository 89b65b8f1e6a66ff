"""From rules that hold to alerts, links and deliveries, in the transaction that marks the article as matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.alerts.change import Change, change
from services.alerts.policy import Act, Because, Decision, Known, Wishes, decide, together
from services.alerts.quiet import read_quiet
from services.identity import alert_id
from services.store import alerts, articles, channels, deliveries, people, subscriptions, windows
from services.store.states import ChannelState, LinkState
from services.store.stories import Joined
from services.store.tables import Alert, Article, DeliveryAlert, Subscription

Reason = dict[str, Any]  # Any: evidence as JSON


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for the article, with the reason as it is stored."""

    rule_key: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Options:
    """`group`: a subscription has one message in so much time, the next alerts are gathered.

    After `flood_most` messages to one channel within `flood` the rest of the hour is told together; 0: never.
    """

    group: timedelta
    flood: timedelta = timedelta(minutes=10)
    flood_most: int = 30


@dataclass(frozen=True, slots=True)
class _Planned:
    subscription: Subscription
    kind: str
    reason: Reason


def decide_story(
    session: Session, row: Article, joined: Joined, earlier: Article | None, hits: Sequence[Hit], options: Options,
    now: datetime,
) -> bool:  # fmt: skip
    """Write the alerts that an article leads to; give whether a message was put on its way."""
    planned = _plan(session, row, joined, earlier, hits)
    sent = False
    for kind in sorted({plan.kind for plan in planned}):
        sent |= _tell(session, row, joined.story.id, [p for p in planned if p.kind == kind], kind, options, now)
    return sent


def _plan(
    session: Session, row: Article, joined: Joined, earlier: Article | None, hits: Sequence[Hit]
) -> list[_Planned]:
    """Say which subscriptions hear of the article, and as what: the story, a correction, an update."""
    reasons = {hit.rule_key: hit.reason for hit in hits}
    matched = subscriptions.active_with_rules(session, list(reasons))
    known = alerts.kinds_known(session, joined.story.id, [s.id for s in matched])
    later = _later_kind(row, joined, earlier)
    planned = []
    for subscription in matched:
        kind = later if "new" in known.get(subscription.id, ()) else "new"
        if kind is not None:
            planned.append(_Planned(subscription, kind, reasons[subscription.rule_key]))
    if later is not None and later.startswith("correction"):
        planned += _told_before(session, joined.story.id, later, {s.id for s in matched})
    return planned


def _told_before(session: Session, story: str, kind: str, besides: set[str]) -> list[_Planned]:
    """Whoever was told a story hears of its correction, also when the corrected text no longer matches."""
    reason: Reason = {
        "clause": "",
        "zone": None,
        "sentence": "",
        "places": [],
        "note": "You were told of this story before",
    }
    return [_Planned(s, kind, reason) for s in alerts.told_of(session, story) if s.id not in besides]


def _later_kind(row: Article, joined: Joined, earlier: Article | None) -> str | None:
    """Name what a later text of the story is to those who know it, and count it; `None` for a mere copy."""
    if joined.by not in ("revision", "url") or earlier is None or earlier.text is None:
        return None
    found = change(articles.value_of(earlier), articles.value_of(row))
    if found is Change.CORRECTION:
        joined.story.corrections += 1
        return f"correction:{joined.story.corrections}"
    if found is Change.UPDATE:
        joined.story.updates += 1
        return f"update:{joined.story.updates}"
    return None


def _tell(
    session: Session, row: Article, story: str, planned: Sequence[_Planned], kind: str, options: Options, now: datetime
) -> bool:
    by_id = {plan.subscription.id: plan for plan in planned}
    usable = _usable_channels(session, list(by_id))
    known = _known(
        session, story, kind, usable, {p.subscription.id: p.subscription.person for p in planned}, options, now
    )
    decisions: dict[tuple[str, str], Decision] = {}
    for channel, its in sorted(_by_channel(usable).items()):
        made = [
            decide(kind, known[(id_, channel)], _wishes(session, by_id[id_].subscription), now, options.group)
            for id_ in its
        ]
        decisions.update(zip([(id_, channel) for id_ in its], together(made), strict=True))
    rows = [_alert(row, story, plan, kind, decisions, now) for plan in planned]
    added = alerts.put(session, rows)
    return _link(
        session, story, kind, {k: d for k, d in decisions.items() if alert_id(k[0], story, kind) in added}, now
    )


def _usable_channels(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    found = subscriptions.channels_of(session, ids)
    states = {c: channels.get(session, c).state for its in found.values() for c in its}
    can = (ChannelState.ACTIVE, ChannelState.FAILING)
    return {id_: [c for c in its if states[c] in can] for id_, its in found.items()}


def _by_channel(usable: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for id_, its in usable.items():
        for channel in its:
            found.setdefault(channel, []).append(id_)
    return found


def _known(
    session: Session, story: str, kind: str, usable: dict[str, list[str]], people_of: dict[str, str], options: Options,
    now: datetime,
) -> dict[tuple[str, str], Known]:  # fmt: skip
    by_channel = _by_channel(usable)
    heard = alerts.heard_through(session, story, kind, by_channel)
    last = alerts.last_messages(session, list(usable), now - options.group)
    muted = alerts.muted_by(session, story, people_of.values())
    most = options.flood_most
    flooded = alerts.flooded(session, by_channel, now - options.flood, most) if most else set()
    return {
        (id_, channel): Known(
            through=heard[channel].through if channel in heard else None,
            waits_until=heard[channel].waits_until if channel in heard else None,
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
    row: Article, story: str, plan: _Planned, kind: str, decisions: dict[tuple[str, str], Decision], now: datetime
) -> Alert:
    mine = [decision for (id_, _), decision in decisions.items() if id_ == plan.subscription.id]
    best = min(mine, key=lambda d: _ORDER.index(d.act), default=None)
    act, because = (best.act.value, best.because.value) if best else ("no_channel", Because.NO_CHANNEL.value)
    return alerts.new(
        plan.subscription.id, story, kind, article=row.id, decision=act, because=because, reason=plan.reason, now=now
    )


def _link(session: Session, story: str, kind: str, decisions: dict[tuple[str, str], Decision], now: datetime) -> bool:
    """Link alerts to their channels, and put the message of each channel that is told now on its way."""
    told = sorted({channel for (_, channel), decision in decisions.items() if decision.act is Act.TELL})
    sent = {
        channel: deliveries.put(
            session, channel=channel, dedupe_key=f"story:{story}:{kind}", kind=kind, story=story, now=now
        )
        for channel in told
    }
    for channel, id_ in sent.items():
        if id_ is not None:
            alerts.hasten(session, story, kind, channel, delivery=id_)
    rows = []
    for (subscription, channel), decision in decisions.items():
        link = DeliveryAlert(alert=alert_id(subscription, story, kind), channel=channel)
        if decision.act is Act.TELL and sent[channel] is not None:
            link.delivery = sent[channel]
        elif decision.act is Act.GATHER and decision.gathered is not None:
            link.window = windows.opened(session, channel, decision.gathered, now)
            alerts.hasten(session, story, kind, channel, window=link.window)
        else:
            link.state = LinkState.SUPPRESSED if decision.act is Act.MUTED else LinkState.TOLD
            link.through = decision.through
        rows.append(link)
    alerts.link(session, rows)
    return any(id_ is not None for id_ in sent.values())
