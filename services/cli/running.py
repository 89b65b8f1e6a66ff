"""Commands that run Tocsin: each sets the environment and becomes the process that works.

`-P` keeps the current folder out of the way, so that a `workers.py` there is never taken for ours. What serves and
works lies above the command line and is started by its name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from services.cli import terminal
from services.cli.opened import check_ready
from services.cli.options import AsJson, Config, Data, read_settings, with_data
from services.cli.terminal import GOOD, bold
from services.errors import InvalidError

if TYPE_CHECKING:
    from services.settings import Settings

ROLES = ("ingest", "match", "deliver")
_SERVE = "import sys; from services.asgi import serve; sys.exit(serve())"

NoBroker = Annotated[bool, typer.Option("--no-broker", help="Look for waiting rows instead of being told of them.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.", show_default=False)]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on.", show_default=False)]

database = typer.Typer(help="The database's tables.", no_args_is_help=True)


def up(
    *, data: Data = None, port: Port = None, host: Host = None, no_broker: NoBroker = False, config: Config = None
) -> None:
    """Run everything on this machine until Ctrl-C."""
    settings = _prepare(data=data, port=port, host=host, no_broker=no_broker, config=config)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    _become("-m", "workers.up")


def worker(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="One of: ingest, match, deliver.")],
    *,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many at once.", show_default=False)
    ] = None,
    no_broker: NoBroker = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Run one worker: ingest, match or deliver."""
    if role not in ROLES:
        raise InvalidError(f'There is no worker "{role}". Expected one of: {", ".join(ROLES)}', field="role")
    _prepare(data=data, no_broker=no_broker, config=config)
    os.environ["TOCSIN_ROLE"] = role
    _become("-m", "workers.start", role, *([str(concurrency)] if concurrency else []))


def api(*, host: Host = None, port: Port = None, data: Data = None, config: Config = None) -> None:
    """Run the API and the dashboard."""
    check_ready(_prepare(data=data, port=port, host=host, config=config))
    _become("-c", _SERVE)


def demo(*, as_json: AsJson = False, data: Data = None) -> int:
    """Send sample articles through the real pipeline.

    Everything stays on this machine. Shows each alert with its reason. Exit code 1: something did not arrive once.
    """
    from services.cli.demo_command import show

    return show(data, as_json=as_json)


def setup(*, data: Data = None, config: Config = None) -> None:
    """Make what must be there before anything runs.

    Makes the key, the tables, the first admin and the token, as far as they are missing, and a link to sign in.
    """
    from services import first_run

    settings = read_settings(data, config)
    prepared = first_run.prepare(settings)
    screen = terminal.out()
    screen.line(GOOD, f" ready   database, key and token are in {settings.data}")
    screen.line()
    screen.line("Sign in once with this link (10 minutes):")
    screen.line()
    screen.line("  ", bold(f"{settings.public_url}/in/{prepared.link}"))
    screen.line()
    screen.line(f"Next: {with_data('tocsin up', settings)}")


@database.command("upgrade")
def upgrade(*, data: Data = None, config: Config = None) -> None:
    """Bring the database to this version's tables. Safe to run twice, or beside itself."""
    from services.store import schema, sealing
    from services.store.secrets import open_vault
    from services.store.work import open_store

    settings = read_settings(data, config)
    if not settings.database_url:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings.database)
    try:
        revision = schema.upgrade(store)
        if settings.key_file.exists():  # else the first process that makes one seals
            sealing.seal_addresses(store, open_vault(settings.key_file))
    finally:
        store.close()
    terminal.out().line(GOOD, f" up to date   the database is at revision {revision}")


@database.command("vacuum")
def vacuum(*, data: Data = None, config: Config = None) -> None:
    """Give back the space of what was let go, and renew the planner's figures. Writers wait meanwhile on SQLite."""
    from services.cli.opened import opened
    from services.store import room

    with opened(data, config) as here:
        before, after = room.vacuum(here.store)
    terminal.out().line(GOOD, f" done   {before / 2**20:,.1f} MiB before, {after / 2**20:,.1f} MiB now")


@database.callback()
def _database() -> None:
    """The database's tables."""


def _prepare(
    *, data: Path | None, port: int | None = None, host: str | None = None, no_broker: bool = False,
    config: Path | None = None,
) -> Settings:  # fmt: skip
    """Hand the options on by the environment, once they are known to be good."""
    given = {
        "TOCSIN_DATA": None if data is None else str(data.expanduser().absolute()),
        "TOCSIN_PORT": None if port is None else str(port),
        "TOCSIN_HOST": host,
        "TOCSIN_BROKER_URL": "" if no_broker else None,
    }
    os.environ.update({name: value for name, value in given.items() if value is not None})
    return read_settings(config=config)


def _become(*arguments: str) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", *arguments])  # noqa: S606  # our own program
