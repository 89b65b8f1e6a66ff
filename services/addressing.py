"""From who is told of an article to what becomes of it on each of their channels: told now, gathered, or not told.

What several articles lead to is decided one after the other, each as if the ones before it were written. So a batch
asks the database as often as one article does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.alerts.policy import Act, Decision, Known, Wishes, decide, together
from services.alerts.quiet import read_quiet
from services.store import alerts, channels, people, subscriptions
from services.store.alerts import Heard
from services.store.states import ChannelState
from services.store.tables import Subscription
from services.stories.exact import WINDOW

Reason = dict[str, Any]  # Any: evidence as JSON
_CAN_TELL = (ChannelState.ACTIVE, ChannelState.FAILING)
Decisions = dict[tuple[str, str], Decision]
"""What becomes of an alert, by its subscription and channel."""


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
class Notice:
    """An article of a story that subscriptions are told of in one kind, each with its reason.

    `begun`: the article has just begun the story, so that nobody can know it yet. `parted_from` is the story that an
    operator parted this one from: who heard there of its articles knows them.
    """

    article: str
    story: str
    kind: str
    to: Sequence[tuple[Subscription, Reason]]
    begun: bool = False
    parted_from: str | None = None

    @property
    def key(self) -> str:
        """What a channel has one message under."""
        return f"story:{self.story}:{self.kind}"

    @property
    def people(self) -> set[str]:
        """Whom it is told."""
        return {subscription.person for subscription, _ in self.to}


@dataclass(slots=True)
class _Lately:
    """What left in the last minutes, with what is decided meanwhile."""

    message_at: dict[tuple[str, str], datetime]  # the last one, by subscription and channel
    sent: dict[str, int]  # by channel

    def note(self, decisions: Decisions, now: datetime) -> None:
        told = [pair for pair, decision in decisions.items() if decision.act is Act.TELL]
        self.message_at.update(dict.fromkeys(told, now))
        for channel in {channel for _, channel in told}:
            self.sent[channel] = self.sent.get(channel, 0) + 1


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a notice. `waiting`: channels with an alert of the story that waits for a window."""

    notice: Notice
    decisions: Decisions
    waiting: Set[str]


def address(session: Session, notices: Sequence[Notice], options: Options, now: datetime) -> list[Decided]:
    """Decide what becomes of each alert on each channel, notice after notice. Writes nothing."""
    ids = sorted({subscription.id for notice in notices for subscription, _ in notice.to})
    usable = _usable_channels(session, ids)
    reached = sorted({channel for its in usable.values() for channel in its})
    lately = _Lately(
        alerts.last_messages(session, ids, reached, now - options.group),
        alerts.sent_since(session, reached, now - options.flood) if options.flood_most else {},
    )
    at_hand = people.all_of(session, {person for notice in notices for person in notice.people})
    decided = [_decided(session, notice, usable, lately, options, now) for notice in notices]
    del at_hand  # held until here, so that each is not asked for by itself
    return decided


def _usable_channels(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    found = subscriptions.channels_of(session, ids)
    states = channels.states(session, {channel for its in found.values() for channel in its})
    return {id_: [channel for channel in its if states[channel] in _CAN_TELL] for id_, its in found.items()}


def _decided(
    session: Session, notice: Notice, usable: Mapping[str, Sequence[str]], lately: _Lately, options: Options,
    now: datetime,
) -> Decided:  # fmt: skip
    heard = _heard(session, notice)
    muted = set() if notice.begun else alerts.muted_by(session, notice.story, notice.people)
    by_channel: dict[str, list[Subscription]] = {}
    for subscription, _ in notice.to:
        for channel in usable[subscription.id]:
            by_channel.setdefault(channel, []).append(subscription)
    decisions: Decisions = {}
    for channel, its in sorted(by_channel.items()):
        through = heard.get(channel)
        flooded = bool(options.flood_most) and lately.sent.get(channel, 0) >= options.flood_most
        made = [
            decide(
                notice.kind,
                _known(through, lately.message_at.get((one.id, channel)), one.person in muted, flooded),
                _wishes(session, one), now, options.group,
            )
            for one in its
        ]  # fmt: skip
        decisions.update(zip([(one.id, channel) for one in its], together(made), strict=True))
    lately.note(decisions, now)
    return Decided(notice, decisions, {channel for channel, its in heard.items() if its.waits})


def _heard(session: Session, notice: Notice) -> Mapping[str, Heard]:
    """Give how the channels of those who are told heard of the story in this kind before."""
    heard = {} if notice.begun else alerts.heard_through(session, notice.story, notice.kind, notice.people)
    if notice.parted_from is None:
        return heard
    only = None if notice.kind == "new" else notice.article
    return alerts.heard_before(session, notice.parted_from, notice.story, only, notice.people) | heard


def _known(heard: Heard | None, last: datetime | None, muted: bool, flooded: bool) -> Known:  # noqa: FBT001
    if heard is None:
        return Known(last_message_at=last, story_muted=muted, flooded=flooded)
    return Known(heard.through, heard.waits_until, heard.before_split, last, muted, flooded)


def _wishes(session: Session, row: Subscription) -> Wishes:
    person = people.get(session, row.person)
    return Wishes(
        row.cadence, person.timezone, urgent=row.urgent, muted=row.muted, muted_until=row.muted_until,
        muted_at=row.muted_at, quiet=read_quiet(person.quiet_from, person.quiet_until),
        rhythm=people.rhythm(person),
    )  # fmt: skip
