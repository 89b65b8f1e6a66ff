"""`tocsin deliveries`: messages on their way, sent, or dead with a reason; dead ones can be replayed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, Limit
from services.cli.states import sign_or_good, state
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import GOOD, WIDTH, Screen, bold, dim
from services.cli.words import kind, moment, stamp
from services.errors import InvalidError
from services.words import count

if TYPE_CHECKING:
    from sqlmodel import Session

    from services.store.replays import Wanted
    from services.store.tables import Attempt, Channel, Delivery

group = typer.Typer(help="Deliveries: messages to channels, and dead letters.", invoke_without_command=True)

State = Annotated[str | None, typer.Option("--state", help="pending, sent, dead, …", show_default=False)]
OfChannel = Annotated[
    str | None, typer.Option("--channel", metavar="ID", help="Only to this channel.", show_default=False)
]

_HEADS = (
    Column("Id", "id"), Column("When", "created_at"), Column("Channel", "channel", gives=True),
    Column("State", "state"), Column("Tries", "attempts", right=True), Column("Reason", "reason", gives=True),
    Column("", "kind"), Column("", "sent_at"), Column("", "due_at"), Column("", "subject"),
    Column("", "channel_label"),
)  # fmt: skip


@group.callback()
def _group(
    context: typer.Context, *, state: State = None, channel: OfChannel = None, limit: Limit = 50,
    as_json: AsJson = False, data: Data = None, config: Config = None,
) -> None:  # fmt: skip
    """Deliveries: messages to channels, and dead letters."""
    if context.invoked_subcommand is None:
        list_all(state=state, channel=channel, limit=limit, as_json=as_json, data=data, config=config)


@group.command("list")
def list_all(
    *, state: State = None, channel: OfChannel = None, limit: Limit = 50, as_json: AsJson = False, data: Data = None,
    config: Config = None,
) -> None:  # fmt: skip
    """List deliveries, the newest first."""
    from services import clock
    from services.store import channels, deliveries

    _check_state(state)
    with opened(data, config) as here, here.store.read() as session:
        if channel is not None:
            channels.get(session, channel)
        rows = deliveries.page(session, state=state, channel=channel, limit=limit + 1)
        to = _channels(session, rows)
    screen, now = terminal.out(), clock.now()
    if as_json:
        for row in rows[:limit]:
            screen.json(_object(row, to[row.channel]))
        return
    table(screen, _HEADS, [_row(row, to[row.channel], now) for row in rows[:limit]])
    if screen.lined and not rows:
        screen.line(dim(f"  No delivery is {state}." if state else "  No message was put on its way yet."))
    if screen.lined and len(rows) > limit:
        screen.line(dim(f"  There are more: tocsin deliveries --limit {limit * 4}"))


@group.command("show")
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of the delivery.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show one delivery with every attempt and its answer."""
    from services.store import channels, deliveries

    with opened(data, config) as here, here.store.read() as session:
        row = deliveries.get(session, id_)
        channel = channels.get(session, row.channel)
        log = list(deliveries.attempts(session, id_))
    screen = terminal.out()
    if as_json:
        screen.json(_object(row, channel) | {"attempt_log": [_attempt_object(one) for one in log]})
        return
    _show(screen, row, channel, log)


