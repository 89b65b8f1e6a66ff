"""Read the dates that feeds and pages write: ISO 8601 or as in mails; aware, in UTC, and believable."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_FARTHEST = timedelta(hours=14)  # no zone is farther from UTC
_LONGEST = 64


def read_date(value: object) -> datetime | None:
    """Give the moment in UTC; None for what is no date, or one that no article has (year 0, 9999, +14:75)."""
    if not isinstance(value, str) or not (text := value.strip()) or len(text) > _LONGEST:
        return None
    moment = _iso(text) if re.match(r"\d{4}", text) else _as_in_mail(text)
    if moment is None:
        return None
    if abs(moment.utcoffset() or timedelta()) > _FARTHEST:
        return None
    try:
        utc = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return utc if _EARLIEST <= utc < _LATEST else None


def _iso(text: str) -> datetime | None:
    for form in (text, text.replace(" ", "T", 1).replace(" ", ""), text[:10]):
        try:
            return datetime.fromisoformat(form)
        except ValueError:
            continue
    return None


def _as_in_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
