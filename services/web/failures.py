"""The page that says no: what, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from services.web.site import page

_TITLES = {
    400: "The address cannot be read",
    403: "This is not for you",
    404: "There is no such page, or it is not yours",
    405: "This page cannot be asked like that",
    500: "This page failed",
    503: "Tocsin cannot answer just now",
}


def show(status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """Make the page of a refusal."""
    title = _TITLES.get(status, "This cannot be done")
    return page("failure.html", status=status, headers=headers, title=title, detail="" if detail == title else detail)
