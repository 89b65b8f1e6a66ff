"""Subscriptions: the list with what each brought, and the form that adds or changes one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock, cursors
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import channel_acts, subscription_acts
from services.acts.channel_acts import NewChannel, Target
from services.acts.subscription_acts import SubscriptionChange
from services.errors import ConflictError, InvalidError
from services.store import brought, channels, people, subscriptions
from services.store.states import ChannelState, Role
from services.store.tables import Subscription
from services.store.work import Work
from services.web import changes
from services.web.channels import one_of as channel_page
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, Site, frame, page
from services.web.subscription_form import CADENCES, check, show
from services.web.subscription_form import Filled as Standing

routes = APIRouter(include_in_schema=False)

SHOWN = 100
UNCONFIRMED = ChannelState.UNCONFIRMED
_LIST = "subscriptions"
_SAID = {"pause": "paused", "start": "started", "mute": "muted", "hear": "heard", "snooze": "snoozed", "wake": "awake",
         "want": "kept"}  # fmt: skip
_HOURS = ("1", "4", "24", "72", "168")


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
    form = Form({"query": [query[:2500]], "cadence": ["instant"], "team": [team]})
    return show(request, site, reader, Standing(form))


@routes.post("/subscribe")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Add a subscription, with a channel of its own if one was typed; or show what is wrong beside what was typed."""
    try:
        check(form)
        target = _target(site, form)
        with site.store.write() as work:
            owner = own.named(reader, None, form.text("team") or None)
            if reader.role is Role.SUBSCRIBER:
                subscription_acts.check_quota(work.session, owner, site.most_subscriptions)
            made = _new_channel(work, site, reader, form, target) if target else None
            subscription_acts.add_subscription(
                work, site.packs.lookups, reader.name, person=owner,
                name=form.text("name") or form.text("query")[:80], query=form.text("query"),
                channel_ids=[*form.many("channel"), *([made.row.id] if made else [])],
                cadence=form.text("cadence") or "instant", urgent=form.ticked("urgent"),
                note=form.text("note")[:500] or None, now=clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        return show(request, site, reader, Standing(form, problem=_at_target(refused(error))))
    if made is not None and made.secret is not None:
        return channel_page(made.row.id, request, site, reader, secret=made.secret)
    return onward("/subscriptions", "unconfirmed" if made and made.row.state == UNCONFIRMED else "subscribed")


def _target(site: Site, form: Form) -> Target | None:
    """Check the channel that was typed into the form, which may look its host up."""
    return (
        channel_acts.checked_target(site.gate, form.text("kind"), form.text("target")) if form.text("target") else None
    )


def _new_channel(work: Work, site: Site, reader: Caller, form: Form, target: Target) -> NewChannel:
    confirmed = form.ticked("confirmed") and reader.is_admin
    return channel_acts.add_channel(
        work, site.vault, reader.name, person=own.named(reader, None, form.text("team") or None), target=target,
        confirmed=confirmed, home=site.home,
        now=clock.now(),
    )  # fmt: skip


def _at_target(problem: Refused) -> Refused:
    """Say a mistake in a channel's address at the one field for all kinds."""
    field = {"address": "target", "url": "target", "channels": "channel"}.get(problem.field, problem.field)
    return Refused(problem.message, field, problem.position, problem.advice)


@routes.get("/subscriptions/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader, query: str = "") -> Response:  # noqa: A002  # the name in the path
    """Show one subscription, and the form that changes it."""
    with site.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(reader, row.person, "subscription", id)
        chosen = subscriptions.channels_of(session, [id])[id]
    return show(request, site, reader, Standing(_kept(row, chosen, query[:2500]), row=row))


def _kept(row: Subscription, chosen: list[str], query: str = "") -> Form:
    kept = {"name": [row.name], "query": [query or row.query], "channel": chosen, "cadence": [row.cadence],
            "note": [row.note or ""], **({"urgent": ["1"]} if row.urgent else {})}  # fmt: skip
    return Form(kept)


@routes.post("/subscriptions/{id}")
def change(id: str, request: Request, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # as above
    """Save a subscription, or mute, snooze, pause it. Another query is first shown by what it gains and loses."""
    act = form.text("act")
    with site.store.read() as session:
        row = subscriptions.get(session, id)
        own.check(reader, row.person, "subscription", id)
        standing = _kept(row, subscriptions.channels_of(session, [id])[id]) if act not in ("", "edit") else form
    if act == "edit":
        return show(request, site, reader, Standing(form, row=row))
    try:
        if not act:
            check(form)
            if not form.ticked("seen") and changes.differs(site, row, form.text("query")):
                return changes.show(request, site, row, form)
        with site.store.write() as work:
            held = subscriptions.get(work.session, id)
            wanted = _wanted(form, clock.now(), people.get(work.session, held.person).timezone)
            subscription_acts.change_subscription(work, site.packs.lookups, reader.name, held, wanted, clock.now())
    except (InvalidError, ConflictError) as error:
        return show(request, site, reader, Standing(standing, problem=_at_target(refused(error)), row=row))
    return onward(f"/subscriptions/{id}", _SAID.get(act, "saved"))


def _wanted(form: Form, now: datetime, zone: str) -> SubscriptionChange:
    match form.text("act"):
        case "pause":
            return SubscriptionChange(state="paused")
        case "start":
            return SubscriptionChange(state="active")
        case "mute" | "hear" as act:
            return SubscriptionChange(muted=act == "mute")
        case "wake":
            return SubscriptionChange(awake=True)
        case "want":
            return SubscriptionChange(wanted=True)
        case "snooze":
            return SubscriptionChange(snoozed_until=_until(form, now, zone))
    return SubscriptionChange(
        name=form.text("name") or None, query=form.text("query"), channels=form.many("channel"),
        cadence=form.text("cadence") or None, urgent=form.ticked("urgent"), note=form.text("note")[:500],
    )  # fmt: skip


def _until(form: Form, now: datetime, zone: str) -> datetime:
    """Read until when a subscription is to sleep: in so many hours, or a local date and time."""
    if form.text("hours") in _HOURS:
        return now + timedelta(hours=int(form.text("hours")))
    try:
        return datetime.fromisoformat(form.text("until")).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        text = "Enter until when it is to sleep, such as 2026-11-30T08:00"
        raise InvalidError(text, field="/until") from None


def _labels(session: Session, chosen: dict[str, list[str]]) -> dict[str, list[str]]:
    labels = {id_: channels.get(session, id_).label for id_ in set().union(*chosen.values())}
    return {subscription: sorted(labels[id_] for id_ in ids) for subscription, ids in chosen.items()}
