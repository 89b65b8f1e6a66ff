"""What the demo prints: which article came when, whom it was told to and why, and why others were not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts.reason import where

Json = dict[str, Any]  # Any: JSON

CHANNELS = {"email": "e-mail", "webhook": "webhook", "chat": "chat"}
WIDTH = 80


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: the sign before it, or none, and its text."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An article as the API gives it back, with the alerts it raised and its copies."""

    article: Json
    alerts: list[Json]
    copies: int


def account(articles: list[Json], alerts: list[Json], deliveries: list[Json], silent: dict[str, str]) -> Iterator[Line]:
    """Tell the stories in the order in which they were seen; a copy is told with its story.

    `silent` says, by external id, why an article that one might expect an alert of raised none.
    """
    kinds = {delivery["id"]: CHANNELS[delivery["channel"]] for delivery in deliveries}
    concerned_nobody = 0
    for seen in _stories(articles, alerts):
        if not seen.alerts and seen.article["external_id"] not in silent:
            concerned_nobody += 1
            continue
        yield Line("", _headline(seen.article))
        for alert in seen.alerts:
            yield Line("✓", _told(alert, kinds))
            yield Line("", f"            why: {_why(alert)}")
            yield from (
                Line("", f"            where: {_cut(place)}") for place in alert["reason"].get("places", [])[:1]
            )
        if seen.copies:
            outlets = "1 other outlet" if seen.copies == 1 else f"{seen.copies} other outlets"
            yield Line("–", f"no further alert: copies of it in {outlets}")
        if not seen.alerts and (reason := silent.get(seen.article["external_id"])):
            yield Line("–", f"no alert: {reason}")
    if concerned_nobody:
        yield Line("", f"{concerned_nobody} more stories match no subscription.")


def _stories(articles: list[Json], alerts: list[Json]) -> Iterator[Seen]:
    by_article: dict[str, list[Json]] = {}
    for alert in alerts:
        by_article.setdefault(alert["article"], []).append(alert)
    told: set[str] = set()
    for article in sorted(articles, key=lambda one: (one["seen_at"], one["id"])):
        its = by_article.get(article["id"], [])
        if article["story"] in told and not its:
            continue
        copies = 0
        if article["story"] not in told:
            same = {one["source"] for one in articles if one["story"] == article["story"]}
            copies = len(same) - 1
        told.add(article["story"])
        yield Seen(article, its, copies)


def _headline(article: Json) -> str:
    at = datetime.fromisoformat(article["seen_at"]).astimezone()
    line = f"{at:%H:%M:%S}  {article['source']:<18} {article['title'] or ''}"
    return line if len(line) <= WIDTH - 2 else line[: WIDTH - 3].rstrip() + "…"


def _told(alert: Json, kinds: dict[str, str]) -> str:
    ways = sorted({kinds[link["delivery"]] for link in alert["links"] if link["delivery"] in kinds})
    told = sum(1 for link in alert["links"] if link["state"] == "told")
    by = " and ".join(ways) if ways else "with the message above" if told else "in the digest"
    kind = "" if alert["kind"] == "new" else f"{alert['kind'].partition(':')[0]} to "
    return f"{kind}{alert['subscription']}: {by}"


def _cut(place: str) -> str:
    said = f"            where: {place}"
    return place if len(said) <= WIDTH - 2 else place[: WIDTH - 3 - len(said)].rsplit(" ", 1)[0].rstrip(",") + " …"


def _why(alert: Json) -> str:
    reason = alert["reason"]
    if not reason.get("clause"):
        return "you were told of this story before"
    return f"{reason['clause']} {where(reason['zone'], None)}".strip()
