"""Where a mail server hands on mail that came back: reports of what could not be delivered, mails that ask to leave.

A mail proves itself by the mark in the address that it came back to, so it needs no sign-in. The answer is the same
whatever becomes of it: nobody can try marks out.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, reader_acts
from services.errors import NotFoundError
from services.web.site import Ours

log = structlog.get_logger(__name__)
routes = APIRouter(include_in_schema=False)


@routes.post("/bounce")
def take(request: Request, site: Ours) -> Response:
    """Take in one mail as it came, of the type message/rfc822."""
    done = None
    try:
        with site.store.write() as work:
            done = reader_acts.take_back(work, site.vault, request.state.body, clock.now())
    except NotFoundError:
        log.info("a mail came back for what is not there any more")
    if done is None:
        log.info("a mail that came back carries no mark of ours")
    return Response(status_code=202)
