"""Articles by their link, and who watches the host of one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import case, select
from sqlmodel import Session, col

from services.alerts.policy import Act
from services.articles.url import canonical_url
from services.store.owners import Owner, belongs
from services.store.source_tables import Source
from services.store.tables import Alert, Article, Delivery, DeliveryAlert, Subscription, Window


@dataclass(frozen=True, slots=True)
class Told:
    """An alert's way over one channel: its link, and its delivery or the window that gathers it."""

    link: DeliveryAlert
    delivery: Delivery | None
    window: Window | None


def by_link(session: Session, url: str) -> list[Article]:
    """Give the articles with this address, however it is spelled: the last seen revision first."""
    canonical = canonical_url(url)
    same = (col(Article.url) == url) if canonical is None else (col(Article.url_canonical) == canonical)
    found = list(session.scalars(select(Article).where(same).order_by(col(Article.seen_at).desc(), col(Article.id))))
    # An article that nobody has read yet has no canonical address.
    return found or list(
        session.scalars(select(Article).where(col(Article.url) == url, col(Article.read_at).is_(None)))
    )


def watching(session: Session, url: str) -> list[Source]:
    """Give the sources of a link's host: those polled there, and those whose articles have had addresses there."""
    canonical = canonical_url(url)
    host = (urlsplit(canonical).hostname or "") if canonical else ""
    if not host:
        return []
    start = f"https://{host}/"
    there = select(col(Article.source)).where(
        col(Article.url_canonical) >= start, col(Article.url_canonical) < f"https://{host}0"
    )
    ids = set(session.scalars(there.distinct().limit(20)))
    known = col(Source.host).in_([host, f"www.{host}"]) | col(Source.id).in_(ids)
    return list(
        session.scalars(select(Source).where(known, col(Source.deleted_at).is_(None)).order_by(col(Source.name)))
    )


def alert_of(session: Session, subscription: str, article: Article) -> Alert | None:
    """Give the alert that the article brought to a subscription, else the first that its story brought.

    Of an article that was parted from a story there may be two: one that is told goes before one that is not.
    """
    mine = select(Alert).where(col(Alert.subscription) == subscription)
    untold = case((col(Alert.decision).in_([Act.TELL, Act.GATHER]), 0), else_=1)
    order = untold, case((col(Alert.story) == article.story, 0), else_=1), col(Alert.created_at)
    own = session.scalars(mine.where(col(Alert.article) == article.id).order_by(*order)).first()
    if own is not None or article.story is None:
        return own
    return session.scalars(mine.where(col(Alert.story) == article.story).order_by(col(Alert.created_at))).first()


def ways_of(session: Session, alert: str) -> list[Told]:
    """Give the way of an alert over each channel."""
    query = (
        select(DeliveryAlert, Delivery, Window)
        .outerjoin(Delivery, col(Delivery.id) == col(DeliveryAlert.delivery))
        .outerjoin(Window, col(Window.id) == col(DeliveryAlert.window))
        .where(col(DeliveryAlert.alert) == alert)
        .order_by(col(DeliveryAlert.channel))
    )
    return [Told(*row) for row in session.execute(query)]


def subscriptions_of(session: Session, person: Owner | None) -> list[Subscription]:
    """Give a person's subscriptions by name, or everybody's."""
    query = select(Subscription).order_by(col(Subscription.name), col(Subscription.id))
    return list(session.scalars(query if person is None else query.where(belongs(Subscription.person, person))))
