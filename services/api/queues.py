"""Queues: what waits at each stage, the same counts as `tocsin queues` and the first page."""

from __future__ import annotations

from services import clock
from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import Shown
from services.store import quarantine, queues

routes = router("queues")


class StageShown(Shown):
    """One stage. `last_hour` has what passed in each of twelve times of five minutes, the oldest first."""

    stage: str
    waiting: int
    oldest_s: float | None
    per_minute: float
    last_hour: list[int]
    failed_today: int
    workers: int


class BlockedShown(Shown):
    """A channel that holds up deliveries."""

    channel: str
    reason: str
    waiting: int


class QueuesShown(Shown):
    """Every stage in the order in which an article passes them, and what holds deliveries up."""

    items: list[StageShown]
    blocked: list[BlockedShown]
    dead_letters: int
    rules_quarantined: int
    rules_on_every_article: int


@routes.get("")
def list_all(here: Here) -> QueuesShown:
    """Count what waits, passes and fails at each stage."""
    now = clock.now()
    with here.store.read() as session:
        stages = queues.count(session, now)
        blocked = queues.blocked(session, now)
        dead = queues.dead_letters(session)
        held, anyway = quarantine.count(session), quarantine.count_anyway(session)
    return QueuesShown(
        items=[StageShown.model_validate(stage, from_attributes=True) for stage in stages],
        blocked=[BlockedShown(channel=label, reason=reason, waiting=waiting) for label, reason, waiting in blocked],
        dead_letters=dead,
        rules_quarantined=held,
        rules_on_every_article=anyway,
    )