@group.command("replay")
def replay(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Ids of dead deliveries.")] = None,
    *,
    channel: OfChannel = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="Only with this reason code.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only those that died since.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Only those that died before.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All dead deliveries.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Send dead deliveries again, under the same ids: those named (all or none), or all that the options describe."""
    wanted = _wanted(channel, reason, since, until)
    if bool(ids) + bool(wanted or everything) != 1:
        text = "Name deliveries by their ids, or describe them by --channel, --reason, --since, --until or --all"
        raise InvalidError(text, field="ID")
    if ids:
        _replay_named(ids, as_json=as_json, data=data, config=config)
        return
    _replay_all(wanted, as_json=as_json, data=data, config=config)


def _wanted(channel: str | None, reason: str | None, since: str | None, until: str | None) -> Wanted | None:
    from services.store.replays import Wanted

    if not (channel or reason or since or until):
        return None
    return Wanted(channel, reason, _time(since, "--since"), _time(until, "--until"))


def _time(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        message = f'"{text}" is not a time. Expected one such as 2026-11-19T09:00 or 2026-11-19T09:00+01:00'
        raise InvalidError(message, field=field) from error
    return at.astimezone(UTC)  # without a zone: the clock of this machine


def _replay_named(ids: list[str], *, as_json: bool, data: Data, config: Config) -> None:
    from services import clock
    from services.acts import delivery_acts
    from services.store import channels

    with opened(data, config) as here, here.store.write() as work:
        rows = [delivery_acts.replay(work, here.actor, id_, clock.now()) for id_ in dict.fromkeys(ids)]
        to = {row.channel: channels.get(work.session, row.channel) for row in rows}
    screen = terminal.out()
    if as_json:
        for row in rows:
            screen.json(_object(row, to[row.channel]))
        return
    screen.line(GOOD, f" {count(len(rows), 'delivery is', 'deliveries are')} on the way again")
    for row in rows:
        screen.line("  ", row.id, dim(f"   {kind(to[row.channel].kind)} {to[row.channel].label}"))


def _replay_all(wanted: Wanted | None, *, as_json: bool, data: Data, config: Config) -> None:
    from services import clock
    from services.acts import delivery_acts
    from services.store import channels, replays

    wanted = wanted or replays.Wanted()
    with opened(data, config) as here, here.store.write() as work:
        if wanted.channel is not None:
            channels.get(work.session, wanted.channel)
        named, _ = replays.count(work.session, wanted)
        sent = delivery_acts.replay_all(work, here.actor, wanted, clock.now())
    screen = terminal.out()
    if as_json:
        screen.json({"replayed": sent, "left": named - sent})
        return
    screen.line(GOOD, f" {count(sent, 'delivery is', 'deliveries are')} on the way again")
    if named > sent:
        left = count(named - sent, "stays", "stay")
        screen.line("  ", dim(f"{left}: the channel is disabled or its address is suppressed. tocsin channels"))


def _check_state(name: str | None) -> None:
    from services.store.states import DeliveryState

    if name is not None and name not in set(DeliveryState):
        names = ", ".join(DeliveryState)
        raise InvalidError(f'There is no state "{name}". Expected one of: {names}', field="--state")


def _channels(session: Session, rows: list[Delivery]) -> dict[str, Channel]:
    from services.store import channels

    return {id_: channels.get(session, id_) for id_ in {row.channel for row in rows}}


def _row(row: Delivery, channel: Channel, now: datetime) -> Row:
    shown = state(row.state)
    cells = [
        same(row.id), Cell(moment(row.created_at, now), stamp(row.created_at)), Cell(channel.label, channel.id),
        Cell(shown.word, row.state),
        same(str(row.attempt_no)), same(row.reason or ""), same(row.kind), same(stamp(row.sent_at)),
        same(stamp(row.due_at)), same(row.subject or ""), same(channel.label),
    ]  # fmt: skip
    return Row(cells, shown.sign)


def _show(screen: Screen, row: Delivery, channel: Channel, log: list[Attempt]) -> None:
    word = state(row.state).word
    screen.line(
        sign_or_good(row.state, GOOD), f" {word}   ", bold(f"{kind(channel.kind)} {channel.label}"), dim(f"   {row.id}")
    )
    for name, text in (
        ("subject", row.subject), ("reason", row.reason), ("put", stamp(row.created_at)), ("sent", stamp(row.sent_at)),
        ("due", "" if row.sent_at or row.ended_at else stamp(row.due_at)), ("called there", row.provider_id),
    ):  # fmt: skip
        if text:
            screen.line(f"  {name:<13} ", screen.cut(text, WIDTH - 16))
    screen.line()
    for one in log:
        sign = GOOD if one.outcome == "accepted" else terminal.NOT_COUNTED
        said = " ".join(part for part in (one.code, one.detail) if part)
        screen.line(
            "  ",
            sign,
            f" try {one.no}  {stamp(one.started_at)}  ",
            screen.cut(f"{one.outcome or 'runs'}  {said}", WIDTH - 34),
        )
    if row.state == "dead":
        screen.line("  ", bold(f"tocsin deliveries replay {row.id}"))


def _object(row: Delivery, channel: Channel) -> dict[str, Any]:  # Any: JSON
    return {
        "id": row.id, "channel": row.channel, "channel_kind": channel.kind, "channel_label": channel.label,
        "kind": row.kind, "story": row.story, "state": row.state, "attempts": row.attempt_no, "reason": row.reason,
        "reason_code": row.reason_code, "subject": row.subject, "created_at": stamp(row.created_at),
        "due_at": stamp(row.due_at), "sent_at": stamp(row.sent_at) or None, "ended_at": stamp(row.ended_at) or None,
    }  # fmt: skip


def _attempt_object(row: Attempt) -> dict[str, Any]:  # Any: JSON
    return {
        "no": row.no, "worker": row.worker, "started_at": stamp(row.started_at),
        "ended_at": stamp(row.ended_at) or None, "outcome": row.outcome, "code": row.code, "detail": row.detail,
    }  # fmt: skip
