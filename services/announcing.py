"""Write what was decided of notices: their alerts, the messages that leave now, and the links between the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from sqlmodel import Session

from services.addressing import Decided, Decisions, Notice, Options, Reason, address
from services.alerts.digest import Slot
from services.alerts.policy import Act, Because, Decision
from services.identity import alert_id
from services.store import alerts, deliveries, windows
from services.store.states import LinkState

_ORDER = (Act.TELL, Act.GATHER, Act.TOLD, Act.MUTED)


class _KnownError(Exception):
    """An article that seemed to begin a story is known: the batch is to be decided article by article."""


def announce(
    session: Session, notices: Sequence[Notice], options: Options, now: datetime, *, many: bool = False
) -> bool:
    """Write the alerts of notices and put their messages on their way; give whether there was any.

    Of several, each has `begun` its story. `many`: they go to so many that other messages are not to wait for all.
    """
    if not any(notice.to for notice in notices):
        return False
    decided = address(session, notices, options, now)
    rows = [row for one in decided for row in _alerts(one, now)]
    added = alerts.put(session, rows)
    if len(decided) > 1 and len(added) < len(rows):
        raise _KnownError
    new = [(one, _of_added(one, added)) for one in decided]
    messages = [message for one, decisions in new for message in _messages(one.notice, decisions, many=many)]
    ids = deliveries.put_each(session, messages, now)
    if len(decided) > 1 and None in ids:
        raise _KnownError
    sent = {(message.dedupe_key, message.channel): id_ for message, id_ in zip(messages, ids, strict=True)}
    links = _Links(session, sent, now)
    for one, decisions in new:
        links.add(one, decisions)
    alerts.link(session, links.rows)
    return any(id_ is not None for id_ in ids)


def _alerts(one: Decided, now: datetime) -> list[alerts.NewAlert]:
    made_for: dict[str, list[Decision]] = {}
    for (id_, _), decision in one.decisions.items():
        made_for.setdefault(id_, []).append(decision)
    return [_alert(one.notice, subscription.id, reason, made_for, now) for subscription, reason in one.notice.to]


def _alert(
    notice: Notice, subscription: str, reason: Reason, made_for: Mapping[str, Sequence[Decision]], now: datetime
) -> alerts.NewAlert:
    best = min(made_for.get(subscription, ()), key=lambda d: _ORDER.index(d.act), default=None)
    act, because = (best.act.value, best.because.value) if best else ("no_channel", Because.NO_CHANNEL.value)
    return alerts.new(
        subscription, notice.story, notice.kind, article=notice.article, decision=act, because=because, reason=reason,
        now=now,
    )  # fmt: skip


def _of_added(one: Decided, added: Set[str]) -> Decisions:
    story, kind = one.notice.story, one.notice.kind
    return {pair: decision for pair, decision in one.decisions.items() if alert_id(pair[0], story, kind) in added}


def _messages(notice: Notice, decisions: Decisions, *, many: bool) -> list[deliveries.Message]:
    told = sorted({channel for (_, channel), decision in decisions.items() if decision.act is Act.TELL})
    return [deliveries.Message(channel, notice.key, notice.kind, notice.story, many) for channel in told]


class _Links:
    """The links of alerts to their channels. `sent`: the messages by key and channel, `None` if it has it already."""

    def __init__(self, session: Session, sent: Mapping[tuple[str, str], str | None], now: datetime) -> None:
        self.rows: list[alerts.NewLink] = []
        self._session = session
        self._sent = sent
        self._now = now
        self._opened: dict[tuple[str, Slot], str] = {}

    def add(self, one: Decided, decisions: Decisions) -> None:
        """Link the alerts of an article. What waits for a later window leaves with what leaves before it."""
        notice = one.notice
        for channel in sorted(one.waiting & {channel for _, channel in decisions}):
            its = self._sent.get((notice.key, channel))
            if its is not None:
                alerts.hasten(self._session, notice.story, notice.kind, channel, delivery=its)
        for (subscription, channel), decision in decisions.items():
            link = alerts.NewLink(alert_id(subscription, notice.story, notice.kind), channel)
            its = self._sent.get((notice.key, channel))
            if decision.act is Act.TELL and its is not None:
                link.delivery = its
            elif decision.act is Act.GATHER and decision.gathered is not None:
                link.window = self._window(channel, decision.gathered)
                if channel in one.waiting:
                    alerts.hasten(self._session, notice.story, notice.kind, channel, window=link.window)
            else:
                link.state = LinkState.SUPPRESSED if decision.act is Act.MUTED else LinkState.TOLD
                link.through = decision.through
            self.rows.append(link)

    def _window(self, channel: str, slot: Slot) -> str:
        known = self._opened.get((channel, slot))
        if known is None:
            known = self._opened[channel, slot] = windows.opened(self._session, channel, slot, self._now)
        return known
