"""Answer "why didn't I get this?" for a link, and "who got this, and who did not?" for operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from services.alerts.reason import title_of
from services.articles.url import web_link
from services.errors import InvalidError
from services.queries.as_json import Json
from services.queries.document import document
from services.store import articles, links, sources
from services.store.packs import Packs
from services.store.tables import Article, Subscription
from services.why import article as shared
from services.why import subscription as own
from services.why.line import Line, Passed, Stage, Step, whole
from services.why.subscription import Seen
from services.why.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a link. `shared`: the stages that are the same for everybody. `lines`: one a subscription."""

    url: str
    article: Article | None
    title: str
    source: str
    shared: Line
    lines: Sequence[Line]

    @property
    def stopped(self) -> Stage | None:
        """The stage that stopped the article for everybody who was asked about."""
        if self.shared.stopped is not None or len(self.lines) != 1:
            return self.shared.stopped
        return self.lines[0].stopped


def why(session: Session, packs: Packs, url: str, subscriptions: Sequence[Subscription], words: Words) -> Answer:
    """Say how far the article of a link came for each of the subscriptions."""
    if web_link(url) is None:
        raise InvalidError("Enter an address that starts with https:// or http://", field="/url")
    rows = links.by_link(session, url)
    row = _best(session, rows, subscriptions)
    first = shared.stages(session, url, row, words)
    common = Line(whole(first, Step.AGE))
    seen = _seen(session, packs, row) if row is not None and common.stopped is None else None
    lines = []
    for one in subscriptions:
        found = first if seen is None else [*first, *own.stages(session, seen, one, words)]
        lines.append(Line(whole(found), one.id, one.name, one.query, one.person))
    source = sources.get(session, row.source).name if row is not None else ""
    return Answer(url, row, _title(row), source, common, lines)


def _best(session: Session, rows: Sequence[Article], subscriptions: Sequence[Subscription]) -> Article | None:
    """Of several articles with this address take the one that was told, else the first that is new, else any."""
    for row in rows:
        if any((a := links.alert_of(session, one.id, row)) and a.article == row.id for one in subscriptions):
            return row
    return next((row for row in reversed(rows) if not row.old), rows[0] if rows else None)


def _seen(session: Session, packs: Packs, row: Article) -> Seen:
    value = articles.value_of(row, sources.get(session, row.source).name)
    return Seen(row, document(value), articles.places_of(row), packs.trees, packs.lookups)


def _title(row: Article | None) -> str:
    if row is None:
        return ""
    return title_of(row.title, articles.value_of(row)) if row.read_at else (row.title or "")


def to_json(answer: Answer) -> Json:
    """Give an answer as JSON has it."""
    row, stopped = answer.article, answer.stopped
    about = None if row is None else {
        "id": row.id, "title": answer.title, "url": row.url, "source": answer.source, "seen_at": row.seen_at,
        "published": row.published_at, "state": row.state, "story": row.story,
    }  # fmt: skip
    return {
        "url": answer.url, "article": about, "stopped": stopped.step.value if stopped else None,
        "because": stopped.because if stopped else None, "stages": [_stage(stage) for stage in answer.shared.stages],
        "subscriptions": [_line(line) for line in answer.lines],
    }  # fmt: skip


def _line(line: Line) -> Json:
    stopped = line.stopped
    return {
        "id": line.subscription, "name": line.name, "query": line.query, "person": line.person, "got": line.got,
        "stopped": stopped.step.value if stopped else None, "because": stopped.because if stopped else None,
        "text": stopped.text if stopped else line.stages[-1].text,
        "stages": [_stage(stage) for stage in line.stages],
    }  # fmt: skip


def _stage(stage: Stage) -> Json:
    because = stage.because or None if stage.passed is Passed.STOPPED else None
    return {
        "stage": stage.step.value, "state": stage.passed.value, "because": because, "text": stage.text,
        "facts": dict(stage.facts),
    }  # fmt: skip
