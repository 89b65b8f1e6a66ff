"""Signed webhooks as Standard Webhooks describes them: https, a body stored once, a new timestamp for each attempt.

    webhook-id          the delivery's id, the same on every attempt
    webhook-timestamp   seconds since 1970 of this attempt
    webhook-signature   "v1," and base64 of HMAC-SHA256 over "id.timestamp.body", one for each secret

A redirect is a failure and never followed. At most 64 KiB of an answer are read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as chance
import ssl
from collections.abc import Sequence
from datetime import datetime

import httpx2

from services.alerts.retry import Outcome, http_code, http_outcome, retry_after_s
from services.channels.outgoing import Accepted, Inflight, Outgoing, SendError, not_reached, nothing, scrub, secrets_of
from services.errors import InvalidError, OutsideError
from services.fetching import client, outside_errors
from services.guard import Gate
from services.wire import within

MOST_ANSWER_BYTES = 64 * 1024
MOST_ANSWER_S = 5.0  # the status has decided; the text is only for people
_PREFIX = "whsec_"


def new_secret() -> str:
    """Draw the secret of a webhook channel: `whsec_` and 32 bytes in base64."""
    return _PREFIX + base64.b64encode(chance.token_bytes(32)).decode()


def sign(message: str, at_s: int, body: bytes, secrets: Sequence[str]) -> str:
    """Sign a body with every secret; during a rotation there are two."""
    text = f"{message}.{at_s}.".encode() + body
    marks = (hmac.new(_key(secret), text, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks)


def check_webhook_url(url: str, gate: Gate, field: str | None = None) -> None:
    """Raise `InvalidError` unless alerts may go there: https, or http where the operator allows it."""
    gate.check_url(url, field=field)
    if not url.lower().startswith("https://") and not gate.lifted(url):
        raise InvalidError("Enter an address that starts with https://", field=field)


class WebhookSender:
    """Posts bodies through the gate. May be shared by threads; connections are reused for some seconds."""

    def __init__(self, gate: Gate, *, timeout_s: float = 30.0, tls: ssl.SSLContext | None = None) -> None:
        self._gate = gate
        self._timeout_s = timeout_s
        self._http = client(gate, timeout_s=timeout_s, tls=tls)

    def send(
        self, outgoing: Outgoing, url: str, secrets: Sequence[str], now: datetime, inflight: Inflight = nothing
    ) -> Accepted:
        """Post a body as it is stored, or raise `SendError`. `now` is when this attempt is signed."""
        if not url.lower().startswith("https://") and not self._gate.lifted(url):
            text = "The address does not start with https://"
            raise SendError(text, outcome=Outcome.PERMANENT, code="scheme_not_allowed", detail=text)
        way = _Way(inflight)
        headers = _headers(outgoing, secrets, int(now.timestamp()))
        try:
            with within(self._timeout_s * 2), outside_errors():
                return self._post(outgoing, url, headers, secrets, now, way)
        except SendError:
            raise
        except OutsideError as error:
            if error is way.stopped:
                raise
            if not way.written:
                raise not_reached(error) from error
            text = f"The server did not answer: {error.message}"
            raise SendError(text, outcome=Outcome.UNCERTAIN, code="no_answer", detail=text) from error

    def close(self) -> None:
        """Close the connections kept."""
        self._http.close()

    def _post(
        self, outgoing: Outgoing, url: str, headers: dict[str, str], secrets: Sequence[str], now: datetime, way: _Way
    ) -> Accepted:
        asked = {"content": outgoing.body, "headers": headers, "extensions": {"trace": way}}
        with self._http.stream("POST", url, **asked) as response:  # type: ignore[arg-type]  # one dictionary
            said = scrub(_said(response), *secrets_of(url), *secrets)
            status = response.status_code
            outcome = http_outcome(status)
            if outcome is None:
                return Accepted(code=str(status), detail=said[:1000])
            wait = retry_after_s(response.headers.get("retry-after"), now)
        detail = f"{status} {said[:2000]}".strip()
        text = f"The server answered {status}"
        raise SendError(text, outcome=outcome, code=http_code(status), detail=detail, retry_after_s=wait)


class _Way:
    """Follows one request: calls `inflight` before its first byte and knows when its last byte was written."""

    def __init__(self, inflight: Inflight) -> None:
        self._inflight = inflight
        self.written = False
        self.stopped: BaseException | None = None

    def __call__(self, event: str, _info: object) -> None:
        if event == "http11.send_request_headers.started":
            try:
                self._inflight()
            except BaseException as error:
                self.stopped = error
                raise
        elif event == "http11.send_request_body.complete":
            self.written = True


def _headers(outgoing: Outgoing, secrets: Sequence[str], at_s: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "webhook-id": outgoing.id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": sign(outgoing.id, at_s, outgoing.body, secrets),
        "Tocsin-Attempt": str(outgoing.attempt),
    }


def _said(response: httpx2.Response) -> str:
    """Read the beginning of an answer; what breaks off or cannot be unpacked changes nothing about the status."""
    body = bytearray()
    try:
        with within(MOST_ANSWER_S):
            for part in response.iter_bytes():
                body += part
                if len(body) >= MOST_ANSWER_BYTES:
                    break
    except httpx2.HTTPError:
        pass
    return bytes(body[:MOST_ANSWER_BYTES]).decode("utf-8", "replace")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("A webhook secret is whsec_ and base64", field="secret") from error
