"""The last two stages of an alert: what its subscription's settings made of it, and what became of the message."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from services.alerts.policy import Act, Because
from services.store import channels, links, subscriptions
from services.store.links import Told
from services.store.states import DeliveryState, LinkState
from services.store.tables import Alert, Delivery
from services.why.line import Stage, Step, stop, through
from services.why.words import Words

_HELD = {
    Because.QUIET: ("quiet_hours", "Held by quiet hours until {until}."),
    Because.SNOOZED: ("snoozed", "The subscription is snoozed until {until}."),
    Because.CADENCE: ("digest", "It waits for the digest of {until}."),
    Because.FLOOD: ("flood", "Many alerts came at once; it is told with the others at {until}."),
    Because.RECENT: ("grouped", "It is gathered with other alerts until {until}."),
}
_BY_CADENCE = {
    "quiet": Because.QUIET,
    "snooze": Because.SNOOZED,
    "flood": Because.FLOOD,
    "five_minutes": Because.RECENT,
}
_MUTED = {
    Because.MUTED: ("muted", "The subscription was muted."),
    Because.STORY_MUTED: ("story_muted", "The story was muted."),
}
_BEST_FIRST = (
    DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.INFLIGHT, DeliveryState.LEASED, DeliveryState.PENDING,
    DeliveryState.DEAD, DeliveryState.SUPPRESSED,
)  # fmt: skip


def stages(session: Session, alert: Alert, words: Words) -> list[Stage]:
    """Give both stages, or the first alone if it stopped the alert."""
    ways = links.ways_of(session, alert.id)
    sending = [way.delivery for way in ways if way.delivery is not None]
    if not sending:
        return [_stopped(session, alert, ways, words)]
    how = "Gathered, then told" if alert.decision == Act.GATHER else "Let through"
    passed = through(Step.SETTINGS, f"{how}: {alert.because}.", decision=alert.decision, because=alert.because)
    best = min(sending, key=lambda row: _BEST_FIRST.index(DeliveryState(row.state)))
    return [passed, _delivery(session, best, words)]


def _stopped(session: Session, alert: Alert, ways: Sequence[Told], words: Words) -> Stage:
    facts = {"decision": alert.decision, "because_said": alert.because, "alert": alert.id}
    for way in ways:
        if way.window is not None and way.link.state == LinkState.OPEN:
            name, text = _HELD[_BY_CADENCE.get(way.window.cadence, Because.CADENCE)]
            until = way.window.closes_at
            return stop(Step.SETTINGS, name, text.format(until=words.until(until)), until=until, **facts)
    if alert.decision == Act.MUTED:
        name, text = _MUTED.get(Because(alert.because), _MUTED[Because.MUTED])
        return stop(Step.SETTINGS, name, text, **facts)
    through_ = next((way.link.through for way in ways if way.link.through), None)
    if through_ is not None and alert.because == Because.BEFORE_SPLIT:
        text = "The channel heard of the article before an operator parted it from another story."
        return stop(Step.SETTINGS, "told_through", text, through=through_, **facts)
    if through_ is not None:
        name = subscriptions.names(session, [through_]).get(through_, "another subscription")
        text = f"The channel heard of the story through another subscription, {name}."
        return stop(Step.SETTINGS, "told_through", text, through=through_, through_name=name, **facts)
    if any(way.link.state == LinkState.SUPPRESSED for way in ways):
        return stop(Step.DELIVERY, "suppressed", "Its person left before it was told.", **facts)
    return stop(Step.SETTINGS, "no_channel", "No channel of the subscription was active.", **facts)


def _delivery(session: Session, row: Delivery, words: Words) -> Stage:
    channel = channels.get(session, row.channel)
    facts = {
        "delivery": row.id, "state": row.state, "channel": channel.id, "channel_kind": channel.kind, "tries": row.tries,
        "sent_at": row.sent_at, "due_at": row.due_at, "reason": row.reason, "reason_code": row.reason_code,
        "channel_state": channel.state,
    }  # fmt: skip
    to = f"by {'e-mail' if channel.kind == 'email' else channel.kind} to {channel.label}"
    answer = f": {row.reason}" if row.reason else ""
    match DeliveryState(row.state):
        case DeliveryState.SENT:
            return through(Step.DELIVERY, f"Sent {to} {words.at(row.sent_at)}.", **facts)
        case DeliveryState.DEAD:
            code = f" ({row.reason_code})" if row.reason_code else ""
            return stop(Step.DELIVERY, "dead", f"It could not be sent {to}{code}{answer}", **facts)
        case DeliveryState.SUPPRESSED:
            return stop(Step.DELIVERY, "suppressed", f"It was not sent {to}{answer}", **facts)
        case DeliveryState.UNCERTAIN:
            return stop(Step.DELIVERY, "uncertain", f"Whether it arrived {to} is not known{answer}", **facts)
    if row.tries:
        text = f"Sending {to} failed {row.tries} times{answer}. It is tried again {words.at(row.due_at)}."
        return stop(Step.DELIVERY, "retrying", text, **facts)
    return stop(Step.DELIVERY, "waiting", f"It waits to be sent {to}.", **facts)
