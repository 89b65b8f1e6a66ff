"""Where hubs call back (WebSub): a GET asks whether we meant a subscription, a POST brings what is new.

The address holds a secret that only the hub was told. A delivery is kept as it came and read by an ingest worker. One
with a missing or wrong signature is answered like any other, so that nobody can try signatures out, and ignored. SHA-1
proves too little to believe the content, and enough to ask the source itself.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from services import clock
from services.broker import Stage
from services.store import websubs
from services.store.source_tables import WebSub
from services.store.states import WebSubState
from services.store.work import Work
from services.web.site import Ours

log = structlog.get_logger(__name__)
routes = APIRouter(include_in_schema=False)

LONGEST_CHALLENGE = 1000
LEAST_LEASE_S, USUAL_LEASE_S, MOST_LEASE_S = 60, 24 * 3600, 30 * 24 * 3600
_STRONG = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_PENDING = (WebSubState.WANTED, WebSubState.ASKED, WebSubState.ACTIVE)
_PARTING = (WebSubState.LEAVING, WebSubState.LEFT)


@routes.get("/websub/{token}")
def verify(token: str, request: Request, site: Ours) -> Response:
    """Confirm what we asked for, and nothing else; hear of a refusal."""
    given, now = request.query_params, clock.now()
    mode, topic, challenge = given.get("hub.mode", ""), given.get("hub.topic", ""), given.get("hub.challenge", "")
    with site.store.write() as work:
        row = websubs.by_token(work.session, token)
        if row is None or topic != row.topic:
            return _no()
        if mode == "denied":
            return _denied(work, row, given.get("hub.reason", ""), now)
        if not 0 < len(challenge) <= LONGEST_CHALLENGE or not (challenge.isascii() and challenge.isprintable()):
            return _no()
        if mode == "subscribe" and row.state in _PENDING:
            lease = _lease_s(given.get("hub.lease_seconds", ""))
            if lease is None:
                return _no()
            websubs.verified(work.session, row, lease, now)
        elif mode == "unsubscribe" and row.state in _PARTING:
            websubs.end(work.session, row, WebSubState.ENDED, row.reason or "left", now)
        else:
            return _no()
    return Response(challenge, media_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})


def _lease_s(given: str) -> int | None:
    """Read a lease into a minute to 30 days; a hub that names none means a day."""
    if not given:
        return USUAL_LEASE_S
    if not given.isascii() or not given.isdigit() or len(given) > 12 or int(given) == 0:
        return None
    return min(max(int(given), LEAST_LEASE_S), MOST_LEASE_S)


def _denied(work: Work, row: WebSub, reason: str, now: datetime) -> Response:
    if row.state in _PENDING:
        why = "".join(sign for sign in reason if sign.isprintable())[:300]
        websubs.end(work.session, row, WebSubState.DENIED, f"The hub refused{f': {why}' if why else ''}", now)
    return Response(status_code=200, media_type="text/plain")


@routes.post("/websub/{token}")
def deliver(token: str, request: Request, site: Ours) -> Response:
    """Take what a hub pushed; it is read later."""
    body: bytes = request.state.body
    now = clock.now()
    with site.store.write() as work:
        row = websubs.by_token(work.session, token)
        if row is None:
            return _no()
        if row.state not in (*_PENDING, *_PARTING):
            return Response(status_code=410, media_type="text/plain")
        secret = site.vault.open(row.secret_sealed) if row.secret_sealed else None
        if secret is not None and not _is_signed(request.headers.get("x-hub-signature", ""), secret, body):
            _ignore(
                work, row, weak=_is_weakly_signed(request.headers.get("x-hub-signature", ""), secret, body), now=now
            )
        elif not websubs.deliver(work.session, row, body, request.headers.get("content-type"), now):
            return Response(status_code=503, headers={"Retry-After": "30"}, media_type="text/plain")
        work.hint(Stage.INGEST)
    return Response(status_code=202, media_type="text/plain")


def _ignore(work: Work, row: WebSub, *, weak: bool, now: datetime) -> None:
    row.ignored += 1
    work.session.add(row)
    if weak:
        websubs.poll_soon(work.session, row.source, now)
    log.warning("hub delivery ignored", source=row.source, weak=weak)


def _is_signed(given: str, secret: str, body: bytes) -> bool:
    method, _, sent = given.strip().partition("=")
    strong = _STRONG.get(method.lower())
    return strong is not None and hmac.compare_digest(hmac.new(secret.encode(), body, strong).hexdigest(), _hex(sent))


def _is_weakly_signed(given: str, secret: str, body: bytes) -> bool:
    method, _, sent = given.strip().partition("=")
    made = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return method.lower() == "sha1" and hmac.compare_digest(made, _hex(sent))


def _hex(sent: str) -> str:
    return sent.strip().lower() if sent.isascii() else ""


def _no() -> Response:
    return Response("not found", status_code=404, media_type="text/plain")
