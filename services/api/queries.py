"""Queries: read as the engine reads them, and explained on one article, without saving anything."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from services import seeing
from services.acts import subscription_acts
from services.api.articles import not_blank, web_address
from services.api.evidence import ExplanationShown
from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import HomeArea, Id, Sent, Shown
from services.articles.article import Item
from services.reading import checked_home
from services.rules.anyway import warning

routes = router("queries")

_LONGEST = 200_000  # characters of an article that is read while its sender waits

QueryText = Annotated[str, Field(max_length=100_000)]  # the parser says how long a query may be, in its own words


class QuerySent(Sent):
    """A query to check."""

    query: QueryText


class QueryChecked(Shown):
    """The canonical form of a query, and notes on what may not be meant."""

    query: str
    notes: list[str]


class ToExplain(Sent):
    """A query, and the article to try it on: one that is stored, by its id, or one that is given here."""

    query: QueryText
    article: Id | None = None
    text: Annotated[str, Field(max_length=_LONGEST), AfterValidator(not_blank)] | None = None
    html: Annotated[str, Field(max_length=_LONGEST), AfterValidator(not_blank)] | None = None
    title: Annotated[str, Field(max_length=1000)] | None = None
    url: Annotated[str, Field(max_length=2048), AfterValidator(web_address)] | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$")] | None = None
    source: Annotated[str, Field(max_length=120)] = "push"
    home: HomeArea | None = None

    @model_validator(mode="after")
    def _one_article(self) -> ToExplain:
        if [self.article, self.text, self.html].count(None) != 2:
            raise ValueError('Expected exactly one of the fields "article", "text" and "html"')
        return self

    def item(self) -> Item:
        """Give the article that was sent."""
        language = self.language.lower() if self.language else None
        return Item("given", url=self.url, title=self.title, text=self.text, html=self.html, language=language)


@routes.post("/check")
def check(sent: QuerySent, here: Here) -> QueryChecked:
    """Read a query. A mistake in it is a problem with its `position`."""
    parsed = subscription_acts.check_query(sent.query, here.packs.lookups)
    return QueryChecked(query=parsed.text, notes=[*map(str, parsed.notes), *filter(None, [warning(parsed.tree)])])


@routes.post("/explain")
def explain(sent: ToExplain, here: Here) -> ExplanationShown:
    """Say why an article matches a query or does not: true leaves with zone, sentence and span; what decided a miss.

    Nothing is stored. The article is given by its id, or as `text` or `html`, read as a pushed one is.
    """
    parsed = subscription_acts.check_query(sent.query, here.packs.lookups)
    if sent.article is None:
        home = checked_home(sent.home) if sent.home else None
        found = seeing.explain_item(here.packs, parsed, sent.item(), sent.source, home)
    else:
        with here.store.read() as session:
            found = seeing.explain_stored(session, here.packs, parsed, sent.article)
    return ExplanationShown.model_validate({"query": parsed.text, **found})
