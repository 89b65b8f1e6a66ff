"""Subscriptions: the list with what each brought, and the form that adds or changes one."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock, cursors
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import subscription_acts
from services.acts.subscription_acts import SubscriptionChange
from services.errors import ConflictError, InvalidError
from services.previews.briefs import titles_of
from services.previews.preview import preview as preview_of
from services.previews.preview import span_of
from services.previews.turns import turn
from services.queries.caret import draw
from services.queries.mistake import QueryError
from services.store import alerts, brought, channels, people, subscriptions
from services.store.tables import Subscription
from services.web.briefs import briefs_of
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, Site, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 100
DAYS = 30
SHOWN_STORIES = 5
CADENCES = (
    ("instant", "At once"), ("hourly", "Every hour"), ("daily", "Every day"), ("weekly", "Every week"),
)  # fmt: skip
_LIST = "subscriptions"
_PATH = re.compile(r"/subscribe|/subscriptions/[0-9a-f]{1,40}")


@routes.get("/subscriptions")
def list_all(request: Request, site: Ours, reader: Reader, cursor: Cursor = None) -> Response:
    """List the reader's subscriptions with what they brought in 30 days; staff see everybody's."""
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = subscriptions.page(
            session, person=own.person_of(reader), after=cursors.by_name(_LIST, cursor), limit=SHOWN + 1
        )
        ids = [row.id for row in rows[:SHOWN]]
        goes = _labels(session, subscriptions.channels_of(session, ids))
        counts = brought.brought(session, ids, around.now)
        owners = {row.person: people.called(people.get(session, row.person)) for row in rows}
    older = address("/subscriptions", cursor=cursors.name_cursor(_LIST, ids[-1])) if len(rows) > SHOWN else None
    return page(
        "subscriptions.html", frame=around, rows=rows[:SHOWN], goes=goes, counts=counts, owners=owners,
        cadences=dict(CADENCES), me=reader.person, older=older,
    )  # fmt: skip


@routes.get("/subscribe")
def new(request: Request, site: Ours, reader: Reader, query: str = "", team: str = "") -> Response:
    """Show the form that adds a subscription: of the reader, or of a team of theirs."""
    return _form(request, site, reader, Form({"query": [query[:2500]], "cadence": ["instant"], "team": [team]}))


@routes.post("/subscribe")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Add a subscription, or show what is wrong with it beside what was typed."""
    try:
        _check(form)
        with site.store.write() as work:
            subscription_acts.add_subscription(
                work, site.packs.lookups, reader.name, person=own.named(reader, None, form.text("team") or None),
                name=form.text("name") or form.text("query")[:80], query=form.text("query"),
                channel_ids=form.many("channel"), cadence=form.text("cadence") or "instant",
                urgent=form.ticked("urgent"), now=clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        return _form(request, site, reader, form, problem=refused(error))
    return onward("/subscriptions", "subscribed")


@routes.get("/subscriptions/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader, query: str = "") -> Response:  # noqa: A002  # the name in the path
    """Show one subscription, and the form that changes it."""
    with site.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(reader, row.person, "subscription", id)
        chosen = subscriptions.channels_of(session, [id])[id]
    kept = {"name": [row.name], "query": [query[:2500] or row.query], "channel": chosen, "cadence": [row.cadence]}
    return _form(request, site, reader, Form(kept), row=row)


@routes.post("/subscriptions/{id}")
def change(id: str, request: Request, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # as above
    """Save a subscription, pause it or start it again."""
    act = form.text("act")
    with site.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(reader, row.person, "subscription", id)
    try:
        if not act:
            _check(form)
        with site.store.write() as work:
            row = subscriptions.get(work.session, id)
            own.check(reader, row.person, "subscription", id)
            subscription_acts.change_subscription(
                work, site.packs.lookups, reader.name, row, _wanted(form), clock.now()
            )
    except (InvalidError, ConflictError) as error:
        return _form(request, site, reader, form, problem=refused(error), row=row)
    return onward(f"/subscriptions/{id}", {"pause": "paused", "start": "started"}.get(act, "saved"))


def _wanted(form: Form) -> SubscriptionChange:
    match form.text("act"):
        case "pause":
            return SubscriptionChange(state="paused")
        case "start":
            return SubscriptionChange(state="active")
    return SubscriptionChange(
        name=form.text("name") or None, query=form.text("query"), channels=form.many("channel"),
        cadence=form.text("cadence") or None,
    )  # fmt: skip


def _check(form: Form) -> None:
    if not form.many("channel"):
        raise InvalidError("Choose where alerts should go", field="/channel")
    if len(form.text("name")) > 120:
        raise InvalidError("The name is too long. 120 characters is the most", field="/name")


@routes.post("/check")
def check(site: Ours, form: Filled) -> Response:
    """Say how a query is read, for the place under the editor: replaced as somebody types."""
    at = form.text("at") if _PATH.fullmatch(form.text("at")) else "/subscribe"
    return page("checked.html", checked=read(site, form.text("query")), at=at)


def read(site: Site, query: str) -> dict[str, Any]:  # Any: what the template shows
    """Read a query as the engine does: its canonical form and notes, or the mistake with its caret."""
    if not query:
        return {"query": "", "notes": [], "refused": None, "caret": "", "readings": ()}
    try:
        parsed = subscription_acts.check_query(query, site.packs.lookups)
    except QueryError as error:
        caret = draw(query, error.position or 1, error.length)
        return {"query": "", "notes": [], "refused": refused(error), "caret": caret, "readings": error.readings}
    return {
        "query": parsed.text,
        "notes": [str(note) for note in parsed.notes],
        "refused": None,
        "caret": "",
        "readings": (),
    }


def _form(
    request: Request, site: Site, reader: Caller, form: Form, *, problem: Refused | None = None,
    row: Subscription | None = None, shown: dict[str, Any] | None = None,  # Any: what the template shows
) -> Response:  # fmt: skip
    with site.store.read() as session:
        around = frame(site, session, request)
        whose = row.person if row else own.named(reader, None, form.text("team") or None)
        mine = channels.page(session, person=whose, limit=200)
        told = briefs_of(session, alerts.page(session, subscription=row.id, limit=5)) if row else []
        owner = people.get(session, whose)
    return page(
        "subscription.html", status=422 if problem else 200, frame=around, form=form, refused=problem, row=row,
        channels=mine, told=told, cadences=CADENCES, owner=owner, checked=read(site, form.text("query")),
        at=f"/subscriptions/{row.id}" if row else "/subscribe", preview=shown,
        topics=sorted(site.packs.packs.values(), key=lambda pack: pack.title),
    )  # fmt: skip


@routes.post("/preview")
def preview(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Show what a query would have caught in the last 30 days, under the form; without scripts as a whole page."""
    checked = read(site, form.text("query"))
    shown = _looked_back(site, reader, form.text("query")) if checked["query"] else None
    if request.headers.get("hx-request"):
        return page("preview.html", preview=shown, checked=checked)
    id_ = form.text("at").removeprefix("/subscriptions/")
    with site.store.read() as session:
        row = subscriptions.get(session, id_) if id_ != form.text("at") else None
        if row is not None:
            own.check(reader, row.person, "subscription", id_)
    return _form(request, site, reader, form, row=row, shown=shown)


def _looked_back(site: Site, reader: Caller, query: str) -> dict[str, Any]:  # Any: what the template shows
    packs = site.packs
    parsed = subscription_acts.check_query(query, packs.lookups)
    with turn(), site.store.read() as session:
        zone, now = people.get(session, reader.person).timezone, clock.now()
        found = preview_of(session, packs.trees, parsed, span_of(DAYS, now, zone), SHOWN_STORIES)
        most = max((day.stories for day in found.days), default=0)
        return {"found": found, "days": DAYS, "most": most, "titles": titles_of(found), "zone": zone, "now": now}


def _labels(session: Session, chosen: dict[str, list[str]]) -> dict[str, list[str]]:
    labels = {id_: channels.get(session, id_).label for id_ in set().union(*chosen.values())}
    return {subscription: sorted(labels[id_] for id_ in ids) for subscription, ids in chosen.items()}
