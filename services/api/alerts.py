"""Alerts: what subscriptions heard of, why, and what became of it on each channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from services import clock, reader_acts
from services.accounts import own
from services.accounts.tokens import Caller
from services.api import cursors
from services.api.cursors import Cursor, Limit
from services.api.once import OnceOnly
from services.api.parts import Here, Parts, Who
from services.api.routing import router
from services.api.shapes import Page, Sent, Shown, page
from services.store import alerts, articles, feedback, sources, subscriptions
from services.store.states import FeedbackVerdict
from services.store.tables import Alert, DeliveryAlert
from services.store.tables import Article as ArticleRow

routes = router("alerts")


class ArticleOfAlert(Shown):
    """The article an alert tells of."""

    id: str
    title: str | None
    url: str | None
    source: str
    language: str | None
    published: datetime | None
    seen_at: datetime


class Link(Shown):
    """Where an alert stands with one channel. `told`: the channel heard of it through another subscription."""

    channel: str
    delivery: str | None
    state: str


class AlertShown(Shown):
    """An alert. `reason` has the clause, the zone, the sentence and its marks, the places, and all its clauses."""

    id: str
    subscription: str
    story: str
    kind: str
    reason: dict[str, Any]  # Any: evidence as JSON
    article: ArticleOfAlert
    decision: str
    because: str
    feedback: str | None
    created_at: datetime
    links: list[Link]


def show_all(session: Session, rows: Sequence[Alert]) -> list[AlertShown]:
    """Show alerts with their articles and links."""
    told = articles.by_ids(session, [row.article for row in rows])
    names = sources.names(session, [article.source for article in told.values()])
    links = alerts.links_of(session, [row.id for row in rows])
    said = feedback.of_alerts(session, [row.id for row in rows])
    return [_show(row, told[row.article], names, links[row.id], said.get(row.id)) for row in rows]


def _show(
    row: Alert, article: ArticleRow, names: Mapping[str, str], links: Sequence[DeliveryAlert], said: str | None
) -> AlertShown:
    about = ArticleOfAlert(
        id=article.id, title=article.title, url=article.url, source=names[article.source], language=article.language,
        published=article.published_at, seen_at=article.seen_at,
    )  # fmt: skip
    return AlertShown(
        id=row.id, subscription=row.subscription, story=row.story, kind=row.kind, reason=row.reason, article=about,
        decision=row.decision, because=row.because, feedback=said, created_at=row.created_at,
        links=[Link(channel=link.channel, delivery=link.delivery, state=link.state) for link in links],
    )  # fmt: skip


@routes.get("")
def list_all(
    here: Here, who: Who, subscription: str | None = None, story: str | None = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AlertShown]:  # fmt: skip
    """List alerts, the newest first, of one subscription, of one story or of all. Subscribers see their own."""
    before = cursors.by_time("alerts", cursor)
    with here.store.read() as session:
        if subscription is not None:
            own.check(who, subscriptions.get(session, subscription).person, "subscription", subscription)
        rows = alerts.page(
            session, subscription=subscription, story=story, person=own.person_of(who), before=before, limit=limit + 1
        )
        shown = {alert.id: alert for alert in show_all(session, rows[:limit])}
    return page(
        rows, limit, lambda row: shown[row.id], lambda row: cursors.time_cursor("alerts", row.created_at, row.id)
    )


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> AlertShown:  # noqa: A002  # the name in the path
    """Show one alert."""
    with here.store.read() as session:
        row = alerts.get(session, id)
        own.check(who, subscriptions.get(session, row.subscription).person, "alert", id)
        return show_all(session, [row])[0]


class FeedbackSent(Sent):
    """What a reader says of an alert."""

    verdict: Literal["relevant", "wrong_place", "wrong_sense", "duplicate"]


@routes.post("/{id}/feedback", status_code=201)
def say(
    id: str, said: FeedbackSent, here: Here, who: Who, once: OnceOnly  # noqa: A002  # the name in the path
) -> AlertShown:  # fmt: skip
    """Say what an alert was. What follows for the query is shown at the subscription's `/proposal`; nothing changes."""
    with here.store.write() as work:
        _own(work.session, who, id)
        once.before(work.session)
        row = reader_acts.say(work, who.name, id, FeedbackVerdict(said.verdict), clock.now())
        return once.keep(work.session, show_all(work.session, [row])[0])


@routes.post("/{id}/mute")
def mute(id: str, here: Here, who: Who) -> AlertShown:  # noqa: A002  # the name in the path
    """Tell its person no more of the alert's story."""
    return _mute(id, here, who, muted=True)


@routes.post("/{id}/unmute")
def unmute(id: str, here: Here, who: Who) -> AlertShown:  # noqa: A002  # the name in the path
    """Tell its person of the alert's story again."""
    return _mute(id, here, who, muted=False)


def _mute(id_: str, here: Parts, who: Caller, *, muted: bool) -> AlertShown:
    with here.store.write() as work:
        _own(work.session, who, id_)
        row = reader_acts.mute_story(work, who.name, id_, clock.now(), muted=muted)
        return show_all(work.session, [row])[0]


def _own(session: Session, who: Caller, id_: str) -> None:
    row = alerts.get(session, id_)
    own.check(who, subscriptions.get(session, row.subscription).person, "alert", id_)
