"""The page that adds or changes a subscription: builder and text, what it would have caught, where it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import subscription_acts
from services.errors import InvalidError
from services.previews.briefs import titles_of
from services.previews.preview import preview as preview_of
from services.previews.preview import span_of
from services.previews.turns import turn
from services.queries.caret import draw
from services.queries.mistake import QueryError
from services.queries.sentence import sentence
from services.store import alerts, bundles, channels, people
from services.store.states import Role
from services.store.tables import Subscription
from services.web import editor
from services.web.briefs import briefs_of
from services.web.forms import Form, Refused, refused
from services.web.site import Site, frame, page
from services.web.typed import channel_form, told_again

DAYS = 30
SHOWN_STORIES = 5
CADENCES = (
    ("instant", "At once"), ("hourly", "Every hour"), ("daily", "Every day"), ("weekly", "Every week"),
)  # fmt: skip
KINDS = (("email", "E-mail"), ("webhook", "Webhook"), ("chat", "Chat"))
_PATH = re.compile(r"/subscribe|/subscriptions/[0-9a-f]{1,40}")
_MOST_NAMES = 300


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it is shown: what stands in it, what is wrong with it, the builder, the preview under it."""

    form: Form
    problem: Refused | None = None
    builder: editor.Shown | None = None
    preview: dict[str, Any] | None = None  # Any: what the template shows
    row: Subscription | None = None
    folded: bool = False
    """Whether the results come first and the query is folded away above them, as after the first question."""


def show(request: Request, site: Site, reader: Caller, filled: Filled) -> Response:
    """Make the page."""
    form, row = channel_form(filled.form), filled.row
    problem = filled.problem and told_again(filled.problem, filled.form, form)
    anew = form.text("target") != filled.form.text("target")
    with site.store.read() as session:
        around = frame(site, session, request)
        owner = people.get(session, row.person if row else own.named(reader, None, form.text("team") or None))
        mine = channels.page(session, person=owner.id, limit=200)
        told = briefs_of(session, alerts.page(session, subscription=row.id, limit=5)) if row else []
        names = source_names(site)
    return page(
        "subscription.html", status=422 if problem else 200, frame=around, form=form, refused=problem, anew=anew,
        row=row, channels=mine, told=told, cadences=CADENCES, owner=owner, kinds=KINDS, source_names=names,
        checked=read(site, form.text("query")), at=f"/subscriptions/{row.id}" if row else "/subscribe",
        preview=filled.preview, folded=filled.folded, topics=topics_of(site), admin=reader.role is Role.ADMIN,
        builder=filled.builder or editor.show(form.text("query"), site.packs.lookups),
    )  # fmt: skip


def topics_of(site: Site) -> list[Any]:  # Any: packs, for the template
    """Give all topics by their titles."""
    return sorted(site.packs.packs.values(), key=lambda pack: pack.title)


def source_names(site: Site) -> list[str]:
    """Give the names that are proposed for `source:`; of very many only some."""
    with site.store.read() as session:
        return sorted(set(bundles.source_names(session).values()))[:_MOST_NAMES]


def path_of(form: Form) -> str:
    """Give the page that a part of the form belongs to."""
    return form.text("at") if _PATH.fullmatch(form.text("at")) else "/subscribe"


def read(site: Site, query: str) -> dict[str, Any]:  # Any: what the template shows
    """Read a query as the engine does: its canonical form and notes, or the mistake with its caret."""
    shown: dict[str, Any] = {"query": "", "notes": [], "refused": None, "caret": "", "readings": ()}
    if not query:
        return shown
    try:
        parsed = subscription_acts.check_query(query, site.packs.lookups)
    except QueryError as error:
        caret = draw(query, error.position or 1, error.length)
        return shown | {"refused": refused(error), "caret": caret, "readings": error.readings}
    notes = [str(note) for note in parsed.notes]
    return shown | {"query": parsed.text, "sentence": sentence(parsed.tree), "notes": notes}


def looked_back(site: Site, reader: Caller, query: str) -> dict[str, Any]:  # Any: what the template shows
    """Say what a query would have caught in the last days."""
    packs = site.packs
    parsed = subscription_acts.check_query(query, packs.lookups)
    with turn(), site.store.read() as session:
        zone, now = people.get(session, reader.person).timezone, clock.now()
        found = preview_of(session, packs.trees, parsed, span_of(DAYS, now, zone), SHOWN_STORIES)
        most = max((day.stories for day in found.days), default=0)
        return {"found": found, "days": DAYS, "most": most, "titles": titles_of(found), "zone": zone, "now": now}


def check(form: Form) -> None:
    """Refuse a form that does not say where alerts go, or has too long a name."""
    if not form.many("channel") and not form.text("target"):
        raise InvalidError("Choose where alerts should go", field="/channel")
    if len(form.text("name")) > 120:
        raise InvalidError("The name is too long. 120 characters is the most", field="/name")
