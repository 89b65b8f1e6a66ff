"""Channels: where alerts can go, their states and their log, and the form that adds one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import channel_acts
from services.errors import ConflictError, InvalidError, NotFoundError
from services.store import channels, deliveries, people
from services.web.forms import Filled, Form, Refused, onward, refused
from services.web.site import Ours, Reader, Site, frame, page
from services.web.typed import channel_form, told_again

routes = APIRouter(include_in_schema=False)

SHOWN = 200
LOGGED = 25
AFTER = (("0", "at once"), ("300", "5 minutes"), ("900", "15 minutes"), ("3600", "an hour"), ("21600", "6 hours"))
KINDS = (("email", "E-mail"), ("webhook", "Webhook"), ("chat", "Chat"))


@routes.get("/channels")
def list_all(request: Request, site: Ours, reader: Reader, team: str = "") -> Response:
    """List the channels of the reader and their teams; staff see everybody's. `team`: the form adds one to it."""
    return _page(request, site, reader, Form({"kind": ["email"], "team": [team]}))


@routes.post("/channels")
def add(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Add a channel; the secret of a webhook is shown this once."""
    try:
        target = channel_acts.checked_target(site.gate, form.text("kind"), form.text("target"))
        with site.store.write() as work:
            added = channel_acts.add_channel(
                work, site.vault, reader.name, person=own.named(reader, None, form.text("team") or None),
                target=target, confirmed=False, home=site.home,
                now=clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as error:
        told = refused(error)
        at = "target" if told.field in ("address", "url") else told.field
        shown = channel_form(form)
        problem = told_again(Refused(told.message, at, advice=told.advice), form, shown)
        return _page(request, site, reader, shown, problem=problem)
    if added.secret is None:
        return onward(f"/channels/{added.row.id}", "channel")
    return one_of(added.row.id, request, site, reader, secret=added.secret)


@routes.get("/channels/{id}")
def one(id: str, request: Request, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Show one channel and its log."""
    return one_of(id, request, site, reader)


@routes.post("/channels/{id}/verify")
def verify(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Send the message again that confirms a channel."""
    with site.store.write() as work:
        row = channels.get(work.session, id)
        own.check(reader, row.person, "channel", id)
        channel_acts.confirm_again(work, site.vault, reader.name, row, site.home, clock.now())
    return onward(f"/channels/{id}", "asked")


@routes.post("/channels/{id}")
def change(id: str, request: Request, site: Ours, reader: Reader, form: Filled) -> Response:  # noqa: A002  # as above
    """Test a channel, give it another secret, or say which one is used while it fails."""
    act, now = form.text("act"), clock.now()
    secret = None
    try:
        with site.store.write() as work:
            row = channels.get(work.session, id)
            own.check(reader, row.person, "channel", id)
            if act == "rotate":
                secret = channel_acts.rotate_secret(work, site.vault, reader.name, row, now)
            elif act == "test":
                channel_acts.try_channel(work, site.vault, reader.name, row, site.home, now)
            else:
                after = form.text("after")
                channel_acts.change_channel(
                    work, reader.name, row, fallback=form.text("fallback") or None,
                    after_s=int(after) if after in dict(AFTER) else None, now=now,
                )  # fmt: skip
    except (InvalidError, ConflictError, NotFoundError) as error:
        return one_of(id, request, site, reader, problem=refused(error))
    if secret is not None:
        return one_of(id, request, site, reader, secret=secret)
    return onward(f"/channels/{id}", "tested" if act == "test" else "saved")


def _page(request: Request, site: Site, reader: Caller, form: Form, *, problem: Refused | None = None) -> Response:
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = channels.page(session, person=own.person_of(reader), limit=SHOWN)
        owners = {row.person: people.called(people.get(session, row.person)) for row in rows}
        used = channels.used_by(session, [row.id for row in rows])
        team = form.text("team")
        owner = people.get(session, own.named(reader, None, team)) if team else None
        last = deliveries.last_sent(session, [row.id for row in rows])
    return page(
        "channels.html", status=422 if problem else 200, frame=around, rows=rows, owners=owners, used=used, last=last,
        me=reader.person, owner=owner, form=form, refused=problem, kinds=KINDS,
    )  # fmt: skip


def one_of(
    id_: str, request: Request, site: Site, reader: Caller, secret: str | None = None, problem: Refused | None = None
) -> Response:
    """Make the page of one channel; `secret` is shown this once."""
    with site.store.read() as session:
        around = frame(site, session, request)
        row = channels.get(session, id_)
        own.check(reader, row.person, "channel", id_)
        log = deliveries.page(session, channel=id_, limit=LOGGED)
        answers = {one.id: deliveries.attempts(session, one.id) for one in log}
        used = channels.used_by(session, [id_])[id_]
        others = [one for one in channels.page(session, person=row.person, limit=SHOWN) if one.id != id_]
    return page(
        "channel.html", status=422 if problem else 200, frame=around, row=row, log=log, answers=answers, used=used,
        shown_once=secret, others=others, after=AFTER, refused=problem, mine=row.person in own.mine(reader),
    )  # fmt: skip
