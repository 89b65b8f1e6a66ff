"""Write what matched articles lead to: their stories, their alerts, their messages; a few articles in one transaction.

Articles are written together: one statement for the rows of each table. Where that fails, each is written by itself, so
that the one that cannot be written is counted and the others are not held up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlmodel import Session

from services.addressing import Options
from services.articles.article import Article
from services.broker import Stage
from services.crashpoints import crashpoint
from services.deciding import Matched, decide_all
from services.errors import OutsideError, said, trace
from services.finding import Finding
from services.store import articles, quarantine, stories
from services.store.live_stories import LiveStories
from services.store.states import ArticleState
from services.store.tables import Article as ArticleRow
from services.store.work import Store, Work
from services.stories import exact
from services.stories.signature import Signature

log = structlog.get_logger(__name__)

TOGETHER = 10  # articles written in one transaction: others who write wait for so many
Found = tuple[ArticleRow, Finding | Exception, Signature | Exception]
"""An article with what matching it found, and what its story is found by."""


class _PassedOnError(Exception):
    """Another worker has taken an article over and writes the same: what was written for its story is undone."""


@dataclass(frozen=True, slots=True)
class _Ready:
    row: ArticleRow
    article: Article
    keys: Sequence[str]
    signature: Signature
    finding: Finding

    @property
    def known_by(self) -> set[str]:
        """What another article of the same story can have in common with it."""
        address = {f"address {self.row.url_canonical}"} if self.row.url_canonical else set()
        return {f"id {self.row.source} {self.row.external_id}", *self.keys} | address


def settle(
    store: Store, live: LiveStories, found: Sequence[Found], token: str, options: Options, clock: Callable[[], datetime]
) -> None:
    """Write what articles lead to, or count their failures. `token` is that of their claim."""
    ready: list[_Ready] = []
    for row, finding, signature in found:
        try:
            ready.append(_ready(row, finding, signature))
        except Exception as error:  # noqa: BLE001
            _count(store, row, token, error, clock())
    for start in range(0, len(ready), TOGETHER):
        _settle(store, live, ready[start : start + TOGETHER], token, options, clock())


def _ready(row: ArticleRow, finding: Finding | Exception, signature: Signature | Exception) -> _Ready:
    if isinstance(finding, Exception):
        raise finding
    if isinstance(signature, Exception):
        raise signature
    article = articles.value_of(row)
    return _Ready(row, article, exact.keys(article, row.url_canonical), signature, finding)


def _settle(
    store: Store, live: LiveStories, some: Sequence[_Ready], token: str, options: Options, now: datetime
) -> None:  # fmt: skip
    try:
        _write(store, live, some, token, options, now)
    except Exception as error:
        if len(some) > 1:
            for one in some:
                _settle(store, live, [one], token, options, now)
        elif isinstance(error, OutsideError):
            raise
        elif not isinstance(error, _PassedOnError):
            _count(store, some[0].row, token, error, now)


def _count(store: Store, row: ArticleRow, token: str, error: Exception, now: datetime) -> None:
    log.warning("article cannot be matched", article=row.id, error=said(error))
    with store.write() as work:
        articles.record_failure(work.session, row, token, said(error), trace(error), now)


def _write(
    store: Store, live: LiveStories, some: Sequence[_Ready], token: str, options: Options, now: datetime
) -> None:  # fmt: skip
    """Write all that articles lead to, in one transaction under the lock of stories."""
    with live.lock:
        try:
            with store.write() as work:
                stories.lock(work.session)
                live.begin(work.session, now, len(some))
                for run in _runs(some):
                    _write_run(work, live, run, token, options, now)
                crashpoint("C09")
        except BaseException:
            live.undone()
            raise
        live.committed()


def _runs(some: Sequence[_Ready]) -> Iterator[list[_Ready]]:
    """Cut articles into runs of which no two are of one story by what they are known by; nor has any a story.

    So what is asked for a whole run before any of it is written is what each would be told.
    """
    run: list[_Ready] = []
    known: set[str] = set()
    for one in some:
        its = one.known_by
        if run and (one.row.story is not None or run[-1].row.story is not None or known & its):
            yield run
            run, known = [], set()
        run.append(one)
        known |= its
    if run:
        yield run


def _write_run(
    work: Work, live: LiveStories, run: Sequence[_Ready], token: str, options: Options, now: datetime
) -> None:  # fmt: skip
    session = work.session
    joined = (
        _anew(session, run[0], token)
        if run[0].row.story is not None
        else _join(session, live, run, token, options, now)
    )
    told = [
        Matched(one.row, its, one.finding.hits) for one, its in zip(run, joined, strict=True) if not one.row.old
    ]  # fmt: skip
    if decide_all(session, told, options, now):
        work.hint(Stage.DELIVER)
    for one in run:  # after the alerts: what a rule found before it went to quarantine is told
        for breach in one.finding.breaches:
            log.warning(
                "rule broke its budget", rule=breach.rule, article=one.row.id, fault=breach.fault, said=breach.said
            )
            quarantine.record_breach(session, breach, now, article=one.row.id)


def _join(
    session: Session, live: LiveStories, run: Sequence[_Ready], token: str, options: Options, now: datetime
) -> list[stories.Joined]:
    """Find or begin the story of each article of a run, and write its outcome."""
    known = stories.keyed(session, {key for one in run for key in one.keys})
    earlier = articles.previous_all(session, [one.row for one in run])
    found = []
    for one in run:
        joined = stories.assign(
            session, one.row, one.keys, earlier.get(one.row.id), now, known=known, window=options.window,
            likeness=partial(live.decide, session, one.signature, one.article),
        )  # fmt: skip
        live.add(
            session, article=one.row.id, story=joined.story, decision=joined.decision, changed=joined.changed,
            new=one.signature, now=now,
        )  # fmt: skip
        found.append(joined)
    live.write(session)
    stories.put_keys(session, {key: its.story.id for one, its in zip(run, found, strict=True) for key in one.keys}, now)
    outcomes = [(one.row, _outcome(one.row, its, now)) for one, its in zip(run, found, strict=True)]
    if not articles.record_all(session, token, outcomes):
        raise _PassedOnError
    return found


def _outcome(row: ArticleRow, joined: stories.Joined, now: datetime) -> dict[str, object]:
    state = ArticleState.SET_ASIDE if row.old else ArticleState.MATCHED
    reason = "old" if row.old else None
    return {"state": state, "reason": reason, "story": joined.story.id, "matched_at": now, "tries": 0}


def _anew(session: Session, one: _Ready, token: str) -> list[stories.Joined]:
    """Take up an article that an operator parted from a story. It keeps the one it has, and its time."""
    joined = stories.joined_before(session, one.row)
    if not articles.record(session, one.row, token, tries=0, state=ArticleState.MATCHED, reason=None):
        raise _PassedOnError
    return [joined]
