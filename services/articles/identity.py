"""Give items their external id: what the source calls them, or a hash where that is missing or too long."""

from __future__ import annotations

import hashlib

_LONGEST = 500


def item_id(given: str) -> str:
    """Give the source's own id in one line; a longer one is hashed."""
    clean = " ".join(given.split())
    return clean if 0 < len(clean) <= _LONGEST and clean.isprintable() else hashed(given)


def hashed(text: str) -> str:
    """Hash a text to 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
