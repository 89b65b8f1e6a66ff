"""Where sources are at home: what their articles say of it, summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from services.places.home import HomeLearner
from services.store.tables import Source


def learn(session: Session, seen: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    """Add to each source's sums what its articles named: the id of the source, and the chance of each state."""
    for id_ in sorted({source for source, _ in seen}):
        row = session.get_one(Source, id_, with_for_update=True, populate_existing=True)
        learner = HomeLearner.restored(row.home_learned)
        for source, shares in seen:
            if source == id_:
                learner.learn(shares)
        row.home_learned = learner.stored()
        session.add(row)
    session.flush()


def learned(row: Source) -> str | None:
    """Give the code of the home that a source's articles say, if they say enough."""
    return HomeLearner.restored(row.home_learned).home
