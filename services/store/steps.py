"""The steps of an article's way that a transaction wrote down, for traces; kept only where somebody traces.

A step is noted beside the write that it stands for and leaves with the commit, so that a trace never says what the rows
do not. Of what is written twice in one transaction, as after a part of it was rolled back, the last counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.store.states import Outcome
from services.store.tables import Alert, Article, Delivery, DeliveryAlert

STEPS, CAME = "steps", "came"  # names in `session.info`; without the first nothing is noted
MOST = 50  # articles of one message whose traces show its sending

PUSH, FETCH, HUB = "push", "fetch", "hub"  # how an article came
PAGE, INGEST, MATCH, DECIDE, DELIVER = "page", "ingest", "match", "decide", "deliver"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one article. It ended with its commit.

    It began at `began` or, where that is not known, when the lease was taken that lasts until `leased_until`.
    """

    article: str
    name: str
    began: datetime | None = None
    leased_until: datetime | None = None
    failed: str = ""
    said: Mapping[str, str | int] = field(default_factory=dict)


def came(session: Session, how: str, began: datetime) -> None:
    """Say how and since when the articles come that are put in next."""
    session.info[CAME] = (how, began)


def put(session: Session, row: Article, now: datetime) -> None:
    """Note that an article was taken in."""
    how, began = session.info.get(CAME, (PUSH, now))
    _note(session, Step(row.id, how, began, said={"source": row.source, "revision": row.revision}))


def recorded(session: Session, row: Article, values: Mapping[str, object]) -> None:
    """Note that a stage is done with an article, or failed with it."""
    if STEPS not in session.info:
        return
    name = INGEST if row.read_at is None else MATCH
    reason = values.get("reason")
    failed = str(reason).removeprefix("poison: ").partition(":")[0] if "trace" in values else ""
    said = {key: str(values[key]) for key in ("story", "state", "language") if values.get(key) is not None}
    if failed:
        session.info[STEPS].pop((row.id, DECIDE, ""), None)
    _note(session, Step(row.id, name, leased_until=row.lease_until, failed=failed, said=said))


def decided(session: Session, article: str, began: datetime, subscriptions: int) -> None:
    """Note that it was decided who hears of an article, or the next of very many."""
    _note(session, Step(article, DECIDE, began, said={"subscriptions": subscriptions}))


def fetched(session: Session, article: str, began: datetime, failed: str) -> None:
    """Note that an article's page was fetched, or could not be."""
    _note(session, Step(article, PAGE, began, failed=failed))


def attempted(session: Session, row: Delivery, outcome: str, state: str, code: str) -> None:
    """Note an attempt of a delivery in the traces of the articles that it tells."""
    if STEPS not in session.info:
        return
    same = col(DeliveryAlert.alert) == col(Alert.id)
    told = select(col(Alert.article)).join(DeliveryAlert, same).where(col(DeliveryAlert.delivery) == row.id)
    said: dict[str, str | int] = {
        "delivery": row.id, "channel": row.via or row.channel, "attempt": row.attempt_no, "state": state, "code": code,
    }  # fmt: skip
    failed = "" if outcome in (Outcome.ACCEPTED, Outcome.RELEASED) else outcome
    for article in session.scalars(told.distinct().limit(MOST)):
        _note(session, Step(article, DELIVER, leased_until=row.lease_until, failed=failed, said=said))


def taken(session: Session) -> Sequence[Step]:
    """Give what was noted."""
    return list(session.info.get(STEPS, {}).values())


def _note(session: Session, step: Step) -> None:
    noted = session.info.get(STEPS)
    if noted is not None:
        noted[step.article, step.name, step.said.get("delivery", "")] = step
