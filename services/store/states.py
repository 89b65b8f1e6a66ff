"""The states of rows, and the other choices that a column holds, by name."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    SUBSCRIBER = "subscriber"
    OPERATOR = "operator"
    ADMIN = "admin"


class SourceState(StrEnum):
    HEALTHY = "healthy"
    FAILING = "failing"
    PAUSED = "paused"
    GONE = "gone"


class Health(StrEnum):
    """How a source does, as people are shown it: its state, and what is known besides."""

    HEALTHY = "healthy"
    FAILING = "failing"
    QUIET = "quiet"
    MOVED = "moved"
    PAUSED = "paused"
    GONE = "gone"


class WebSubState(StrEnum):
    """Where a subscription at a hub stands. `asked`: the hub took the request and has yet to verify it."""

    WANTED = "wanted"
    ASKED = "asked"
    ACTIVE = "active"
    LEAVING = "leaving"
    LEFT = "left"
    DENIED = "denied"
    ENDED = "ended"


class ArticleState(StrEnum):
    NEW = "new"
    MATCHED = "matched"
    SET_ASIDE = "set_aside"


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    QUARANTINED = "quarantined"


class ChannelState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    FAILING = "failing"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    INFLIGHT = "inflight"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DEAD = "dead"
    SUPPRESSED = "suppressed"


class LinkState(StrEnum):
    """Where an alert stands with one channel. `told`: the channel heard of the story through another subscription."""

    OPEN = "open"
    TOLD = "told"
    SENT = "sent"
    DEAD = "dead"
    SUPPRESSED = "suppressed"


class Outcome(StrEnum):
    """How an attempt ended. Null while it runs."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    PERMANENT = "permanent"
    CONFIG = "config"
    UNCERTAIN = "uncertain"
    RELEASED = "released"


class FeedbackVerdict(StrEnum):
    """What a reader said of an alert."""

    RELEVANT = "relevant"
    WRONG_PLACE = "wrong_place"
    WRONG_SENSE = "wrong_sense"
    DUPLICATE = "duplicate"
