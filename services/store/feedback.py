"""What readers say of alerts, and the stories that they want to hear no more of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from services.store.reader_tables import Feedback, StoryMute
from services.store.states import FeedbackVerdict
from services.store.tables import Alert, Article
from services.store.work import insert_into


def put(session: Session, alert: Alert, verdict: FeedbackVerdict, now: datetime) -> None:
    """Store what a reader says of an alert; it takes the place of what was said before."""
    row = {"alert": alert.id, "subscription": alert.subscription, "verdict": verdict, "at": now}
    insert = insert_into(session, Feedback).values(**row)
    session.execute(insert.on_conflict_do_update(index_elements=["alert"], set_={"verdict": verdict, "at": now}))


def of_alert(session: Session, alert: str) -> FeedbackVerdict | None:
    """Give what was said of an alert."""
    row = session.get(Feedback, alert)
    return None if row is None else FeedbackVerdict(row.verdict)


def of_alerts(session: Session, alerts: Sequence[str]) -> dict[str, str]:
    """Give what was said of each of the alerts of which something was said."""
    query = select(col(Feedback.alert), col(Feedback.verdict)).where(col(Feedback.alert).in_(alerts))
    return {alert: said for alert, said in session.execute(query)}  # noqa: C416  # rows are not pairs to the checker


def judged(
    session: Session, subscription: str, since: datetime, most: int = 200
) -> list[tuple[Article, FeedbackVerdict | None]]:
    """Give the articles that a subscription was told of since, the newest first, each with what was said of it."""
    query = (
        select(Article, col(Feedback.verdict))
        .join(Alert, col(Alert.article) == col(Article.id))
        .outerjoin(Feedback, col(Feedback.alert) == col(Alert.id))
        .where(col(Alert.subscription) == subscription, col(Alert.created_at) >= since)
        .order_by(col(Alert.created_at).desc())
        .limit(most)
    )
    return [(row, FeedbackVerdict(said) if said else None) for row, said in session.execute(query)]


def mute_story(session: Session, person: str, story: str, now: datetime) -> None:
    """Tell a person no more of a story."""
    insert = insert_into(session, StoryMute).values(person=person, story=story, at=now)
    session.execute(insert.on_conflict_do_nothing())


def unmute_story(session: Session, person: str, story: str) -> None:
    """Tell a person of a story again."""
    session.execute(delete(StoryMute).where(col(StoryMute.person) == person, col(StoryMute.story) == story))


def is_muted(session: Session, person: str, story: str) -> bool:
    """Say whether a person wants to hear no more of a story."""
    return session.get(StoryMute, (person, story)) is not None
