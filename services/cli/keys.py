"""`tocsin keys`: the key that addresses and secrets are sealed with in the database."""

from __future__ import annotations

import typer

from services.cli import terminal
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, with_data
from services.cli.terminal import GOOD, bold

group = typer.Typer(help="Keys: what addresses and secrets are sealed with.", no_args_is_help=True)


@group.command("add")
def add(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Only put a new key into the key file. On several machines: copy the file to all, then rotate."""
    from services import clock
    from services.store import audit, resealing

    with opened(data, config) as here:
        keys = resealing.add_key(here.settings.key_file)
        with here.store.write() as work:
            audit.record(work.session, clock.now(), here.actor, "key added", "key file")
    screen = terminal.out()
    if as_json:
        screen.json({"keys": keys})
    else:
        screen.line(GOOD, f" a new key in {here.settings.key_file}, which holds {keys} now")


@group.command("rotate")
def rotate(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Add a new key and seal everything with it, while messages leave. Run again, it goes on where it was ended."""
    from services import clock
    from services.store import audit, resealing

    with opened(data, config) as here:
        path = here.settings.key_file
        going_on = resealing.left(here.store, path) > 0
        keys = 0 if going_on else resealing.add_key(path)
        done = sum(resealing.reseal(here.store, path))
        with here.store.write() as work:
            audit.record(
                work.session, clock.now(), here.actor, "key rotated", "key file", after=f"{done:,} sealed again"
            )
    screen = terminal.out()
    if as_json:
        screen.json({"sealed": done, "went_on": going_on})
        return
    screen.line(GOOD, f" {'went on' if going_on else 'a new key'}   {done:,} secrets are sealed with the newest key")
    if keys:
        screen.line("Links in mails already sent need the older key. Once they are old enough: ",
                    bold(with_data("tocsin keys retire", here.settings)))  # fmt: skip


@group.command("retire")
def retire(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Remove all keys but the newest. Refused while a secret needs one of them."""
    from services import clock
    from services.store import audit, resealing

    with opened(data, config) as here:
        count = resealing.retire(here.store, here.settings.key_file)
        with here.store.write() as work:
            audit.record(work.session, clock.now(), here.actor, "keys retired", "key file", after=str(count))
    screen = terminal.out()
    if as_json:
        screen.json({"retired": count})
    else:
        screen.line(GOOD, f" retired   {count} older {'key' if count == 1 else 'keys'}")
