"""Queries: read as the engine reads them, without saving anything."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services import acts
from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import Sent, Shown

routes = router("queries")


class QuerySent(Sent):
    """A query to check."""

    query: Annotated[str, Field(max_length=100_000)]


class QueryChecked(Shown):
    """The canonical form of a query, and notes on what may not be meant."""

    query: str
    notes: list[str]


@routes.post("/check")
def check(sent: QuerySent, here: Here) -> QueryChecked:
    """Read a query. A mistake in it is a problem with its `position`."""
    parsed = acts.check_query(sent.query, here.packs.lookups)
    return QueryChecked(query=parsed.text, notes=[str(note) for note in parsed.notes])
