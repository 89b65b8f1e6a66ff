"""Deliveries: messages on their way, sent, or dead with a reason; each with every try; a dead one can be sent again."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock, cursors
from services.accounts import own
from services.acts import delivery_acts
from services.store import alerts, channels, deliveries, replays, stories
from services.store.replays import Wanted
from services.store.states import DeliveryState
from services.store.tables import Delivery
from services.web.forms import Filled, onward
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 50
EXAMPLES = 10
_LIST = "deliveries"
_TABS = (
    ("Waiting", DeliveryState.PENDING), ("Sent", DeliveryState.SENT), ("Dead", DeliveryState.DEAD),
    ("Uncertain", DeliveryState.UNCERTAIN), ("Suppressed", DeliveryState.SUPPRESSED),
)  # fmt: skip


@routes.get("/deliveries")
def list_all(
    request: Request, site: Ours, reader: Reader, state: DeliveryState | None = None, channel: str = "",
    reason: str = "", cursor: Cursor = None,
) -> Response:  # fmt: skip
    """List deliveries by state and channel; subscribers see those to their own channels."""
    before, mine = cursors.by_time(_LIST, cursor), own.person_of(reader)
    with site.store.read() as session:
        around = frame(site, session, request)
        if channel:
            own.check(reader, channels.get(session, channel).person, "channel", channel)
        rows = deliveries.page(
            session, state=state, channel=channel or None, person=mine, before=before, limit=SHOWN + 1,
            reason_code=reason or None,
        )  # fmt: skip
        labels = {row.channel: channels.get(session, row.channel).label for row in rows}
        titles = _titles(session, rows)
        counts = deliveries.counts(session, mine)
        groups = replays.groups(session, mine) if state is DeliveryState.DEAD else []
        labels |= {id_: channels.get(session, id_).label for id_, _, _ in groups}
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    older = last and address(
        "/deliveries",
        state=state,
        channel=channel,
        reason=reason,
        cursor=cursors.time_cursor(_LIST, last.created_at, last.id),
    )
    tabs = [
        (name, one.value, counts.get(one, 0), address("/deliveries", state=one, channel=channel)) for name, one in _TABS
    ]
    return page(
        "deliveries.html", frame=around, rows=rows[:SHOWN], titles=titles, labels=labels, tabs=tabs, state=state,
        channel=channel,
        older=older, all=sum(counts.values()), groups=groups, reason=reason, dead=counts.get(DeliveryState.DEAD, 0),
    )  # fmt: skip


@routes.get("/replays")
def ask(request: Request, site: Ours, channel: str = "", reason: str = "") -> Response:
    """Say how many dead letters a filter names, to whom they would go, and what the last tries answered."""
    wanted = Wanted(channel or None, reason or None)
    with site.store.read() as session:
        around = frame(site, session, request)
        label = channels.get(session, channel).label if channel else ""
        total, can_go = replays.count(session, wanted)
        rows = deliveries.page(
            session, state=DeliveryState.DEAD, channel=wanted.channel, reason_code=wanted.reason_code, limit=EXAMPLES
        )
        labels = {row.channel: channels.get(session, row.channel).label for row in rows}
        titles = _titles(session, rows)
    return page(
        "replay.html", frame=around, channel=channel, reason=reason, label=label, total=total, can_go=can_go,
        rows=rows, titles=titles, labels=labels, words=wanted.words(),
    )  # fmt: skip


@routes.post("/replays")
def replay_all(site: Ours, reader: Reader, form: Filled) -> Response:
    """Send again all dead letters that a filter names, under their ids."""
    wanted = Wanted(form.text("channel") or None, form.text("reason") or None)
    with site.store.write() as work:
        delivery_acts.replay_all(work, reader.name, wanted, clock.now())
    return onward("/deliveries", "replayed", state="pending")


@routes.get("/deliveries/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Show one delivery: what it tells, every try and its answer."""
    with site.store.read() as session:
        around = frame(site, session, request)
        row = deliveries.get(session, id)
        channel = channels.get(session, row.channel)
        own.check(reader, channel.person, "delivery", id)
        tries = deliveries.attempts(session, id)
        told = [(alert, subscription, article) for alert, subscription, article, _ in alerts.of_delivery(session, id)]
        titles = _titles(session, [row])
    return page("delivery.html", frame=around, row=row, titles=titles, channel=channel, tries=tries, told=told)


@routes.post("/deliveries/{id}/replay")
def replay(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Send a dead delivery again, under the same id."""
    with site.store.write() as work:
        delivery_acts.replay(work, reader.name, id, clock.now())
    return onward(f"/deliveries/{id}", "replayed")


def _titles(session: Session, rows: Sequence[Delivery]) -> dict[str, str]:
    """Give what each delivery is called: its subject, else the headline of its story, else its kind."""
    known = stories.by_ids(session, [row.story for row in rows if row.story])
    found = {}
    for row in rows:
        story = known.get(row.story or "")
        found[row.id] = row.subject or (story.title if story else None) or row.kind.partition(":")[0].capitalize()
    return found
