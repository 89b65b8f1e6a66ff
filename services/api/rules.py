"""Rules that need an operator: those in quarantine, those that broke their budget, those tried on every article."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query

from services import clock
from services.acts import rule_acts
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Page, Shown, page
from services.store import quarantine
from services.store.quarantine import Asked

routes = router("rules")


class RuleShown(Shown):
    """A rule: what equal queries of any number of people are to the engine.

    `fault`: failed, slow or ended (the process that tried it); `said`: what it did the last time, `took_ms` of a
    processor. `anyway`: why it is tried on every article. In quarantine since `quarantined_at` it is not evaluated.
    """

    id: str
    query: str | None
    subscriptions: int
    people: int
    breaches: int
    fault: str | None
    said: str | None
    took_ms: float | None
    article: str | None
    broke_at: datetime | None
    quarantined_at: datetime | None
    anyway: str | None


@routes.get("")
def list_all(
    here: Here, limit: Limit = 50, cursor: Cursor = None,
    quarantined: Annotated[bool | None, Query(description="only those in quarantine")] = None,
) -> Page[RuleShown]:  # fmt: skip
    """List the rules that broke their budget within a week or are tried on every article."""
    last = cursors.by_name("rules", cursor)
    with here.store.read() as session:
        rows = quarantine.page(session, after=last, limit=limit + 1, quarantined=quarantined)
    return page(rows, limit, _show, lambda row: cursors.name_cursor("rules", row.rule.rule_key))


@routes.post("/{id}/release")
def release(id: str, here: Here, who: Who) -> RuleShown:  # noqa: A002  # the name in the path
    """Let a rule run again, from the next article on, for everybody who asks for it."""
    with here.store.write() as work:
        return _show(rule_acts.release(work, who.name, id, clock.now()))


def _show(asked: Asked) -> RuleShown:
    rule = asked.rule
    return RuleShown(
        id=rule.rule_key, query=asked.query, subscriptions=asked.subscriptions, people=asked.people,
        breaches=rule.breaches, fault=rule.fault, said=rule.said, took_ms=rule.took_ms, article=rule.article,
        broke_at=rule.broke_at, quarantined_at=rule.quarantined_at, anyway=rule.anyway,
    )  # fmt: skip
