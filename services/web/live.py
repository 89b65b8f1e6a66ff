"""The first page as it changes: sent to browsers that show it, as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from services import clock
from services.accounts.standing import stands
from services.errors import OutsideError
from services.web.overview import board
from services.web.site import Ours, Site

routes = APIRouter(include_in_schema=False)

EVERY_S = 5.0
LASTS_S = 600.0  # a browser connects again by itself


@routes.get("/live")
async def live(request: Request, site: Ours) -> Response:
    """Send the board of the first page whenever it has changed, until the browser leaves, the caller is signed out or
    the process ends.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, site), media_type="text/event-stream", headers=headers)


async def _events(request: Request, site: Site) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    until, shown = loop.time() + LASTS_S, ""
    html: str | None
    yield b"retry: 3000\n\n"
    while loop.time() < until and not site.ending.is_set():
        try:
            html = await to_thread.run_sync(_board, site, request)
        except OutsideError:
            html = shown  # the database does not answer just now
        if html is None:
            return
        if html != shown:
            shown = html
            lines = "".join(f"data: {line}\n" for line in html.splitlines())
            yield f"event: board\n{lines}\n".encode()
        for _ in range(int(EVERY_S / 0.25)):
            if site.ending.is_set() or await request.is_disconnected():
                return
            await asyncio.sleep(0.25)


def _board(site: Site, request: Request) -> str | None:
    """Make the board, or `None` for a caller who would not be let in now."""
    with site.store.read() as session:
        if not stands(session, request.state.caller, clock.now()):
            return None
    return board(site, request)
