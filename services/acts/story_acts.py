"""Part an article from a story that it does not belong to."""

from __future__ import annotations

from datetime import datetime

from services.broker import Stage
from services.store import audit, story_split
from services.store.story_split import Parted
from services.store.work import Work


def split(work: Work, actor: str, story: str, article: str, now: datetime) -> Parted:
    """Let an article, with its later revisions, begin a story of its own; it is matched anew. Twice is once."""
    parted = story_split.part(work.session, story, article, now)
    if parted.done:
        audit.record(work.session, now, actor, "story split", story, before=article, after=parted.story.id)
        work.hint(Stage.MATCH)
    return parted
