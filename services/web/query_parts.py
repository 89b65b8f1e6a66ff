"""The parts of a query's page that change as somebody types: how it is read, the builder, places, the preview.

Each answers a part to htmx; with scripts off, the whole page with everything as it was typed.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.accounts import own
from services.accounts.tokens import Caller
from services.places.suggest import suggest
from services.queries.place_names import canonical
from services.store import subscriptions
from services.store.packs import gazetteer
from services.store.tables import Subscription
from services.web import editor
from services.web.forms import Filled, Form
from services.web.site import Ours, Reader, Site, page
from services.web.subscription_form import Filled as Standing
from services.web.subscription_form import looked_back, path_of, read, show, source_names, topics_of

routes = APIRouter(include_in_schema=False)

_LISTED = 8


@routes.post("/check")
def check(site: Ours, form: Filled) -> Response:
    """Say how a query is read, for the place under the editor: replaced as somebody types."""
    query = form.text("query")
    return page(
        "checking.html", checked=read(site, query), at=path_of(form), builder=editor.show(query, site.packs.lookups),
        topics=topics_of(site), source_names=source_names(site), oob=True,
    )  # fmt: skip


@routes.post("/build")
def build(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Change the query by its builder; the text follows."""
    query, builder = editor.apply(form, site.packs.lookups)
    form = form.having(query=query)
    if not request.headers.get("hx-request"):
        return show(request, site, reader, Standing(form, builder=builder, row=_row(site, reader, form)))
    return page(
        "editor.html", form=form, checked=read(site, query), at=path_of(form), builder=builder, refused=None,
        topics=topics_of(site), source_names=source_names(site), row=None,
    )  # fmt: skip


@routes.post("/preview")
def preview(request: Request, site: Ours, reader: Reader, form: Filled) -> Response:
    """Show what a query would have caught in the last 30 days, under the form."""
    checked = read(site, form.text("query"))
    shown = looked_back(site, reader, form.text("query")) if checked["query"] else None
    if request.headers.get("hx-request"):
        return page("preview.html", preview=shown, checked=checked)
    return show(request, site, reader, Standing(form, preview=shown, row=_row(site, reader, form)))


@routes.get("/places")
def places(request: Request, id_: Annotated[str, Query(alias="list", max_length=60)] = "") -> Response:
    """List the places whose names begin as typed, for the field whose list it is."""
    id_ = id_ if re.fullmatch(r"[a-z0-9-]+-list", id_) else "places-list"
    typed = request.query_params.get(id_.removesuffix("-list"), "")[:200]
    known = gazetteer()
    found = [(canonical(known, one.row), one) for one in suggest(known, typed, _LISTED)]
    return page("places.html", id=id_, places=found, typed=" ".join(typed.split()))


def _row(site: Site, reader: Caller, form: Form) -> Subscription | None:
    id_ = path_of(form).removeprefix("/subscriptions/")
    if id_ == path_of(form):
        return None
    with site.store.read() as session:
        row = subscriptions.get(session, id_)
        own.check(reader, row.person, "subscription", id_)
        return row
