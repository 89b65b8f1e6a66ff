"""`tocsin rules`: rules in quarantine, over their budget or tried on every article; the first can be released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.failure import DONE, NO
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, Limit
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import BAD, GOOD, LOOK, dim
from services.cli.words import stamp
from services.words import count

if TYPE_CHECKING:
    from services.store.quarantine import Asked

group = typer.Typer(help="Rules: equal queries of everybody, as the engine sees them.", invoke_without_command=True)

_HEADS = (
    Column("Id", "id"), Column("State", "state"), Column("Subs", "subscriptions", right=True),
    Column("People", "people", right=True), Column("Query", "query", gives=True), Column("", "breaches"),
    Column("", "fault"), Column("", "said"), Column("", "broke_at"), Column("", "quarantined_at"),
)  # fmt: skip


@group.callback()
def _group(
    context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None
) -> int | None:  # fmt: skip
    """Rules: equal queries of everybody, as the engine sees them."""
    if context.invoked_subcommand is None:
        return list_all(as_json=as_json, data=data, config=config)
    return None


@group.command("list")
def list_all(
    *, quarantined: Annotated[bool, typer.Option("--quarantined", help="Only those in quarantine.")] = False,
    limit: Limit = 50, as_json: AsJson = False, data: Data = None, config: Config = None,
) -> int:  # fmt: skip
    """List rules that broke their budget or are tried on every article. Exit code 1: one is in quarantine."""
    from services.store import quarantine

    with opened(data, config) as here, here.store.read() as session:
        rows = quarantine.page(session, limit=limit, quarantined=quarantined or None)
        held = quarantine.count(session)
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json(_object(row))
        return NO if held else DONE
    if rows:
        table(screen, _HEADS, [_row(row) for row in rows])
    if screen.lined and not rows:
        screen.line(GOOD, " every rule keeps within its budget")
    if screen.lined and held:
        screen.line()
        for row in rows:
            if row.rule.quarantined_at is not None:
                screen.line("  ", row.rule.rule_key, dim(f"   {row.rule.said}"))
        screen.line(dim("  They run again by: tocsin rules release ID"))
    return NO if held else DONE


@group.command("release")
def release(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of rules in quarantine; all or none.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Let rules run again, from the next article on, for everybody who asks for them."""
    from services import clock
    from services.acts import rule_acts

    with opened(data, config) as here, here.store.write() as work:
        rows = [rule_acts.release(work, here.actor, id_, clock.now()) for id_ in dict.fromkeys(ids)]
    screen = terminal.out()
    for row in rows:
        if as_json:
            screen.json(_object(row))
        else:
            asked = count(row.subscriptions, "subscription")
            screen.line(GOOD, f" {row.query or row.rule.rule_key} runs again for {asked}; they are told")


def _object(asked: Asked) -> dict[str, Any]:  # Any: JSON
    rule = asked.rule
    return {
        "id": rule.rule_key, "query": asked.query, "state": _state(asked), "subscriptions": asked.subscriptions,
        "people": asked.people, "breaches": rule.breaches, "fault": rule.fault, "said": rule.said,
        "took_ms": rule.took_ms, "article": rule.article, "broke_at": stamp(rule.broke_at) or None,
        "quarantined_at": stamp(rule.quarantined_at) or None, "anyway": rule.anyway,
    }  # fmt: skip


def _state(asked: Asked) -> str:
    if asked.rule.quarantined_at is not None:
        return "quarantined"
    return "every article" if asked.rule.anyway else "runs"


def _row(asked: Asked) -> Row:
    rule = asked.rule
    cells = [
        rule.rule_key, {"quarantined": "in quarantine"}.get(_state(asked), _state(asked)), f"{asked.subscriptions:,}",
        f"{asked.people:,}", asked.query or "nobody asks for it", str(rule.breaches), rule.fault or "", rule.said or "",
        stamp(rule.broke_at) or "", stamp(rule.quarantined_at) or "",
    ]  # fmt: skip
    return Row([same(text) for text in cells], BAD if rule.quarantined_at else LOOK if rule.anyway else " ")
