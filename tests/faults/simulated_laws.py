"""What must hold of a simulated installation after every step, and what must have come at the end.

What an article is worth is said by a naive matcher of its own: a word stands in the text.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta

from hypothesis.stateful import invariant
from sqlalchemy import func, select
from sqlmodel import col

from services import telling
from services.store import invariants
from services.store.tables import Alert, Article, Attempt, Delivery, DeliveryAlert, Subscription, Window
from tests.faults.simulated_works import Works

WORKERS = ("w1", "w2", "w3")
ENDED = ("sent", "dead", "suppressed")


class Laws(Works):
    """Asks after each step; at the end lets everything good happen, then compares what is owed with what came."""

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # a sequence that has failed already fails in one way only
                self._settle()
        finally:
            super().teardown()

    @invariant()
    def rows_keep_their_rules(self) -> None:
        with self.store.read() as session:
            found = invariants.broken(session, self.now, timedelta(days=365))
        assert not found, found

    @invariant()
    def a_second_copy_has_an_excuse(self) -> None:
        with self.store.read() as session:
            known = {row.id: row for row in session.scalars(select(Delivery))}
            uncertain = Counter(
                row.delivery for row in session.scalars(select(Attempt)) if row.outcome in ("uncertain", None)
            )
        for id_, copies in self.sink.accepted.items():
            assert id_ in known, f"unexpected: {id_}"
            assert copies <= 1 + uncertain[id_], f"{copies} copies of {id_}, {uncertain[id_]} excused"
        assert not self.sink.came_again, "refused for good, and sent again without a replay"
        told = Counter(
            (row.channel, row.story, row.kind) for row in known.values() if row.story and row.state == "sent"
        )
        assert not [key for key, count in told.items() if count > 1], "a channel was told of a story twice"

    def _settle(self) -> None:
        """Let everything good happen, then compare what is owed with what came."""
        with self.store.read() as session:
            dead_before = {row.id for row in session.scalars(select(Delivery).where(col(Delivery.state) == "dead"))}
        self.hands.clear()
        for worker in WORKERS:
            self._die(worker)
        with self.store.write() as work:
            for row in work.session.scalars(select(Delivery)).all():
                if row.worker is not None:
                    row.worker = "gone for good"
                    work.session.add(row)
        self.post.next = "ok"
        for _ in range(30):
            if self._is_quiet():
                break
            self.now += timedelta(hours=8)
            self._read_and_match()
            self._sweep()
            self._claim("w9")
            while self.hands.get("w9"):
                row, known = self.hands["w9"].pop(0)
                telling.send(self.store, row, known, self.teller)
        self.rows_keep_their_rules()
        self.a_second_copy_has_an_excuse()
        self._nothing_is_lost(dead_before)

    def _is_quiet(self) -> bool:
        """Say whether nothing is on its way or will be: more rounds would change nothing."""
        with self.store.read() as session:
            rows = session.scalar(select(func.count()).where(col(Delivery.state).not_in(ENDED))) or 0
            rows += session.scalar(select(func.count()).where(col(Article.state) == "new")) or 0
            rows += session.scalar(select(func.count()).where(col(Window.state) == "open")) or 0
        return rows == 0

    def _nothing_is_lost(self, dead_before: set[str]) -> None:
        with self.store.read() as session:
            links = list(session.scalars(select(DeliveryAlert)))
            rows = {row.id: row for row in session.scalars(select(Delivery))}
            articles = list(session.scalars(select(Article)))
            alerts = {(row.subscription, row.story) for row in session.scalars(select(Alert))}
            told_windows = list(session.scalars(select(Window)))
            open_windows = [row for row in told_windows if row.state == "open"]
            asked = {row.id: row for row in session.scalars(select(Subscription)) if row.state == "active"}
        assert not open_windows, "a window never closed"
        ends = Counter((row.channel, row.cadence, row.closes_at) for row in told_windows if row.cadence == "daily")
        assert max(ends.values(), default=1) == 1, "two digests for one time"
        for link in links:
            assert link.state in ("sent", "told", "dead", "suppressed"), f"lost: {link}"
            if link.state == "sent":
                assert link.delivery is not None
                assert self.sink.accepted[link.delivery] >= 1, f"marked sent and never sent: {link.delivery}"
        for row in rows.values():
            assert row.state in ("sent", "dead", "suppressed"), f"lost: {row.id} is {row.state}"
            assert row.state != "dead" or row.id in dead_before, f"dead for no reason: {row.reason}"
        for article in articles:
            assert article.state == "matched", f"lost: {article.external_id} is {article.state}"
            text = self.texts[article.external_id][article.revision - 1]
            for one in asked.values():
                if any(word in text for word in one.query.split(" OR ")) and not article.old:
                    assert (one.id, article.story) in alerts, f"no alert: {one.query}, {article.external_id}"
