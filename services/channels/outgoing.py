"""What every sender takes and gives back: a rendered message, an acceptance, or an error that says what it means.

A sender calls `inflight` right before the point of no return and once. If that raises, nothing is sent and the
exception goes through.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from services.alerts.retry import Outcome
from services.errors import OutsideError

MOST_DETAIL = 4096
_LONG = 8  # a shorter part of a path is a word, which may stand in any answer
Inflight = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery as it goes on the wire. `body` is sent byte for byte; `return_path` is for bounces of mail."""

    id: str
    subject: str
    body: bytes
    attempt: int = 1
    return_path: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took the message. `provider_id` is what it calls the message, if it says so."""

    code: str
    detail: str = ""
    provider_id: str | None = None


class SendError(OutsideError):
    """A message was not accepted. `outcome` says what that means, `code` what was answered, never a secret."""

    def __init__(
        self, message: str, *, outcome: Outcome, code: str, detail: str = "", retry_after_s: float | None = None
    ) -> None:
        permanent = outcome is Outcome.PERMANENT
        super().__init__(message, permanent=permanent, retry_after_s=retry_after_s, code=code)
        self.outcome = outcome
        self.detail = detail


def not_reached(error: OutsideError) -> SendError:
    """Class a failure of the gate or of the connection: certainly not sent."""
    outcome = Outcome.PERMANENT if error.permanent else Outcome.RETRY
    return SendError(error.message, outcome=outcome, code=error.code, detail=error.message)


def scrub(text: str, *secrets: str) -> str:
    """Make an answer fit to store: one line, without the secrets, at most 4 KiB."""
    for secret in sorted({part for part in secrets if len(part) >= 4}, key=len, reverse=True):
        text = text.replace(secret, "…")
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    return line.encode("utf-8", "replace")[:MOST_DETAIL].decode("utf-8", "ignore")


def secrets_of(url: str) -> list[str]:
    """Give what is secret in a web address, in every form in which a server's page of errors may repeat it."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    values = [value for _, value in parse_qsl(parts.query)]
    found = [url, parts.path + query, parts.path, parts.query]
    found += [part for part in [*parts.path.split("/"), *values] if len(part) >= _LONG]
    found += owner_forms(parts.netloc.rpartition("@")[0])
    return [*found, *map(unquote, found)]


def owner_forms(owner: str) -> list[str]:
    """Give the forms of a name and password: as they stand in an address, apart, and as they are sent."""
    return [owner, *owner.split(":"), base64.b64encode(unquote(owner).encode()).decode()] if owner else []


def nothing() -> None:
    """Stand for an `inflight` that has nothing to record, as for a test message."""
