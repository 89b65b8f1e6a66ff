"""The stages of an article's way to one subscription, in order, and where it stopped. Values only.

    source        is its source watched?            unknown_source
    seen          did Tocsin see the article?       never_seen
    read          could it be read, is it done?     waiting, poisonous
    age           was it new when it was seen?      old
    story         was its story told already?       copy
    subscription  was it there, and active?         later, changed, paused, quarantined, no_alert
    query         did the query hold?               false_clause, place, uncounted
    settings      do these let it through?          muted, story_muted, quiet_hours, snoozed, digest, flood, grouped,
                                                    told_through, no_channel
    delivery      what became of the message?       waiting, retrying, uncertain, dead, suppressed

A line that stops nowhere has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Facts = Mapping[str, Any]  # Any: JSON, and times


class Step(StrEnum):
    """A stage of the way."""

    SOURCE = "source"
    SEEN = "seen"
    READ = "read"
    AGE = "age"
    STORY = "story"
    SUBSCRIPTION = "subscription"
    QUERY = "query"
    SETTINGS = "settings"
    DELIVERY = "delivery"


PASSES = {
    "source": "the source is watched", "seen": "the article was seen", "read": "it was read", "age": "it was new",
    "story": "its story", "subscription": "the subscription", "query": "the query", "settings": "your settings",
    "delivery": "delivery",
}  # fmt: skip
"""What each stage is called where the article came through or did not come that far."""
STOPS = {
    "source": "the source is not watched", "seen": "the article was never seen", "read": "it was not read",
    "age": "it was set aside as old", "story": "it is a copy", "subscription": "the subscription did not take part",
    "query": "the query did not hold", "settings": "your settings held it", "delivery": "it was not delivered",
}  # fmt: skip
"""What a stage is called where the article stopped."""


class Passed(StrEnum):
    """How the article came through a stage."""

    PASSED = "passed"
    STOPPED = "stopped"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how the article came through it, why in one word and in a sentence, and what is known about it."""

    step: Step
    passed: Passed
    because: str = ""
    text: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """All stages for one subscription; `subscription` is empty where nobody's is asked about."""

    stages: Sequence[Stage]
    subscription: str = ""
    name: str = ""
    query: str = ""
    person: str = ""

    @property
    def stopped(self) -> Stage | None:
        """The stage that stopped the article."""
        return next((stage for stage in self.stages if stage.passed is Passed.STOPPED), None)

    @property
    def got(self) -> bool:
        """Whether the article arrived."""
        return bool(self.subscription) and all(stage.passed is Passed.PASSED for stage in self.stages)


def through(step: Step, text: str, **facts: object) -> Stage:
    """Make a stage that the article passed."""
    return Stage(step, Passed.PASSED, "", text, facts)


def stop(step: Step, because: str, text: str, **facts: object) -> Stage:
    """Make the stage that stopped the article."""
    return Stage(step, Passed.STOPPED, because, text, facts)


def whole(stages: Sequence[Stage], last: Step = Step.DELIVERY) -> list[Stage]:
    """Complete a line up to its last stage: what comes after the stop was not reached."""
    steps = list(Step)
    missing = steps[len(stages) : steps.index(last) + 1]
    return [*stages, *(Stage(step, Passed.UNREACHED) for step in missing)]
