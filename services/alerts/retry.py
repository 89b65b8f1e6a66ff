"""What an answer to a delivery means, and when it is tried again.

    answer          SMTP                              HTTP
    accepted        250 to the message                200-299
    retry           4yz, no connection                408 425 429 5xx, no connection; 400 413 422 up to 3 tries
    config          AUTH, TLS                         401 403 404, 3xx: slow schedule, the owner is told
    permanent       5yz                               410
    uncertain       no answer to the message          no answer to the whole request: tried again at once, same id

Does not know the time and draws no chance: `jitter` comes in as a number from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt that was not accepted ended."""

    RETRY = "retry"
    PERMANENT = "permanent"
    CONFIG = "config"
    UNCERTAIN = "uncertain"


class Dead(StrEnum):
    """Why a delivery is given up."""

    SMTP_5XX = "smtp_5xx"
    HTTP_4XX = "http_4xx"
    GONE = "gone"
    TRIES_EXHAUSTED = "tries_exhausted"
    RENDER_ERROR = "render_error"
    CONFIG_ERROR = "config_error"
    BLOCKED_ADDRESS = "blocked_address"


@dataclass(frozen=True, slots=True)
class Again:
    """Try again after so many seconds. `whole_channel`: the other side named the time, and it holds for all."""

    after_s: float
    whole_channel: bool = False


MINUTE, HOUR = 60.0, 3600.0
# The schedule that Standard Webhooks recommends: the last of ten tries comes after 75 h 35 min.
WEBHOOK_DELAYS_S = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
# Up to 72 hours, hourly after the first: a mail server that is away comes back within days, and mail is expected late.
MAIL_DELAYS_S = (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, *(HOUR,) * 71)
# For what a person must mend first.
CONFIG_DELAYS_S = (5 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)
FEW_TRIES = 3
LEAST_WAIT_S, MOST_WAIT_S = 1.0, 24 * HOUR

_SMTP_CONFIG = frozenset({530, 534, 535, 538})
_HTTP_CONFIG = frozenset({401, 403, 404})
_HTTP_RETRY = frozenset({408, 425, 429})
_REFUSED = frozenset({"blocked_address", "blocked_port", "scheme_not_allowed", "bad_url"})


def smtp_outcome(code: int) -> Outcome:
    """Class a refusal by its three digits; anything that is no SMTP code may be tried again."""
    if code in _SMTP_CONFIG:
        return Outcome.CONFIG
    return Outcome.PERMANENT if 500 <= code <= 599 else Outcome.RETRY


def is_hard_bounce(code: str, detail: str) -> bool:
    """Say whether the mailbox or its domain does not exist, so that nothing more is sent to the address."""
    return code.startswith("5") and re.search(r"\b5\.1\.(?:1|2|3|6|10)\b", detail) is not None


def http_outcome(status: int) -> Outcome | None:
    """Class a status; `None` means accepted."""
    if 200 <= status <= 299:
        return None
    if status == 410:
        return Outcome.PERMANENT
    if status in _HTTP_CONFIG or 300 <= status <= 399:
        return Outcome.CONFIG
    return Outcome.RETRY


def http_code(status: int) -> str:
    """Name a status as it is stored with the attempt."""
    return "gone" if status == 410 else f"http_{status}"


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or a date, into 1 second to 24 hours; `None` if it says nothing readable."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"[-+]?\d{1,30}(?:\.\d+)?", text):
        return _clamped(float(text))
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        return _clamped((at - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _clamped(seconds: float) -> float:
    return min(max(seconds, LEAST_WAIT_S), MOST_WAIT_S)


def next_try(
    outcome: Outcome, code: str, tries: int, delays_s: Sequence[float], jitter: float, told_s: float | None = None
) -> Again | Dead:
    """Say when a delivery is tried again after its `tries`-th counted try, or why it is given up.

    `delays_s` holds the wait after each try; `told_s` is the wait that the other side named.
    """
    if outcome is Outcome.PERMANENT:
        return dead_reason(code)
    if outcome is Outcome.CONFIG:
        delays_s = CONFIG_DELAYS_S
    if _is_few(code) and tries >= FEW_TRIES:
        return Dead.HTTP_4XX
    if tries > len(delays_s):
        return Dead.CONFIG_ERROR if outcome is Outcome.CONFIG else Dead.TRIES_EXHAUSTED
    if told_s is not None:
        return Again(_clamped(told_s), whole_channel=True)
    if outcome is Outcome.UNCERTAIN and tries <= 1:
        return Again(0.0)
    return Again(spread(delays_s[max(tries, 1) - 1], jitter))


def spread(delay_s: float, jitter: float) -> float:
    """Move a delay by up to a fifth either way, so that what failed together is not tried together."""
    return delay_s * (0.8 + 0.4 * min(max(jitter, 0.0), 1.0))


def dead_reason(code: str) -> Dead:
    """Name why an answer with this code ends a delivery."""
    if code == "gone":
        return Dead.GONE
    if code in _REFUSED:
        return Dead.BLOCKED_ADDRESS
    if code.startswith("http_"):
        return Dead.HTTP_4XX
    return Dead.SMTP_5XX if re.fullmatch(r"5\d\d", code) else Dead.CONFIG_ERROR


def _is_few(code: str) -> bool:
    """A 4xx that says that this very message is refused, which a later try seldom changes."""
    found = re.fullmatch(r"http_(4\d\d)", code)
    return found is not None and int(found[1]) not in _HTTP_RETRY | _HTTP_CONFIG
