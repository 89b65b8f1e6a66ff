"""Why somebody did not get an article: its way, stage by stage, for each of their subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Query
from sqlmodel import Session

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.api.parts import Here, Who
from services.api.routing import router
from services.api.shapes import Shown
from services.articles.url import web_link
from services.errors import MalformedError
from services.store import links, people, subscriptions
from services.store.tables import Subscription
from services.why.ask import to_json
from services.why.ask import why as why_of
from services.why.copies import copies_of
from services.why.everybody import concerned
from services.why.words import Words

routes = router("why")


class StageShown(Shown):
    """One stage: `passed`, `stopped` or `unreached`; why it stopped in one word, in a sentence, and what is known.

    The facts of the stage `query` are an explanation as `/queries/explain` gives it.
    """

    stage: str
    state: str
    because: str | None
    text: str
    facts: dict[str, Any]  # Any: what is known differs by stage


class WayShown(Shown):
    """The article's way to one subscription. `stopped`: the stage, and `because` in one word; both null if it `got`."""

    id: str
    name: str
    query: str
    person: str
    got: bool
    stopped: str | None
    because: str | None
    text: str
    stages: list[StageShown]


class CopyShown(Shown):
    """An article that tells the same story."""

    id: str
    title: str
    url: str | None
    source: str
    seen_at: datetime


class AskedShown(Shown):
    """Of whom an operator's answer is: the first subscriptions that the article concerns, and whether there are more.

    `rules_tried` of `rules` were tried to find those whose query holds.
    """

    more: bool
    rules_tried: int
    rules: int


class LinkedArticle(Shown):
    """The article of the link."""

    id: str
    title: str
    url: str | None
    source: str
    seen_at: datetime
    published: datetime | None
    state: str
    story: str | None


class WhyShown(Shown):
    """What became of the article of a link. `article` is null if it was never seen.

    `stages` are the same for everybody: source, seen, read, age. `stopped` and `because` name where it stopped for
    all that was asked about: before any subscription, or for the one that was named. `copies` are the other articles
    of its story, for those who heard of it. Operators who name no subscription are told of everybody whom it concerns:
    who was alerted of it or of its story, or whose query holds; `everybody` says how far that was looked into.
    """

    url: str
    article: LinkedArticle | None
    stopped: str | None
    because: str | None
    stages: list[StageShown]
    subscriptions: list[WayShown]
    copies: list[CopyShown]
    everybody: AskedShown | None


@routes.get("")
def why(
    here: Here, who: Who, url: Annotated[str, Query(max_length=2048, description="link of the article")],
    subscription: Annotated[str | None, Query(max_length=100, description="only for this one")] = None,
) -> WhyShown:  # fmt: skip
    """Say how far the article of a link came, and what stopped it: for one subscription, for each of yours, or for
    operators and admins for everybody whom it concerns.
    """
    if web_link(url) is None:
        raise MalformedError("Enter an address that starts with https:// or http://")
    with here.store.read() as session:
        everybody = concerned(session, here.packs, url) if _for_all(who, subscription) else None
        asked = _asked(session, who, subscription) if everybody is None else everybody.subscriptions
        zone = people.get(session, who.person).timezone
        answer = why_of(session, here.packs, url, asked, Words(ZoneInfo(zone), clock.now()))
        copies = copies_of(session, answer.article, own.person_of(who))
        looked = None if everybody is None else AskedShown.model_validate(everybody, from_attributes=True)
        return WhyShown.model_validate(to_json(answer) | {"copies": copies, "everybody": looked})


def _for_all(who: Caller, id_: str | None) -> bool:
    return id_ is None and own.person_of(who) is None


def _asked(session: Session, who: Caller, id_: str | None) -> Sequence[Subscription]:
    if id_ is None:
        return links.subscriptions_of(session, own.mine(who))
    row = subscriptions.get(session, id_)
    own.check(who, row.person, "subscription", id_)
    return [row]
