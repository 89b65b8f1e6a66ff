"""The page behind the link of "Still wanted?": its GET shows, its POST keeps the subscription, or wakes it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from services import asking, clock
from services.store import subscriptions
from services.web.site import Ours, page

routes = APIRouter(include_in_schema=False)


@routes.get("/w/{token}")
def show(token: str, site: Ours) -> Response:
    """Show the subscription, and the button; nothing happens yet."""
    with site.store.read() as session:
        row = subscriptions.get(session, site.links.subscription_of(token))
    return page("wanted.html", row=row, token=token, done=False)


@routes.post("/w/{token}")
def keep(token: str, site: Ours) -> Response:
    """Keep it; a second time is as good as once."""
    with site.store.write() as work:
        row = asking.keep(work, site.links.subscription_of(token), clock.now())
    return page("wanted.html", row=row, token=token, done=True)
