"""Topics: the packs that `topic:` in a query stands for, each with its query and its tested examples."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.errors import NotFoundError
from services.queries.canonical import to_text
from services.web.site import Ours, frame, page

routes = APIRouter(include_in_schema=False)


@routes.get("/topics")
def list_all(request: Request, site: Ours) -> Response:
    """List all topics by their titles."""
    with site.store.read() as session:
        around = frame(site, session, request)
    packs = sorted(site.packs.packs.values(), key=lambda pack: pack.title)
    return page("topics.html", frame=around, packs=packs)


@routes.get("/topics/{name}")
def one(name: str, request: Request, site: Ours) -> Response:
    """Show one topic: what it asks for, and its examples."""
    pack = site.packs.packs.get(name)
    if pack is None:
        raise NotFoundError(f'There is no topic "{name[:100]}"')
    with site.store.read() as session:
        around = frame(site, session, request)
    return page("topic.html", frame=around, pack=pack, query=to_text(pack.tree))
