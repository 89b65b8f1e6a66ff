"""Tables: aligned under ruled heads where people look, tab-separated with a header row where a program reads.

A program gets plain numbers, whole texts and the unit in the column's name, and no signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cli.terminal import WIDTH, Screen, Styled, Text, bold, clean, columns, cut, dim, padded


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title for people and its name for programs; an empty one is left out for those.

    `gives`: where the table is too wide this column is cut.
    """

    title: str
    name: str
    right: bool = False
    gives: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as people read it, and as programs do."""

    shown: Text
    plain: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line, with the sign before it where somebody must look."""

    cells: Sequence[Cell]
    sign: Text = " "


def same(text: str) -> Cell:
    """Give a cell that people and programs read alike."""
    return Cell(text, text)


def table(screen: Screen, heads: Sequence[Column], rows: Sequence[Row]) -> None:
    """Write a table."""
    if screen.lined:
        _for_people(screen, heads, rows)
    else:
        _for_programs(screen, heads, rows)


def _for_programs(screen: Screen, heads: Sequence[Column], rows: Sequence[Row]) -> None:
    shown = [at for at, head in enumerate(heads) if head.name]
    screen.record([heads[at].name for at in shown])
    for row in rows:
        screen.record([row.cells[at].plain for at in shown])


def _for_people(screen: Screen, heads: Sequence[Column], rows: Sequence[Row]) -> None:
    shown = [at for at, head in enumerate(heads) if head.title]
    widths = _widths([heads[at] for at in shown], [[str(row.cells[at].shown) for at in shown] for row in rows])
    screen.line(
        "  ", *_spaced([bold(_fit(heads[at].title, width, heads[at])) for at, width in zip(shown, widths, strict=True)])
    )
    screen.line("  ", *_spaced([dim("─" * width) for width in widths]))
    for row in rows:
        cells = [_cell(row.cells[at].shown, width, heads[at]) for at, width in zip(shown, widths, strict=True)]
        screen.line(row.sign, " ", *_spaced(cells))


def _widths(heads: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    widths = [max([columns(head.title), *(columns(clean(row[at])) for row in rows)]) for at, head in enumerate(heads)]
    over = 2 + sum(widths) + 2 * (len(widths) - 1) - WIDTH
    giving = sorted((at for at, head in enumerate(heads) if head.gives), key=lambda at: -widths[at])
    for at in giving:
        taken = max(0, min(over, widths[at] - max(12, columns(heads[at].title))))
        widths[at] -= taken
        over -= taken
    return widths


def _cell(text: Text, width: int, head: Column) -> Text:
    fitted = _fit(str(text), width, head)
    return Styled(fitted, text.style) if isinstance(text, Styled) else fitted


def _fit(text: str, width: int, head: Column) -> str:
    return padded(cut(text, width) if head.gives else clean(text), width, right=head.right)


def _spaced(cells: Sequence[Text]) -> list[Text]:
    parts: list[Text] = []
    for cell in cells:
        parts += ["  ", cell] if parts else [cell]
    return parts
