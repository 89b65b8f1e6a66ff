"""Let topics stand for what reviewed packs say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.errors import InvalidError
from services.store import (
    audit,
    topic_packs,
)
from services.store.topic_packs import PackFile
from services.store.work import Work
from services.topics.packs import check


def apply_topics(work: Work, actor: str, packs: Sequence[PackFile], now: datetime) -> dict[str, str]:
    """Let topics stand for what these packs say, from the next article on; say of each what became of it.

    Raises `InvalidError` and applies none if an example of one comes out otherwise than the pack says.
    """
    failures = [failure for one in packs for failure in check(one.pack)]
    if failures:
        said = "\n".join(str(failure) for failure in failures[:10])
        raise InvalidError(f"{len(failures)} of the examples come out otherwise, so nothing was applied", advice=said)
    states = topic_packs.put(work.session, packs, actor, now)
    for one in packs:
        if states[one.pack.name] != "unchanged":
            audit.record(work.session, now, actor, "topic applied", one.pack.name, after=states[one.pack.name])
    return states
