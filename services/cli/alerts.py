"""`tocsin alerts`: which stories were told, to which subscription, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, Limit
from services.cli.passages import passage, place
from services.cli.terminal import GOOD, LOOK, NOT_COUNTED, WIDTH, Screen, Styled, bold, dim
from services.cli.words import moment, stamp
from services.words import count

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.store.tables import Alert, DeliveryAlert

_LINKS = {
    "open": "on its way", "gathered": "gathered with others", "told": "told through another subscription",
    "sent": "sent", "dead": "dead", "suppressed": "suppressed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """An alert with what is shown of it."""

    row: Alert
    subscription: str
    title: str
    url: str | None
    source: str
    links: list[DeliveryAlert]


def alerts(
    *,
    subscription: Annotated[
        str | None, typer.Option(metavar="ID", help="Only of this one.", show_default=False)
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List alerts, the newest first, each with its reason."""
    from services import clock
    from services.store import alerts, subscriptions

    with opened(data, config) as here, here.store.read() as session:
        if subscription is not None:
            subscriptions.get(session, subscription)
        rows = alerts.page(session, subscription=subscription, limit=limit + 1)
        told = [_told(session, row, alerts.links_of(session, [row.id])[row.id]) for row in rows[:limit]]
    screen = terminal.out()
    if as_json:
        for one in told:
            screen.json(_object(one))
        return
    if not screen.lined:
        _records(screen, told)
        return
    now = clock.now()
    screen.line(bold(count(len(told), "alert") if told else "No alert yet"), dim(", the newest first" if told else ""))
    for one in told:
        _show(screen, one, now)
    if len(rows) > limit:
        screen.line()
        screen.line(dim(f"There are more: tocsin alerts --limit {limit * 4}"))


def _told(session: Session, row: Alert, links: list[DeliveryAlert]) -> Told:
    from services.store.tables import Article, Source, Subscription

    article = session.get_one(Article, row.article)
    name = session.get_one(Subscription, row.subscription).name
    source = session.get_one(Source, article.source).name
    return Told(row, name, article.title or row.reason.get("sentence") or article.id, article.url, source, links)


def _show(screen: Screen, one: Told, now: datetime) -> None:
    at = moment(one.row.created_at, now)
    screen.line()
    screen.line(_sign(one), " ", dim(at), "  ", bold(screen.cut(one.title, WIDTH - 4 - len(at))))
    kind = "" if one.row.kind == "new" else f"{one.row.kind.partition(':')[0]}, "
    screen.line("  ", screen.cut(f"{one.subscription}: {kind}{_ways(one)}", WIDTH - 2))
    for clause in one.row.reason.get("clauses", []):
        screen.line("  ", dim(f"why: {clause['clause']}"))
        if clause["sentence"]:
            where = place(clause["zone"], clause["sentence_number"])
            screen.line("      ", *passage(screen, where, clause["sentence"], clause["marks"]))
    if one.url:
        screen.line("  ", dim(one.url))


def _sign(one: Told) -> Styled:
    if not one.links:
        return LOOK
    heard = any(link.state in ("open", "sent") for link in one.links)
    return GOOD if heard else NOT_COUNTED


def _ways(one: Told) -> str:
    if not one.links:
        return f"told nobody, {one.row.because}"
    states = [_LINKS["gathered" if link.window and not link.delivery else link.state] for link in one.links]
    said = [f"{name}, {count(states.count(name), 'channel')}" for name in dict.fromkeys(states)]
    return "; ".join(said)


def _records(screen: Screen, told: list[Told]) -> None:
    screen.record(
        ["id", "created_at", "subscription", "kind", "story", "source", "title", "url", "clause", "deliveries"]
    )
    for one in told:
        deliveries = ",".join(link.delivery for link in one.links if link.delivery)
        screen.record(
            [one.row.id, stamp(one.row.created_at), one.subscription, one.row.kind, one.row.story, one.source,
             one.title, one.url or "", one.row.reason.get("clause", ""), deliveries]
        )  # fmt: skip


def _object(one: Told) -> dict[str, Any]:  # Any: JSON
    links = [
        {"channel": link.channel, "delivery": link.delivery, "state": link.state, "through": link.through}
        for link in one.links
    ]
    row = one.row
    return {
        "id": row.id, "subscription": row.subscription, "subscription_name": one.subscription, "story": row.story,
        "kind": row.kind, "decision": row.decision, "because": row.because, "reason": row.reason,
        "article": {"id": row.article, "title": one.title, "url": one.url, "source": one.source},
        "links": links, "created_at": stamp(row.created_at),
    }  # fmt: skip
