"""How states are shown: one word and one shape each; colour only where somebody must act."""

from __future__ import annotations

from dataclasses import dataclass

from services.store.states import ChannelState, DeliveryState, Health, LinkState, SubscriptionState


@dataclass(frozen=True, slots=True)
class Sign:
    """A state as it is shown. `tone` is empty, `warn`, `bad` or `live`."""

    word: str
    icon: str
    tone: str = ""


_SIGNS: dict[str, dict[str, Sign]] = {
    "subscription": {
        SubscriptionState.ACTIVE: Sign("Active", "tick"),
        SubscriptionState.PAUSED: Sign("Paused", "bars"),
        "muted": Sign("Muted", "muted"),
        SubscriptionState.QUARANTINED: Sign("In quarantine", "bad", "bad"),
    },
    "channel": {
        ChannelState.UNCONFIRMED: Sign("Not confirmed", "waiting", "warn"),
        ChannelState.ACTIVE: Sign("Works", "tick"),
        ChannelState.FAILING: Sign("Failing", "bad", "bad"),
        ChannelState.DISABLED: Sign("Disabled", "bad", "bad"),
    },
    "source": {
        Health.HEALTHY: Sign("Works", "tick"),
        Health.FAILING: Sign("Failing", "bad", "bad"),
        Health.QUIET: Sign("Gone quiet", "waiting", "warn"),
        Health.MOVED: Sign("Moved", "again"),
        Health.PAUSED: Sign("Paused", "bars"),
        Health.GONE: Sign("Gone", "cross", "bad"),
    },
    "delivery": {
        DeliveryState.PENDING: Sign("Waiting", "waiting"),
        DeliveryState.LEASED: Sign("Waiting", "waiting"),
        DeliveryState.INFLIGHT: Sign("Being sent", "listening", "live"),
        DeliveryState.UNCERTAIN: Sign("Uncertain, tried again", "again", "warn"),
        DeliveryState.SENT: Sign("Sent", "tick"),
        DeliveryState.DEAD: Sign("Dead", "cross", "bad"),
        DeliveryState.SUPPRESSED: Sign("Suppressed", "bars"),
    },
    "link": {
        LinkState.OPEN: Sign("Waiting", "waiting"),
        LinkState.TOLD: Sign("Told through another subscription", "tick"),
        LinkState.SENT: Sign("Sent", "tick"),
        LinkState.DEAD: Sign("Dead", "cross", "bad"),
        LinkState.SUPPRESSED: Sign("Suppressed", "bars"),
    },
}


def sign(state: str, noun: str) -> Sign:
    """Give the word and shape of a state of a `subscription`, `channel`, `source`, `delivery` or `link`."""
    return _SIGNS[noun].get(state) or Sign(state.replace("_", " ").capitalize(), "info")
