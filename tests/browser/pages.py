"""Every page of the service, from its router: which are looked at as the admin, and with which thing of the town."""

from __future__ import annotations

import re

from services.api.access import TABLE
from tests.faults.rig import Rig

# Answered to a script or a program and never shown by themselves, or the secret of a link stands in for a sign-in.
NO_PAGE = ("/static/{name}", "/healthz", "/readyz", "/metrics", "/openapi.json", "/live", "/places", "/start/packs",
           "/websub/{token}", "/mail/{name}/html")  # fmt: skip

ASKED = [
    "/deliveries?state=dead",
    "/articles?state=set_aside",
    "/subscribe?query=rent+NOT+car",
    "/why?url=https://unknown.example/x",
]
"""Pages that look otherwise when something is asked of them."""


def paths() -> list[str]:
    """Give the path of every page that people who are signed in can open, those of one thing with its place left open."""
    table = [row.path for row in TABLE if "GET" in row.methods and row.roles and not row.path.startswith("/api/")]
    return [path for path in table if path not in NO_PAGE] + ASKED


def open_paths() -> list[str]:
    """Give the path of every page that needs no sign-in."""
    table = [row.path for row in TABLE if "GET" in row.methods and not row.roles]
    return [path for path in table if path not in NO_PAGE] + ["/nowhere"]


def filled(path: str, town: Rig) -> str:
    """Put the first thing of the town into the path of one thing."""
    if "{" not in path:
        return path
    noun = path.split("/")[1]
    if noun == "mail":
        return f"/mail/{next((town.data / 'mail').glob('*.eml')).name}"
    its = town.call("GET", noun)["items"]
    if path == "/stories/{id}/split":
        story = next(one for one in its if one["articles"] > 1)
        told = town.call("GET", f"articles?story={story['id']}")["items"]
        article = next(one["id"] for one in told if one["id"] != story["first_article"])
        return f"/stories/{story['id']}/split?article={article}"
    return re.sub(r"{(\w+)}", lambda found: its[0][found[1]], path)


def name_of(path: str) -> str:
    """Name the picture of a page."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"{\w+}", "one", path)).strip("-") or "overview"
