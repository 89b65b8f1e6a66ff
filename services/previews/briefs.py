"""Stories as a preview shows them: the first caught article, with the passages that made it caught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from services.alerts.reason import title_of
from services.queries.document import document
from services.queries.evaluate import Evidence, Missing, Verdict, evaluate
from services.queries.tree import Node
from services.store import articles, bundles
from services.store.bundles import Known
from services.store.tables import Article


@dataclass(frozen=True, slots=True)
class Brief:
    """One story that was caught, by its first caught article. `outlets`: the sources that tell the story.

    `ignored`: hits in zones that do not count, for an article that was not caught. `because`: in a diff, the leaves for
    which the other query does not catch it.
    """

    article: Article
    source: str
    story: str | None
    caught: int
    outlets: int
    old: bool
    evidence: Sequence[Evidence]
    ignored: Sequence[Evidence] = ()
    because: Sequence[Missing] = ()


class HasBriefs(Protocol):
    """What shows stories, caught and ignored."""

    @property
    def briefs(self) -> Sequence[Brief]:
        """The caught ones."""
        ...

    @property
    def ignored(self) -> Sequence[Brief]:
        """Those that did not count."""
        ...


class Shown:
    """Shows stories with the passages that made them caught: the newest first."""

    def __init__(self, session: Session, topics: Mapping[str, Node]) -> None:
        self._session = session
        self._topics = topics
        self._names = bundles.source_names(session)

    def caught(self, tree: Node, known: Sequence[Known], limit: int) -> list[Brief]:
        """Show what the query caught."""
        return [
            self._brief(its, row, evidence=self._verdict(tree, row).evidence) for its, row in self._newest(known, limit)
        ]

    def changed(self, tree: Node, other: Node, known: Sequence[Known], limit: int) -> list[Brief]:
        """Show what one query caught and the other did not, with the leaves that decided that."""
        return [
            self._brief(its, row, evidence=self._verdict(tree, row).evidence, because=self._verdict(other, row).missing)
            for its, row in self._newest(known, limit)
        ]

    def uncaught(self, tree: Node, ids: set[str], limit: int) -> list[Brief]:
        """Show what the query did not catch and would, if every zone counted."""
        known = bundles.known(self._session, sorted(ids))
        return [
            self._brief(its, row, ignored=self._verdict(tree, row).ignored) for its, row in self._newest(known, limit)
        ]

    def _newest(self, known: Sequence[Known], limit: int) -> list[tuple[list[Known], Article]]:
        stories: dict[str, list[Known]] = {}
        for one in known:
            stories.setdefault(one.story or one.id, []).append(one)
        newest = list(stories.values())[::-1][:limit]
        rows = articles.by_ids(self._session, [its[0].id for its in newest])
        self._outlets = bundles.outlets(self._session, [its[0].story for its in newest if its[0].story])
        return [(its, rows[its[0].id]) for its in newest if its[0].id in rows]

    def _verdict(self, tree: Node, row: Article) -> Verdict:
        seen = document(articles.value_of(row, self._names.get(row.source, "")))
        return evaluate(tree, seen, self._topics, articles.places_of(row))

    def _brief(
        self, its: Sequence[Known], row: Article, *, evidence: Sequence[Evidence] = (),
        ignored: Sequence[Evidence] = (), because: Sequence[Missing] = (),
    ) -> Brief:  # fmt: skip
        outlets = self._outlets.get(row.story or "", 1)
        old = all(one.old for one in its)
        name = self._names.get(row.source, "")
        return Brief(row, name, row.story, len(its), outlets, old, evidence, ignored, because)


def titles_of(found: HasBriefs) -> dict[str, str]:
    """Give the headline of each article that is shown, by its id."""
    rows = [one.article for one in (*found.briefs, *found.ignored)]
    return {row.id: title_of(row.title, articles.value_of(row)) for row in rows}
