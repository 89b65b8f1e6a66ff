"""Articles: pushed in, one or a batch, and shown as they were understood."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import Body, Query, Request, Response
from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from services import clock
from services.accounts import own
from services.accounts.tokens import Caller
from services.acts import article_acts
from services.acts.article_acts import Pushed
from services.api import cursors, once
from services.api.cursors import Cursor, Limit
from services.api.parts import Here, Who
from services.api.places import PlacesShown, kept_places
from services.api.routing import router
from services.api.shapes import Page, Sent, Shown, Time, page
from services.articles.article import Item
from services.crashpoints import crashpoint
from services.store import articles, idempotency, sources, stories
from services.store.tables import Article
from services.store.work import Work

routes = router("articles")


def web_address(given: str) -> str:
    """Give an address of the web as it is. Raises `ValueError` for anything else."""
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        good = None
    if not good or any(sign.isspace() for sign in given):
        raise ValueError("Enter an address that starts with https:// or http://")
    return given


def not_blank(given: str) -> str:
    """Give a text as it is. Raises `ValueError` if nothing stands in it."""
    if not given.strip():
        raise ValueError("Expected something here, found nothing")
    return given


SourceName = Annotated[str, Field(max_length=120), AfterValidator(not_blank)]
PUSH = "push"


class ArticleSent(Sent):
    """An article as a program pushes it. Its source is made if its name is new."""

    external_id: Annotated[str, Field(max_length=1024), AfterValidator(not_blank)]
    url: Annotated[str, Field(max_length=2048), AfterValidator(web_address)] | None = None
    title: Annotated[str, Field(max_length=1000)] | None = None
    text: Annotated[str, AfterValidator(not_blank)] | None = None
    html: Annotated[str, AfterValidator(not_blank)] | None = None
    published: Time | None = None
    updated: Time | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = None
    authors: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = Field(default_factory=list)
    source: SourceName = PUSH

    @model_validator(mode="after")
    def _one_body(self) -> ArticleSent:
        if (self.text is None) == (self.html is None):
            raise ValueError('An article has exactly one of the fields "text" and "html"')
        return self

    def pushed(self, source: str) -> Pushed:
        """Give the article as the pipeline takes it; `source` is where it comes from if it does not say."""
        item = Item(
            external_id=self.external_id, url=self.url, title=self.title, text=self.text, html=self.html,
            published=self.published, updated=self.updated, authors=tuple(self.authors),
            language=self.language.partition("-")[0].lower() if self.language else None,
        )  # fmt: skip
        return Pushed(self.source if "source" in self.model_fields_set else source, item)


class Batch(Sent):
    """Several articles, all or none."""

    articles: Annotated[list[ArticleSent], Field(min_length=1, max_length=article_acts.MOST_AT_ONCE)]


def _form(given: Any) -> str:  # Any: JSON, or a body already read
    many = "articles" in given if isinstance(given, dict) else isinstance(given, Batch)
    return "many-articles" if many else "one-article"


OneOrMany = Annotated[
    Annotated[ArticleSent, Tag("one-article")] | Annotated[Batch, Tag("many-articles")], Discriminator(_form), Body()
]
State = Literal["new", "matched", "set_aside"]


class Taken(Shown):
    """An article that was taken in, in the state it was taken in with: the same again for every repeat."""

    id: str
    state: Literal["new"] = "new"


class TakenMany(Shown):
    """The articles of a batch, in its order."""

    items: list[Taken]


class ZoneShown(Shown):
    """A part of an article. `start` and `end` count characters of `text`; a title from outside the text has none."""

    zone: str
    start: int | None
    end: int | None
    text: str


class ArticleListed(Shown):
    """An article. `reason` says why it was set aside.

    `date_mark` is `late` for one seen a day or more after it was published, `future` for one that its source dates
    after it was seen; `claimed` is then the time that the source gave.
    """

    id: str
    source: str
    external_id: str
    revision: int
    url: str | None
    title: str | None
    language: str | None
    authors: list[str]
    published: datetime | None
    date_mark: str | None
    claimed: datetime | None
    updated: datetime | None
    seen_at: datetime
    matched_at: datetime | None
    state: str
    reason: str | None
    story: str | None


class ChangedShown(Shown):
    """What a revision changed: its kind (correction, update or cosmetic), the sentences that came and went.

    `since` is the id of the article before it; `more` counts sentences that are not listed.
    """

    kind: str
    since: str
    added: list[str]
    gone: list[str]
    title: list[str] | None
    corrections: list[str]
    more: int


class ArticleShown(ArticleListed, PlacesShown):
    """An article with its text and how it was understood.

    `relation` is what it was to its story when it came (new, copy, retelling, related or revision), `because` why.
    """

    relation: str | None
    because: str | None
    changed: ChangedShown | None
    text: str | None
    zones: list[ZoneShown]


@routes.post("", status_code=202, response_model=Taken | TakenMany)
def push(
    sent: OneOrMany, request: Request, here: Here, who: Who,
    source: Annotated[SourceName, Query(description="where articles come from that do not say it")] = PUSH,
    idempotency_key: once.KeyHeader = None,
) -> Response:  # fmt: skip
    """Push one article, or `{"articles": […]}` with at most 500 of them, all or none.

    ninjs 1.x to 3.x (as JSON, alone or in a list), NewsML-G2 (an item or a message) and NITF are taken too, told by
    their Content-Type or their shape; `?source=` names where they come from.

    Once answered, the articles are kept and their way goes on whatever fails. Every repeat gives the same ids; with an
    Idempotency-Key it gives the same answer for 72 hours, and the key of another request is refused. While too much
    waits to be matched, or the disk is nearly full, the answer is 503 with the seconds to wait in Retry-After.
    """
    digest = hashlib.sha256(request.state.body + (b"" if source == PUSH else f"\n{source}".encode())).hexdigest()
    key = once.checked(idempotency_key)
    pushed = [one.pushed(source) for one in (sent.articles if isinstance(sent, Batch) else [sent])]
    here.pressure.check_intake()

    def take(work: Work) -> str:
        known = idempotency.find(work.session, who.client, key, digest) if key else None
        answer = known.response if known else _take_in(work, pushed, many=isinstance(sent, Batch))
        if key and known is None:
            idempotency.keep(work.session, who.client, key, digest, status=202, response=answer, now=clock.now())
        crashpoint("C01")
        return answer

    answer = here.store.write_together(take)
    crashpoint("C02")
    return Response(answer, status_code=202, media_type="application/json")


def _take_in(work: Work, pushed: list[Pushed], *, many: bool) -> str:
    rows = [Taken(id=row.id) for row in article_acts.push(work, pushed, clock.now())]
    return (TakenMany(items=rows) if many else rows[0]).model_dump_json()


def _listed(row: Article, source: str) -> dict[str, Any]:  # Any: the fields of a shape
    return {
        "id": row.id, "source": source, "external_id": row.external_id, "revision": row.revision, "url": row.url,
        "title": row.title, "language": row.language, "authors": row.authors, "published": row.published_at,
        "date_mark": row.date_mark, "claimed": row.claimed_at,
        "updated": row.updated_at, "seen_at": row.seen_at, "matched_at": row.matched_at, "state": row.state,
        "reason": row.reason, "story": row.story,
    }  # fmt: skip


@routes.get("")
def list_all(
    here: Here, who: Who, state: State | None = None, source: str | None = None, story: str | None = None,
    limit: Limit = 50, cursor: Cursor = None,
) -> Page[ArticleListed]:  # fmt: skip
    """List articles, the newest first. Subscribers see those they were alerted of."""
    before = cursors.by_time("articles", cursor)
    with here.store.read() as session:
        only = sources.get(session, source).id if source else None
        rows = articles.page(
            session, before=before, limit=limit + 1, state=state, source=only, story=story, heard_by=own.person_of(who)
        )
        names = sources.names(session, [row.source for row in rows])
    return page(
        rows, limit, lambda row: ArticleListed(**_listed(row, names[row.source])),
        lambda row: cursors.time_cursor("articles", row.seen_at, row.id),
    )  # fmt: skip


@routes.get("/{id}")
def one(id: str, here: Here, who: Who) -> ArticleShown:  # noqa: A002  # the name in the path
    """Show one article with its zones and its story. Subscribers see those they were alerted of."""
    with here.store.read() as session:
        row = articles.get(session, id)
        _check_heard(who, heard=articles.was_heard(session, row, own.person_of(who)), id_=id)
        source = sources.get(session, row.source).name
        member = stories.members(session, [row.id]).get(row.id)
    return ArticleShown(
        **_listed(row, source), text=row.text, zones=_zones(row), **kept_places(row.places),
        relation=member.relation if member else None, because=member.because if member else None,
        changed=ChangedShown(**member.changed) if member and member.changed else None,
    )  # fmt: skip


def _check_heard(who: Caller, *, heard: bool, id_: str) -> None:
    if not heard:
        own.check(who, "", "article", id_)


def _zones(row: Article) -> list[ZoneShown]:
    text = row.text or ""
    found = [ZoneShown(zone=zone, start=low, end=high, text=text[low:high]) for zone, low, high in row.passages]
    if row.title and row.read_at:
        start = row.title_start
        end = None if start is None else start + len(row.title)
        found.insert(0, ZoneShown(zone="title", start=start, end=end, text=row.title))
    return found
