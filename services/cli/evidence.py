"""Evidence in the terminal: each clause with its sign, and its passages with the matched words in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.cli.passages import passage, place
from services.cli.terminal import BAD, GOOD, NOT_COUNTED, WIDTH, Screen, dim

if TYPE_CHECKING:
    from services.queries.evaluate import Evidence, Missing


def true_leaves(screen: Screen, evidence: Sequence[Evidence], *, spans: bool = False) -> None:
    """Write what holds, clause by clause; `spans`: with the characters at which the words stand."""
    told = ""
    for one in evidence:
        if one.clause != told:
            screen.line("  ", GOOD, " ", one.clause)
            told = one.clause
        shown(screen, one, spans=spans)


def deciding_leaf(screen: Screen, leaf: Missing, *, spans: bool = False) -> None:
    """Write a leaf that decided a miss, and what shows it."""
    from services.rules.explain import told_missing

    screen.line("  ", BAD, " ", leaf.clause)
    screen.line("      ", dim(told_missing(leaf)))
    for one in leaf.evidence:
        shown(screen, one, spans=spans)
    for inner in leaf.inner:
        for one in inner.evidence:
            shown(screen, one, spans=spans)


def ignored(screen: Screen, evidence: Sequence[Evidence], *, spans: bool = False) -> None:
    """Write what stands only in zones that do not count."""
    if evidence:
        screen.line("  ", NOT_COUNTED, " ignored")
    for one in evidence:
        shown(screen, one, spans=spans)


def shown(screen: Screen, one: Evidence, *, spans: bool = False) -> None:
    """Write one passage; a fact about the whole article is its words."""
    if one.sentence:
        where = place(one.zone, one.sentence_number)
        screen.line("      ", *passage(screen, where, one.sentence, one.marks))
    if one.zone and spans:
        through = f", by {one.inner}" if one.inner else ""
        said = f"characters {one.start:,} to {one.end:,} of the {_whole(one)}{through}"
        screen.line(f"      {'':<18} ", dim(screen.cut(said, WIDTH - 25)))
    said = one.how or ("" if one.sentence else ", ".join(one.words))
    if said:
        screen.line("      ", dim(screen.cut(said, WIDTH - 6)))


def _whole(one: Evidence) -> str:
    return "title" if one.zone == "title" else "text"
