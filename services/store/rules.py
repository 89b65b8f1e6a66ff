"""The rule index of a match worker, kept like the database by the change log."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlmodel import Session, col

from services.errors import InvalidError
from services.queries.parser import STORED, parse
from services.queries.tree import Node
from services.rules.budget import Budget
from services.rules.engine import Engine
from services.rules.frequent import SAMPLE, learned
from services.store import articles, quarantine, rule_snapshot, topic_packs
from services.store.packs import Packs
from services.store.states import SubscriptionState
from services.store.tables import Counter, Rule, RuleChange, Subscription
from services.store.work import Store

log = structlog.get_logger(__name__)

PAGE = 2000
_LEAST_CHANGES = 1000  # fewer are read again faster than a snapshot is written


class LiveRules:
    """An engine and the number of the last change it knows. One thread at a time, by `lock`."""

    def __init__(
        self, engine: Engine, packs: Packs, snapshot: Path | None = None, budget: Budget | None = None
    ) -> None:
        self.engine = engine
        self.budget = budget or Budget()
        self._snapshot = snapshot
        self._since = 0  # changes that are not in the snapshot
        self.lock = threading.Lock()
        self._texts: dict[str, str] = {}
        self.packs = packs
        self._seen: int | None = None
        self._topics_seen = 0
        self._unread: dict[str, str] = {}
        self._anyway: dict[str, str] | None = None
        self.outlived = False  # whether this process went through articles with them and still lives

    def tree(self, key: str) -> Node:
        """Give a rule's tree with its words as they were typed, for showing why it holds.

        It is read again from its text: kept as objects, trees take some five hundred bytes a rule.
        """
        return self._read(self._texts[key])

    def text(self, key: str) -> str:
        """Give a rule's query as it is stored."""
        return self._texts[key]

    def _read(self, query: str) -> Node:
        return parse(query, self.packs.lookups, STORED).tree

    def refresh(self, store: Store) -> int:
        """Take in all changes committed until now; the first call loads every rule, page by page. Give how many."""
        self._refresh_topics(store)
        if self._seen is None and self._take_snapshot(store):
            changed = len(self.engine)
        elif self._seen is None:
            with store.read() as session:
                seen = session.scalar(select(col(Counter.value)).where(col(Counter.name) == "rule_change")) or 0
            changed = self._load(store)
            self._seen = seen
            self._since = changed
        else:
            changed = 0
        while page := self._changes(store):
            changed += len(page)
            self._since += len(page)
        if self._anyway != self.engine.any_rules:
            self._note_anyway(store)
        if self._since > max(_LEAST_CHANGES, len(self.engine) // 10):
            self.keep(store)
        return changed

    def _note_anyway(self, store: Store) -> None:
        """Write down which rules are tried on every article, for people to see; first those that no longer are, too."""
        found = dict(self.engine.any_rules)
        new = found.items() - (self._anyway or {}).items()
        with store.read() as session:
            over = [] if self._anyway is not None else quarantine.tried_anyway(session)
        over = [key for key in over if key in self.engine and key not in found]
        if new or over:
            with store.write() as work:
                quarantine.note_anyway(work.session, dict(new), over)
        self._anyway = found

    def _refresh_topics(self, store: Store) -> None:
        """Take in topic packs that were applied; queries that named one before it was there are read again."""
        with store.look() as session:
            seen = topic_packs.changes(session)
            if seen == self._topics_seen:
                return
            self.packs, self._topics_seen = topic_packs.current(session), seen
        self.engine.set_topics(self.packs.trees)
        for key, query in list(self._unread.items()):
            self._set(key, query)

    def keep(self, store: Store) -> None:
        """Write the snapshot from which the next process begins; not while a query waits for its topic to be read."""
        if self._snapshot is not None and self._seen is not None and not self._unread:
            with store.read() as session:
                rule_snapshot.write(self._snapshot, session, self.engine, self._texts, self._seen)
            self._since = 0

    def _take_snapshot(self, store: Store) -> bool:
        if self._snapshot is None:
            return False
        with store.read() as session:
            taken = rule_snapshot.read(self._snapshot, session, self.packs)
        if taken is None:
            return False
        self.engine, self._texts, self._seen = taken.engine, taken.texts, taken.seen
        return True

    def _load(self, store: Store) -> int:
        """Each page is a transaction of its own, so that loading never holds the database up.

        What words the newest articles have decides under which of its words a rule waits.
        """
        with store.read() as session:
            newest = [articles.value_of(row) for row in articles.page(session, limit=SAMPLE) if row.text]
        self.engine.know(learned(newest))
        after, loaded = "", 0
        while True:
            with store.read() as session:
                page = _rules(session, after=after, limit=PAGE)
            for key, query in page:
                self._set(key, query)
            loaded += len(page)
            if len(page) < PAGE:
                return loaded
            after = page[-1][0]

    def _changes(self, store: Store) -> Sequence[int]:
        with store.look() as session:
            later = select(RuleChange).where(col(RuleChange.seq) > self._seen).order_by(col(RuleChange.seq)).limit(PAGE)
            changes = session.scalars(later).all()
            wanted = dict(_rules(session, keys=[change.rule_key for change in changes])) if changes else {}
        for key in {change.rule_key for change in changes}:
            self._set(key, wanted.get(key))
        if changes:
            self._seen = changes[-1].seq
        return [change.seq for change in changes]

    def _set(self, key: str, query: str | None) -> None:
        self.engine.remove(key)
        self._texts.pop(key, None)
        self._unread.pop(key, None)
        if query is None:
            return
        try:
            self.engine.add(key, self._read(query))
            self._texts[key] = query
        except InvalidError as error:
            self._unread[key] = query
            log.error("a stored query cannot be read", rule=key, error=error.message)


def _rules(
    session: Session, *, after: str = "", keys: Sequence[str] | None = None, limit: int | None = None
) -> list[tuple[str, str]]:
    """Give (rule key, query text) of rules that an active subscription has and that are not in quarantine."""
    query = (
        select(col(Subscription.rule_key), func.min(col(Subscription.query)))
        .where(col(Subscription.state) == SubscriptionState.ACTIVE, col(Subscription.rule_key) > after)
        .where(
            col(Subscription.rule_key).not_in(select(col(Rule.rule_key)).where(col(Rule.quarantined_at).is_not(None)))
        )
        .group_by(col(Subscription.rule_key))
        .order_by(col(Subscription.rule_key))
        .limit(limit)
    )
    if keys is not None:
        query = query.where(col(Subscription.rule_key).in_(keys))
    return [(key, text) for key, text in session.execute(query)]
