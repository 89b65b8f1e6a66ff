"""The style sheet and the scripts. Files are named here one by one, so that no path leads anywhere else."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from services.errors import NotFoundError

routes = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    "tocsin.css": "text/css",
    "htmx.min.js": "text/javascript",
    "htmx-sse.min.js": "text/javascript",
    "picker.js": "text/javascript",
    "bell.svg": "image/svg+xml",
    "keys.js": "text/javascript",
    "htmx.LICENSE": "text/plain",
}


@routes.get("/static/{name}")
def file(name: str) -> Response:
    """Give one file; a browser asks again after an hour."""
    if name not in _TYPES:
        raise NotFoundError(f'There is no file "{name[:100]}"')
    return FileResponse(_FOLDER / name, media_type=_TYPES[name], headers={"Cache-Control": "public, max-age=3600"})
