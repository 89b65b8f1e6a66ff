"""The page behind the unsubscribe link of a mail: its GET shows, its POST acts, also by one click (RFC 8058)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from services import clock
from services.acts import subscription_acts
from services.store import leaving
from services.web.site import Ours, page

routes = APIRouter(include_in_schema=False)


@routes.get("/u/{token}")
def show(token: str, site: Ours) -> Response:
    """Show what would end, and the button; nothing happens yet."""
    with site.store.read() as session:
        found = leaving.of_token(session, token)
        names = [row.name for row in found.subscriptions]
    return page("leave.html", label=found.channel.label, names=names, token=token, done=False)


@routes.post("/u/{token}")
def act(token: str, site: Ours) -> Response:
    """End it. Mail programs post here too; a second time is as good as once."""
    with site.store.write() as work:
        found = subscription_acts.leave(work, token, clock.now())
    names = [row.name for row in found.subscriptions]
    return page("leave.html", label=found.channel.label, names=names, token=token, done=True)
