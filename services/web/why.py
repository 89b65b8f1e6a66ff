"""Why didn't I get this? One field for a link; the stages of the article's way, the one that stopped it marked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.accounts import own
from services.errors import InvalidError
from services.store import links
from services.web.forms import refused
from services.web.site import Ours, Reader, frame, page
from services.why.ask import why as why_of
from services.why.everybody import concerned
from services.why.line import PASSES, STOPS
from services.why.words import Words

routes = APIRouter(include_in_schema=False)

TITLES = {step: said.capitalize() for step, said in PASSES.items()}


@routes.get("/why")
def ask(request: Request, site: Ours, reader: Reader, url: str = "", subscription: str = "") -> Response:
    """Say how far the article of a link came for each of the reader's subscriptions."""
    answer = line = problem = None
    with site.store.read() as session:
        around = frame(site, session, request)
        if url:
            mine = links.subscriptions_of(session, own.mine(reader))
            if own.person_of(reader) is None:  # an operator: everybody whom it concerns, too
                known = {one.id for one in mine}
                mine += [one for one in concerned(session, site.packs, url[:2048]).subscriptions if one.id not in known]
            try:
                answer = why_of(session, site.packs, url[:2048], mine, Words(ZoneInfo(around.zone), around.now))
            except InvalidError as error:
                problem = refused(error)
    if answer is not None:
        chosen = [one for one in answer.lines if one.subscription == subscription]
        stopped_latest = sorted(answer.lines, key=lambda one: (one.got, -sum(bool(s.text) for s in one.stages)))
        line = (chosen or stopped_latest or [answer.shared])[0]
    return page(
        "why.html", status=422 if problem else 200, frame=around, url=url[:2048], answer=answer, line=line,
        refused=problem, titles=TITLES, stopped=STOPS,
    )  # fmt: skip
