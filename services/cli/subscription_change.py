"""`tocsin subscriptions change`: another query, name or rhythm; mute, snooze, pause, keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import failure, terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.states import state
from services.cli.subscriptions import as_object
from services.cli.terminal import GOOD, bold, dim
from services.cli.words import stamp
from services.errors import InvalidError

if TYPE_CHECKING:
    from services.store.tables import Subscription

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _flag(names: str, about: str) -> Any:  # Any: what typer calls an option
    return typer.Option(names, help=about, show_default=False)


def change(
    subscription: Annotated[str, typer.Argument(metavar="ID", help="Id of the subscription.")],
    *,
    query: Annotated[str | None, _flag("--query", "What to hear of from now on.")] = None,
    name: Annotated[str | None, _flag("--name", "What to call it.")] = None,
    cadence: Annotated[str | None, _flag("--cadence", "instant, hourly, daily or weekly.")] = None,
    urgent: Annotated[bool | None, _flag("--urgent/--not-urgent", "Quiet hours do not hold it, or do.")] = None,
    muted: Annotated[bool | None, _flag("--mute/--unmute", "List its alerts and tell none, or tell again.")] = None,
    snooze: Annotated[
        str | None, _flag("--snooze", "Hold and gather for so long: 90m, 8h, 3d, or until a time.")
    ] = None,
    wake: Annotated[bool, typer.Option("--wake", help="End a snooze; what it held leaves now.")] = False,
    active: Annotated[bool | None, _flag("--resume/--pause", "Let it run again, or stop it.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="It is still wanted.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Change a subscription. It counts for the next article."""
    from services import clock
    from services.acts import subscription_acts
    from services.acts.subscription_acts import SubscriptionChange
    from services.store import subscriptions

    now = clock.now()
    wanted = SubscriptionChange(
        name=name, query=query, cadence=cadence, urgent=urgent, muted=muted,
        state=None if active is None else "active" if active else "paused",
        snoozed_until=None if snooze is None else until(snooze, now), awake=wake, wanted=keep,
    )  # fmt: skip
    if wanted == SubscriptionChange():
        raise InvalidError("Say what to change. Options: tocsin subscriptions change --help", field="ID")
    with opened(data, config) as here, here.store.write() as work:
        packs = here.packs()
        row = subscriptions.get(work.session, subscription)
        try:
            subscription_acts.change_subscription(work, packs.lookups, here.actor, row, wanted, now)
        except InvalidError as error:
            if query is not None and error.field == "/query":
                return failure.tell_query(query, error)
            raise
        channels = subscriptions.channels_of(work.session, [row.id])[row.id]
    screen = terminal.out()
    if as_json:
        screen.json(as_object(row, channels))
        return failure.DONE
    screen.line(GOOD, " changed   ", bold(row.name), dim(f"   {_how(row)}"))
    screen.line("  ", row.query)
    return failure.DONE


def until(text: str, now: datetime) -> datetime:
    """Read how long a snooze lasts: a number with m, h or d, or a moment as ISO 8601 (RFC 3339)."""
    number, unit = text[:-1], text[-1:].lower()
    if number.isdecimal() and unit in _UNITS and len(number) < 6:
        return now + int(number) * _UNITS[unit]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        shape = "Expected 90m, 8h, 3d, or a moment such as 2026-12-01T08:00-08:00"
        raise InvalidError(f'"{text}" is no time to come. {shape}', field="--snooze") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _how(row: Subscription) -> str:
    said = [state(row.state).word, row.cadence]
    if row.urgent:
        said.append("urgent")
    if row.muted:
        said.append("muted")
    if row.muted_until is not None:
        said.append(f"snoozed until {stamp(row.muted_until)}")
    return ", ".join(said)
