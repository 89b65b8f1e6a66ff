"""One delivery on its way: rendered once, fenced, sent, its answer recorded.

transaction 1: read what the rows say, for all that were claimed; render (a retry sends the bytes of the first try)
transaction 2: mark in flight, with the body     called by the sender right before the point of no return
the call
transaction 3: record the answer
The last two are written together with those of other threads, all in as many statements as one (`store.gathering`).
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services import facts
from services.alerts.retry import Again, Dead, is_hard_bounce, next_try
from services.channels.outgoing import Outgoing, SendError
from services.crashpoints import crashpoint
from services.errors import OutsideError, TocsinError
from services.facts import Facts
from services.identity import sha256
from services.reader_links import ReaderLinks
from services.store import channels
from services.store.sends import Ended, Ending, Fence
from services.store.states import DeliveryState, Outcome
from services.store.tables import Delivery
from services.store.work import Store
from services.teller import Answer, Teller

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message and where it goes; address and secret in clear, for the moment of the send."""

    kind: str
    target: str
    secret: str | None
    outgoing: Outgoing
    leave: str | None = None


class FencedError(TocsinError):
    """The delivery is no longer ours to send."""


def prepare(store: Store, rows: Sequence[Delivery], teller: Teller) -> Facts:
    """Read what claimed deliveries tell and where they go."""
    with store.look() as session:
        return facts.gather(session, rows, teller.listening, teller.clock())


def send(store: Store, row: Delivery, known: Facts, teller: Teller) -> None:
    """Send one claimed delivery and record what came of it."""
    if teller.post.stopping():
        return  # given back when the process leaves
    try:
        parcel = _parcel(row, known, teller)
    except OutsideError:
        raise  # the lease runs out and the delivery is found again
    except Exception as error:  # noqa: BLE001  # one message that cannot be written must not stop the others
        log.error("message cannot be rendered", delivery=row.id, error=f"{type(error).__name__}: {error}")
        dead = Ending(Outcome.PERMANENT, DeliveryState.DEAD, detail=str(error)[:500], reason_code=Dead.RENDER_ERROR)
        _end(store, Answer(Ended(row, dead, teller.clock())), teller)
        return
    if parcel is None:
        nothing = Ending(Outcome.RELEASED, DeliveryState.SUPPRESSED, detail="nothing is left to tell", counts=False)
        _end(store, Answer(Ended(row, nothing, teller.clock())), teller)
        return
    crashpoint("C14")
    _hand_over(store, row, parcel, teller)


def _hand_over(store: Store, row: Delivery, parcel: Parcel, teller: Teller) -> None:
    try:
        accepted = teller.post.send(
            parcel.kind, parcel.target, parcel.secret, parcel.outgoing, teller.clock(),
            lambda: _fence(store, row, parcel, teller),
        )  # fmt: skip
    except FencedError:
        log.info("delivery is no longer ours", delivery=row.id)
        return
    except SendError as error:
        crashpoint("C19")
        _failed(store, row, parcel.kind, error, teller)
        return
    crashpoint("C17")
    sent = Ending(
        Outcome.ACCEPTED,
        DeliveryState.SENT,
        code=accepted.code,
        detail=accepted.detail,
        provider_id=accepted.provider_id,
    )
    _end(store, Answer(Ended(row, sent, teller.clock()), breaks=True), teller)
    crashpoint("C18")


def _parcel(row: Delivery, known: Facts, teller: Teller) -> Parcel | None:
    if row.id in known.emptied:
        return None  # its reader left after it was written
    way = known.way(row)
    target, secret = channels.opened(teller.vault, way)
    secret = channels.secrets_at(secret, way.old_secret_until, teller.clock())
    subject, body, leave = row.subject or "", row.body, None
    if body is None:
        now = teller.clock()
        said = known.said(row, now, ReaderLinks(teller.base_url, teller.vault).of)
        if said is None:
            return None
        leave = secrets.token_urlsafe(24) if way.kind == "email" else None
        foot = known.foot(row, unsubscribe=leave and f"{teller.base_url}/u/{leave}", base_url=teller.base_url)
        thread = known.threads.get(row.id, ())
        subject, body = teller.post.render(way.kind, target, row.id, said, foot, thread=thread, now=now)
    back = teller.post.return_path(row.id, teller.vault.mark) if way.kind == "email" else ""
    return Parcel(way.kind, target, secret, Outgoing(row.id, subject, body, row.attempt_no, back), leave)


def _fence(store: Store, row: Delivery, parcel: Parcel, teller: Teller) -> None:
    leave = None if parcel.leave is None else sha256(parcel.leave)
    if not store.write_alike(teller.fence, Fence(row, parcel.outgoing.subject, parcel.outgoing.body, leave)):
        raise FencedError("the lease is over, or the delivery was suppressed")
    crashpoint("C15")


def _failed(store: Store, row: Delivery, kind: str, error: SendError, teller: Teller) -> None:
    tries, now, delays_s = row.tries + 1, teller.clock(), teller.post.delays_s(kind)
    # Jitter spreads load; it guards nothing.
    then = next_try(error.outcome, error.code, tries, delays_s, random.random(), error.retry_after_s)  # noqa: S311
    outcome = Outcome(error.outcome.value)
    if isinstance(then, Again):
        waits = DeliveryState.UNCERTAIN if outcome is Outcome.UNCERTAIN else DeliveryState.PENDING
        due = now + timedelta(seconds=then.after_s)
        ending = Ending(outcome, waits, code=error.code, detail=error.detail, due_at=due)
        hold = due if then.whole_channel else None
    else:
        ending = Ending(outcome, DeliveryState.DEAD, code=error.code, detail=error.detail, reason_code=then)
        hold = None
    log.warning("delivery failed", delivery=row.id, outcome=outcome.value, code=error.code, state=ending.state.value)
    bounced = is_hard_bounce(error.code, error.detail)
    _end(store, Answer(Ended(row, ending, now), breaks=True, hold=hold, hard_bounce=bounced), teller)


def _end(store: Store, answer: Answer, teller: Teller) -> None:
    if not _recorded(store, answer, teller):
        ended = answer.ended
        log.info("the outcome came too late", delivery=ended.row.id, outcome=ended.ending.outcome.value)


AGAIN_S = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
"""Pauses between tries to record an answer: longer than a database takes to start again."""


def _recorded(store: Store, answer: Answer, teller: Teller) -> bool:
    """Record an answer, again and again while the database does not answer.

    Without it a message that was taken would stay in flight until the hard limit and then be sent once more. Twice is
    the same as once: the second finds the row ended.
    """
    for pause_s in AGAIN_S:
        try:
            return bool(store.write_alike(teller.record, answer))
        except OutsideError as error:
            log.warning("an answer cannot be recorded yet", error=error.message)
            time.sleep(pause_s)
    return bool(store.write_alike(teller.record, answer))
