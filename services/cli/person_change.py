"""`tocsin people change`: how somebody is told: time zone, quiet hours, when digests leave."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.people import as_object
from services.cli.terminal import GOOD, bold, dim
from services.errors import InvalidError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _given(name: str, about: str) -> Any:  # Any: what typer calls an option
    return typer.Option(name, help=about, show_default=False)


def change(
    who: Annotated[str, typer.Argument(metavar="WHO", help="Address or id of the person.")],
    *,
    name: Annotated[str | None, _given("--name", "How to address them.")] = None,
    timezone: Annotated[str | None, _given("--timezone", "Such as America/Los_Angeles.")] = None,
    quiet: Annotated[str | None, _given("--quiet", "Quiet hours by their clock, such as 22:00-06:30, or none.")] = None,
    digest_at: Annotated[
        str | None, _given("--digest-at", "When daily and weekly digests leave, such as 07:30.")
    ] = None,
    digest_day: Annotated[str | None, _given("--digest-day", "The day of weekly digests, such as monday.")] = None,
    empty: Annotated[
        bool | None, _given("--empty-digests/--no-empty-digests", "Whether digests leave that tell of nothing.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change how somebody is told."""
    from services import clock, reader_acts
    from services.store import people
    from services.store.people import PersonChange

    wanted = PersonChange(
        name=name, timezone=timezone, quiet=None if quiet is None else hours(quiet), digest_at=digest_at,
        digest_day=None if digest_day is None else day(digest_day), empty_digests=empty,
    )  # fmt: skip
    if wanted == PersonChange():
        raise InvalidError("Say what to change. Options: tocsin people change --help", field="WHO")
    with opened(data, config) as here, here.store.write() as work:
        person = people.one(work.session, who)
        row = reader_acts.change_person(work, here.actor, person.id, wanted, clock.now())
    screen = terminal.out()
    told = f"{row.quiet_from}-{row.quiet_until}" if row.quiet_from else None
    if as_json:
        more = {"quiet": told, "digest_at": row.digest_at, "digest_day": _DAYS[row.digest_day],
                "empty_digests": row.empty_digests}  # fmt: skip
        screen.json(as_object(row) | more)
        return
    day_ = _DAYS[row.digest_day].title()
    said = f"{row.timezone}, quiet {told or 'never'}, digests at {row.digest_at}, weekly on {day_}"
    screen.line(GOOD, " changed   ", bold(row.email), dim(f"   {said}"))


def hours(text: str) -> tuple[str, ...]:
    """Read quiet hours: two times with a hyphen between, or `none`."""
    if text.strip().lower() in ("none", "never", ""):
        return ()
    parts = tuple(part.strip() for part in text.replace("–", "-").split("-"))
    if len(parts) != 2:
        raise InvalidError(
            f'"{text}" are no quiet hours. Expected two times such as 22:00-06:30, or none', field="--quiet"
        )
    return parts


def day(text: str) -> int:
    """Read a day of the week by the beginning of its name."""
    found = [number for number, name in enumerate(_DAYS) if len(text) > 1 and name.startswith(text.strip().lower())]
    if len(found) != 1:
        raise InvalidError(f'"{text}" is no day of the week. Expected one such as monday', field="--digest-day")
    return found[0]
