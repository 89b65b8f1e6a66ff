"""How large a query may be. Each limit has its own error, which names it and the spot where it is passed."""

from __future__ import annotations

from dataclasses import dataclass

FARTHEST = 100
"""Words in NEAR, and hits in ATLEAST."""
FARTHEST_ADVISED = 10
"""Words in NEAR beyond which a note is given."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for one query as a person types it."""

    characters: int = 2_500
    terms: int = 200
    depth: int = 32
    wildcards: int = 20


STORED = Limits(characters=20_000, depth=64)
"""For canonical text: it spells out AND and `hlead:`, and so may be longer than what was typed."""
