"""The first minute: what do you want to hear of, and where? Answered by what it would have caught; nothing is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.errors import InvalidError
from services.previews.ask import ask
from services.previews.preview import fresh
from services.previews.turns import turn
from services.queries import building
from services.queries.building import UnclearPlaceError
from services.queries.canonical import to_text
from services.queries.mistake import QueryError
from services.queries.parser import parse
from services.queries.tree import PlaceKind, Topic, both
from services.store import bundles, subscriptions
from services.store.states import Role
from services.topics.packs import Pack
from services.web.forms import Form, Refused
from services.web.site import Ours, Reader, Site, frame, page
from services.web.subscription_form import DAYS, Filled, looked_back, read, show, topics_of

routes = APIRouter(include_in_schema=False)

FIRST_PACKS = 3
_Text = Annotated[str, Query(max_length=2500)]


@routes.get("/start")
def start(
    request: Request, site: Ours, reader: Reader, query: _Text = "", pack: _Text = "", place: _Text = "", see: str = ""
) -> Response:
    """Ask for words or a topic, and for a place; with an answer, show what it would have caught."""
    query, place = " ".join(query.split()), " ".join(place.split())
    pack = see if see in site.packs.packs else pack  # the button of a topic names it
    if not see:
        return _page(request, site, reader, Form({"query": [query], "pack": [pack], "place": [place]}))
    form = Form({"query": [query], "pack": [pack], "place": [place]})
    checked = read(site, query)
    if checked["refused"] is not None or not (query or pack in site.packs.packs):
        return _page(request, site, reader, form, checked=checked if query else None, problem=_why_not(checked, query))
    try:
        text = asked(site, query, pack, place)
    except UnclearPlaceError as error:
        return _page(request, site, reader, form, problem=Refused(error.message, "place"), names=error.names)
    except (QueryError, InvalidError) as error:
        return _page(request, site, reader, form, problem=Refused(error.message, "query"))
    name = ", ".join(part for part in (_title(site, query, pack), place) if part)[:120]
    kept = {"query": [text], "cadence": ["instant"], "name": [name], "confirmed": ["1"]}
    return show(request, site, reader, Filled(Form(kept), preview=looked_back(site, reader, text), folded=True))


def asked(site: Site, query: str, pack: str, place: str) -> str:
    """Give the query that the words, the topic and the place make together."""
    lookups = site.packs.lookups
    nodes = [parse(query, lookups).tree] if query else []
    if pack in site.packs.packs:
        nodes.append(Topic(pack))
    if place:
        nodes.append(building.place(place, PlaceKind.ABOUT, lookups))
    return to_text(both(nodes))


@routes.get("/start/packs")
def packs(site: Ours) -> Response:
    """Show the first topics with the stories each would have brought: it looks back, so it comes after the page."""
    chosen = topics_of(site)[:FIRST_PACKS]
    with turn(), site.store.read() as session:
        counts = _counts(session, site, chosen)
    return page("packs.html", packs=chosen, counts=counts, days=DAYS)


def _counts(session: Session, site: Site, chosen: list[Pack]) -> dict[str, int]:
    since = clock.now() - timedelta(days=DAYS)
    answers = ask(session, site.packs.trees, since, [Topic(pack.name) for pack in chosen])
    known = [fresh(bundles.known(session, sorted(ids))) for ids in answers.queries]
    return {pack.name: len({one.story for one in its}) for pack, its in zip(chosen, known, strict=True)}


def is_first(session: Session, caller: Caller) -> bool:
    """Say whether somebody begins here: a subscriber without a subscription, an admin before there is any at all."""
    if caller.role is Role.OPERATOR:
        return False
    only = own.person_of(caller)
    return not subscriptions.page(session, person=only, limit=1)


def _why_not(checked: dict[str, object], query: str) -> Refused:
    found = checked["refused"]
    if isinstance(found, Refused):
        return Refused(found.message, "query", found.position, found.advice)
    return Refused("Type what you want to hear of, or choose a topic" if not query else "", "query")


def _title(site: Site, query: str, pack: str) -> str:
    title = site.packs.packs[pack].title if pack in site.packs.packs else ""
    return ", ".join(part for part in (query.replace('"', ""), title) if part)


def _page(
    request: Request, site: Site, reader: Caller, form: Form, *, problem: Refused | None = None,
    names: tuple[str, ...] = (), checked: dict[str, object] | None = None,
) -> Response:  # fmt: skip
    with site.store.read() as session:
        around = frame(site, session, request)
        first = not subscriptions.page(session, person=own.mine(reader), limit=1)
        held = bundles.count_since(session, around.now - timedelta(days=DAYS))[0]
    return page(
        "start.html", status=422 if problem else 200, frame=around, form=form, refused=problem, names=names,
        checked=checked, packs=topics_of(site), first=first, held=held, days=DAYS, counts={},
        few=FIRST_PACKS,
    )  # fmt: skip
