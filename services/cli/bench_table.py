"""The figures of `tocsin bench rules` as a table: a line for each system at each size, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import BAD, GOOD, Screen, bold, dim, folded

if TYPE_CHECKING:
    from services.bench.figures import Figures, SizeResult

_COLUMNS = [
    Column("Rules", "rules", right=True),
    Column("System", "system"),
    Column("Best", "best_us", right=True),
    Column("Median", "median_us", right=True),
    Column("p50", "p50_us", right=True),
    Column("p99", "p99_us", right=True),
    Column("B/rule", "bytes_per_rule", right=True),
    Column("Load s", "load_s", right=True),
    Column("Add", "add_us", right=True),
    Column("Rem.", "remove_us", right=True),
    Column("", "candidates", right=True),
    Column("", "matches", right=True),
    Column("Ratio", "ratio", right=True),
]


def show(screen: Screen, results: Sequence[SizeResult]) -> None:
    """Write all sizes; for people also agreement, the halves of the work and how rules were translated."""
    rows = [
        _row(result, name, figures)
        for result in results
        for name, figures in [("ours", result.ours), *result.peers.items()]
    ]
    if screen.lined:
        screen.line(
            "Microseconds of processor time an article (add, remove: a rule); the ratio is a peer's median to ours."
        )
        screen.line()
    table(screen, _COLUMNS, rows)
    for result in results:
        _stands_behind(screen, result)


def _row(result: SizeResult, name: str, figures: Figures) -> Row:
    cells = [
        Cell(f"{result.rules:,}" if name == "ours" else "", str(result.rules)),
        same(name),
        *(_number(value) for value in (
            figures.best_us, figures.median_us, figures.p50_us, figures.p99_us, figures.bytes_per_rule, figures.load_s,
            figures.add_us, figures.remove_us, figures.candidates, figures.matches, figures.ratio,
        )),
    ]  # fmt: skip
    return Row(cells)


def _number(value: float | None) -> Cell:
    if value is None:
        return Cell(dim("–"), "")
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return Cell(shown, f"{value:g}")


def _stands_behind(screen: Screen, result: SizeResult) -> None:
    screen.line()
    screen.line(bold(f"{result.rules:,} rules"), f", {result.articles:,} articles: "
                f"{result.ours.matches:,.1f} matches an article, {result.ours.candidates or 0:,.1f} tried")  # fmt: skip
    if result.peers:
        sign = GOOD if result.agree == result.articles else BAD
        screen.line("  ", sign, f" all found the same rules on {result.agree:,} of {result.articles:,} articles")
    for name, part in result.parts.items():
        screen.line("  ", f"{name:<9}{part.ours_us:8.1f} us   floor {part.floor_us:6.1f} us"
                          f"   {part.ours_us / max(part.floor_us, 0.01):.1f} times")  # fmt: skip
    screen.line("  ", f"restart from a snapshot in {result.restart_s:.2f} s")
    for note in result.notes:
        first, *more = folded(note, 74)
        screen.line("  ", dim(first))
        for line in more:
            screen.line("    ", dim(line))
