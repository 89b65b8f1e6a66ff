"""Mail that was kept because no mail server is set: listed, and shown as it would have been sent.

Only admins see it: the links in it sign in, also as an admin.

The HTML part is a document of its own, in a frame without any rights: its policy forbids scripts, forms and everything
from elsewhere, and only our own page may frame it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from services.errors import NotFoundError
from services.web.site import Frame, Ours, Site, frame, page

routes = APIRouter(include_in_schema=False)

MOST = 200
LARGEST = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_FRAMING = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; form-action 'none'; "
    "base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept mail, by its headers and parts."""

    name: str
    subject: str
    to: str
    sender: str
    at: datetime | None
    text: str
    html: str | None


@routes.get("/mail")
def list_all(request: Request, site: Ours) -> Response:
    """List the newest kept mails."""
    folder = _folder(site)
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.is_dir() else []
    kept = [_read(file) for file in files[:MOST]]
    return page("mail.html", frame=_frame(site, request), mails=kept, all=len(files))


@routes.get("/mail/{name}")
def one(name: str, request: Request, site: Ours) -> Response:
    """Show one kept mail."""
    mail = _find(site, name)
    return page("mail_one.html", headers={"Content-Security-Policy": _FRAMING}, frame=_frame(site, request), mail=mail)


@routes.get("/mail/{name}/html")
def html_part(name: str, site: Ours) -> Response:
    """Give the HTML part of a kept mail, for its frame."""
    mail = _find(site, name)
    if mail.html is None:
        raise NotFoundError("This mail has no HTML part")
    return HTMLResponse(mail.html, headers={"Content-Security-Policy": _FRAMED})


def _frame(site: Site, request: Request) -> Frame:
    with site.store.read() as session:
        return frame(site, session, request)


def _folder(site: Site) -> Path:
    if site.mail_folder is None:
        raise NotFoundError("Mail is sent by the mail server that is set, and not kept here")
    return site.mail_folder


def _find(site: Site, name: str) -> Kept:
    file = _folder(site) / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise NotFoundError(f'There is no mail "{name[:100]}"')
    return _read(file)


def _read(file: Path) -> Kept:
    with file.open("rb") as opened:
        message = message_from_bytes(opened.read(LARGEST), policy=policy.default)
    assert isinstance(message, EmailMessage)
    date = message["date"]
    return Kept(
        name=file.stem, subject=str(message["subject"] or "Without a subject"), to=str(message["to"] or ""),
        sender=str(message["from"] or ""), at=date.datetime if date is not None else None,
        text=_part(message, "plain") or "", html=_part(message, "html"),
    )  # fmt: skip


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows, or bytes that are not in it
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
