"""The page behind the link that confirms an e-mail channel: its GET shows, its POST acts."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from services import clock
from services.acts import channel_acts
from services.store import channels
from services.web.site import Ours, page

routes = APIRouter(include_in_schema=False)


@routes.get("/c/{token}")
def show(token: str, site: Ours) -> Response:
    """Show what will be confirmed, and the button."""
    with site.store.read() as session:
        row = channels.by_token(session, token)
    return page("confirm.html", label=row.label, token=token, done=False)


@routes.post("/c/{token}")
def confirm(token: str, site: Ours) -> Response:
    """Confirm the channel."""
    with site.store.write() as work:
        row = channel_acts.confirm_channel(work, token, clock.now())
    return page("confirm.html", label=row.label, token=token, done=True)
