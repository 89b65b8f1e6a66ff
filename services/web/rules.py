"""Rules that need an operator: in quarantine, over their budget, tried on every article."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock, cursors
from services.acts import rule_acts
from services.store import quarantine
from services.web.forms import onward
from services.web.lists import Cursor, address
from services.web.site import Ours, Reader, frame, page

routes = APIRouter(include_in_schema=False)

SHOWN = 100
_NAME = "rules"


@routes.get("/rules")
def show(request: Request, site: Ours, cursor: Cursor = None) -> Response:
    """List rules, each with what it did and who asks for it."""
    with site.store.read() as session:
        around = frame(site, session, request)
        rows = quarantine.page(session, after=cursors.by_name(_NAME, cursor), limit=SHOWN + 1)
        held, anyway = quarantine.count(session), quarantine.count_anyway(session)
    last = rows[SHOWN - 1].rule.rule_key if len(rows) > SHOWN else None
    older = address("/rules", cursor=cursors.name_cursor(_NAME, last)) if last else None
    return page("rules.html", frame=around, rows=rows[:SHOWN], held=held, anyway=anyway, older=older)


@routes.post("/rules/{id}/release")
def release(id: str, site: Ours, reader: Reader) -> Response:  # noqa: A002  # the name in the path
    """Let a rule run again for everybody who asks for it."""
    with site.store.write() as work:
        rule_acts.release(work, reader.name, id, clock.now())
    return onward("/rules", "released")
