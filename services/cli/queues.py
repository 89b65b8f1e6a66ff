"""`tocsin queues`: what waits at each stage, for how long, how much passes, and what needs somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import LOOK, Screen, Text
from services.cli.words import age, bars, number, plain_number
from services.words import count

if TYPE_CHECKING:
    from services.store.queues import StageCount

_HEADS = (
    Column("Stage", "stage"), Column("Waiting", "waiting", right=True), Column("Oldest", "oldest_s"),
    Column("A minute", "per_minute", right=True), Column("Last hour", ""),
    Column("Failed today", "failed_today", right=True), Column("Workers", "workers"), Column("", "workers_wanted"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """The stages, the channels that hold up deliveries (label, reason, how many wait), the dead letters.

    `quarantined` rules run no more, those tried `anyway` are tried on every article.
    """

    stages: Sequence[StageCount]
    blocked: Sequence[tuple[str, str, int]]
    dead: int
    quarantined: int = 0
    anyway: int = 0


def queues(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Show what waits at each stage, and what needs somebody."""
    from services import clock
    from services.store import quarantine, queues

    now = clock.now()
    with opened(data, config) as here, here.store.read() as session:
        counted = Counted(
            queues.count(session, now), queues.blocked(session, now), queues.dead_letters(session),
            quarantine.count(session), quarantine.count_anyway(session),
        )  # fmt: skip
    screen = terminal.out()
    if as_json:
        for stage in counted.stages:
            screen.json(asdict(stage) | {"last_hour": list(stage.last_hour), "workers_wanted": _wanted(stage)})
        return
    show(screen, counted)


def show(screen: Screen, counted: Counted) -> None:
    """Write the table, and for people what needs somebody, each with what mends it."""
    table(screen, _HEADS, [_row(stage, counted) for stage in counted.stages])
    needs = _needs(counted)
    if screen.lined and needs:
        screen.line()
        for need in needs:
            screen.line(LOOK, " ", need)


def _row(stage: StageCount, counted: Counted) -> Row:
    held = stage.stage == "deliver" and counted.blocked
    sign: Text = LOOK if held or (stage.waiting and not stage.workers) else " "
    cells = [
        same(stage.stage), Cell(f"{stage.waiting:,}", str(stage.waiting)),
        Cell(age(stage.oldest_s), plain_number(stage.oldest_s)),
        Cell(number(stage.per_minute), plain_number(stage.per_minute)), Cell(bars(stage.last_hour), ""),
        Cell(f"{stage.failed_today:,}", str(stage.failed_today)),
        Cell(f"{stage.workers} of {_wanted(stage)}", str(stage.workers)), same(str(_wanted(stage))),
    ]  # fmt: skip
    return Row(cells, sign)


def _wanted(stage: StageCount) -> int:
    """Each stage needs one worker at least; more are an operator's choice, and all that work are wanted."""
    return max(1, stage.workers)


def _needs(counted: Counted) -> list[str]:
    idle = [stage for stage in counted.stages if not stage.workers]
    if len(idle) == len(counted.stages):
        found = ["No worker is at work: tocsin up"]
    else:
        found = [f"Nobody works at {stage.stage}: tocsin worker {_role(stage)}" for stage in idle]
    for label, reason, waiting in counted.blocked:
        why = f" ({reason})" if reason else ""
        found.append(f"{count(waiting, 'delivery waits', 'deliveries wait')} for one channel: {label}{why}")
    if counted.dead:
        found.append(f"{count(counted.dead, 'dead letter')}: tocsin deliveries list --state dead")
    if counted.quarantined:
        found.append(f"{count(counted.quarantined, 'rule is', 'rules are')} in quarantine: tocsin rules")
    if counted.anyway:
        found.append(f"{count(counted.anyway, 'rule is', 'rules are')} tried on every article: tocsin rules")
    return list(dict.fromkeys(found))


def _role(stage: StageCount) -> str:
    return "ingest" if stage.stage == "fetch" else stage.stage
