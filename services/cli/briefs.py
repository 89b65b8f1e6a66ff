"""Stories that were caught, the days they began on, and what each clause brings, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from services.cli import evidence
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import BAD, GOOD, NOT_COUNTED, WIDTH, Screen, bold, dim
from services.cli.words import bars, moment
from services.words import count

if TYPE_CHECKING:
    from services.lookback.caught import Share
    from services.previews.briefs import Brief
    from services.queries.evaluate import Evidence

_HEADS = (
    Column("What each part brings", "clause", gives=True), Column("Stories", "stories", right=True),
    Column("Only this", "only", right=True), Column("Keeps out", "kept_out", right=True), Column("", "role"),
)  # fmt: skip


def stories(number: int) -> str:
    """Write a number of stories."""
    return count(number, "story", "stories") if number else "no story"


def days_of(screen: Screen, days: Sequence[tuple[date, int]]) -> None:
    """Draw the stories of each day as a bar where people look."""
    if not screen.lined or not any(number for _, number in days):
        return
    busiest, most = max(days, key=lambda one: one[1])
    screen.line()
    first, last = days[0][0], days[-1][0]
    screen.line("  ", bars([number for _, number in days]), dim(f"   {first.day} {first:%b} to {last.day} {last:%b}, "),
                dim(f"most on {busiest.day} {busiest:%b}: {most:,}"))  # fmt: skip


def clauses(screen: Screen, shares: Sequence[Share]) -> None:
    """Write what each clause brings; of a query of one clause there is nothing to say."""
    if len(shares) < 2:
        return
    screen.line()
    table(screen, _HEADS, [_row(share) for share in shares])


def _row(share: Share) -> Row:
    known = share.kept_out is not None
    kept = Cell(f"{share.kept_out:,}" if known else "–", str(share.kept_out) if known else "")
    numbers = [Cell(f"{number:,}", str(number)) for number in (share.stories, share.only)]
    return Row([same(share.clause), *numbers, kept, same(share.role.value)])


def show(screen: Screen, one: Brief) -> None:
    """Write one story: its headline and outlet, the passages that made it caught, or why it was not."""
    from services import clock
    from services.alerts.reason import title_of
    from services.store.articles import value_of

    screen.line()
    sign = NOT_COUNTED if one.ignored or one.old else GOOD
    title = title_of(one.article.title, value_of(one.article))
    screen.line(sign, " ", bold(screen.cut(title, WIDTH - 2)))
    said = [one.source, moment(one.article.seen_at, clock.now())]
    if one.outlets > 1:
        said.append(f"also in {count(one.outlets - 1, 'outlet')}")
    if one.old:
        said.append("from before the source was watched: no alert")
    screen.line("  ", dim(", ".join(said)))
    for passage in _few(one.evidence):
        evidence.shown(screen, passage)
    for passage in one.ignored[:2]:
        evidence.shown(screen, passage)
    for leaf in one.because:
        why = "stands there, and is left out" if leaf.present else "is not there"
        screen.line("      ", BAD, f" {leaf.clause}", dim(f"   {why}, by the other query"))


def _few(passages: Sequence[Evidence]) -> list[Evidence]:
    """Give the first passage of each of the first three clauses."""
    first: dict[str, Evidence] = {}
    for one in passages:
        first.setdefault(one.clause, one)
    return list(first.values())[:3]
