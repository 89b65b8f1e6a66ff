"""Several sends are fenced and recorded at once as they would be one by one, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from services.store import claims, deliveries, sends
from services.store.sends import Ended, Ending, Fence
from services.store.states import ChannelState, DeliveryState, Outcome
from services.store.tables import Attempt, Channel, Delivery
from services.store.work import Store
from tests.builders import NOW, a_channel

LEASE = timedelta(seconds=60)
SENT = Ending(Outcome.ACCEPTED, DeliveryState.SENT, code="200")
LATER = Ending(Outcome.RETRY, DeliveryState.PENDING, code="503", detail="later", due_at=NOW + timedelta(minutes=1))
DEAD = Ending(Outcome.PERMANENT, DeliveryState.DEAD, code="404", detail="nobody", reason_code="http_404")


@pytest.fixture
def claimed(store: Store) -> list[Delivery]:
    """Twelve messages to as many channels, claimed by one worker."""
    with store.write() as work:
        for n in range(12):
            channel = a_channel(work.session, target=f"http://127.0.0.1:9/{n}")
            deliveries.put(work.session, channel=channel.id, dedupe_key="k", kind="new", story=None, now=NOW)
    with store.write() as work:
        return claims.claim(work.session, "w1", NOW, LEASE)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Note the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def fence(store: Store, rows: list[Delivery]) -> list[bool]:
    with store.write() as work:
        return sends.fence_all(work.session, [Fence(row, row.id, row.id.encode()) for row in rows], NOW)


def finish(store: Store, ended: list[tuple[Delivery, Ending]]) -> list[bool]:
    with store.write() as work:
        its = [Ended(row, ending, NOW + timedelta(seconds=1)) for row, ending in ended]
        return [one is not None for one in sends.finish_all(work.session, its)]


def rows(store: Store) -> dict[str, Delivery]:
    with store.read() as session:
        return {row.id: row for row in session.scalars(select(Delivery))}


def test_each_of_several_messages_is_in_flight_with_its_own_body(store: Store, claimed: list[Delivery]) -> None:
    assert fence(store, claimed) == [True] * 12
    for row in rows(store).values():
        assert (row.state, row.subject, row.body) == (DeliveryState.INFLIGHT, row.id, row.id.encode())


def test_those_that_may_not_be_sent_keep_no_other_from_it(store: Store, claimed: list[Delivery]) -> None:
    with store.write() as work:
        work.session.get_one(Channel, claimed[2].channel).state = ChannelState.DISABLED
        work.session.get_one(Delivery, claimed[5].id).lease_token = "another's"
        work.session.get_one(Delivery, claimed[7].id).lease_until = NOW
    assert fence(store, claimed) == [n not in (2, 5, 7) for n in range(12)]
    left = {row.id for row in rows(store).values() if row.state == DeliveryState.LEASED}
    assert left == {claimed[n].id for n in (2, 5, 7)}


def test_none_is_sent_when_all_have_passed_to_another(store: Store, claimed: list[Delivery]) -> None:
    others = [Delivery(**row.model_dump() | {"lease_token": "another's"}) for row in claimed]
    assert fence(store, others) == [False] * 12


def test_each_outcome_is_recorded_with_its_row_and_attempt(store: Store, claimed: list[Delivery]) -> None:
    fence(store, claimed)
    said = [SENT, LATER, DEAD] * 4
    answered = [replace(SENT, detail=f"queued as {n}") if one is SENT else one for n, one in enumerate(said)]
    assert finish(store, list(zip(claimed, answered, strict=True))) == [True] * 12
    its = rows(store)
    with store.read() as session:
        for row, ending in zip(claimed, answered, strict=True):
            now, attempt = its[row.id], session.get_one(Attempt, (row.id, 1))
            assert (now.state, now.reason_code, now.tries) == (ending.state, ending.reason_code, 1)
            assert (attempt.outcome, attempt.code, attempt.detail) == (ending.outcome, ending.code, ending.detail)
            assert now.reason == (None if ending.state is DeliveryState.SENT else ending.detail)
            assert now.due_at == (ending.due_at or row.due_at)
            assert (now.sent_at is not None) == (ending.state is DeliveryState.SENT)


def test_an_outcome_that_comes_too_late_counts_for_none_and_hides_none(store: Store, claimed: list[Delivery]) -> None:
    fence(store, claimed)
    assert finish(store, [(row, SENT) for row in claimed[:3]]) == [True] * 3
    assert finish(store, [(row, DEAD) for row in claimed[:6]]) == [False] * 3 + [True] * 3
    states = [rows(store)[row.id].state for row in claimed]
    assert states == [DeliveryState.SENT] * 3 + [DeliveryState.DEAD] * 3 + [DeliveryState.INFLIGHT] * 6


def test_twelve_messages_take_as_many_statements_as_one(store: Store, claimed: list[Delivery]) -> None:
    with statements(store) as one:
        fence(store, claimed[:1])
        finish(store, [(claimed[0], SENT)])
    with statements(store) as many:
        fence(store, claimed[1:])
        finish(store, [(row, SENT) for row in claimed[1:]])
    assert len(many) == len(one)
