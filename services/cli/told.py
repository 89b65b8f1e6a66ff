"""What `tocsin up` says while it starts, when it is ready, and when it has stopped. Says only what is true by then."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

from services import valkey
from services.cli import failure as failures
from services.cli import terminal
from services.cli.options import with_data
from services.cli.terminal import GOOD, LOOK, NOT_COUNTED, Screen, Styled, bold, dim
from services.cli.words import home
from services.errors import TocsinError
from services.settings import Settings
from services.words import count

_NAME = 12


def database(settings: Settings, articles: int) -> None:
    """Say what starts, where its data is, and what the database holds."""
    with _seen() as screen:
        screen.line(bold(f"Tocsin {version('tocsin')}"), dim(f"   data in {home(settings.data)}   Ctrl-C stops it"))
        screen.line()
        kind = "SQLite" if settings.database.startswith("sqlite") else f"PostgreSQL at {_host(settings.database)}"
        _part(screen, GOOD, "database", f"{kind}, {count(articles, 'article')}")


def broker(url: str, *, embedded: bool) -> None:
    """Say which broker carries the hints, or that there is none."""
    with _seen() as screen:
        if not url:
            _part(screen, NOT_COUNTED, "broker", "none: waiting rows are looked for every second")
        elif embedded:
            _part(screen, GOOD, "broker", f"embedded {_server()}, unix socket")
        else:
            _part(screen, GOOD, "broker", _host(url))


def ready(settings: Settings, link: str, seconds: float) -> None:
    """Say what runs, where to look and what to do next. Called once every role has a worker and the API answers."""
    from services.store.packs import gazetteer

    with _seen() as screen:
        _part(screen, GOOD, "workers", "ingest 1, match 1, deliver 1")
        _part(screen, GOOD, "places", f"{len(gazetteer()):,} divisions")
        _topics(screen)
        _mail(screen, settings)
        _part(screen, GOOD, "dashboard", f"http://{_reached(settings.host)}:{settings.port}")
        screen.line()
        screen.line("Sign in once with this link (10 minutes):")
        screen.line()
        screen.line("  ", bold(f"{settings.public_url}/in/{link}"))
        screen.line()
        next_ = with_data("tocsin sources add URL", settings)
        screen.line(f"API token in {home(settings.data / 'token')}. Next: ", bold(next_))
        screen.line(dim(f"Ready after {seconds:.1f} s."))


def stopped(seconds: float, killed: int) -> None:
    """Say that everything has ended, and whether anything had to be ended by force."""
    with _seen() as screen:
        screen.line()
        if not killed:
            screen.line(f"Stopped in {seconds:.1f} s; nothing is left half done.")
            return
        who = count(killed, "process", "processes")
        screen.line(LOOK, f" Stopped in {seconds:.1f} s; {who} did not end in time.")
        screen.line("  What they held is taken up again at the next start; a send in flight counts as uncertain.")


def failure(error: TocsinError) -> None:
    """Say why it does not start."""
    failures.tell(error)
    terminal.err().flush()


@contextmanager
def _seen() -> Iterator[Screen]:
    """Let what is said be seen at once. That nobody reads it any more must not end the service."""
    screen = terminal.out()
    try:
        yield screen
        screen.flush()
    except OSError:
        return


def _part(screen: Screen, sign: Styled, name: str, text: str) -> None:
    screen.line("  ", sign, f" {name:<{_NAME}} {text}")


def _topics(screen: Screen) -> None:
    from services.reading import places_asked
    from services.store.packs import shipped
    from services.topics.packs import check

    packs = shipped().packs.values()
    examples = count(sum(len(pack.must_match) + len(pack.must_not_match) for pack in packs), "example")
    failed = sum(len(check(pack, places_asked)) for pack in packs)
    if not packs:
        return
    if failed:
        _part(screen, LOOK, "topics", f"{count(len(packs), 'pack')}, {failed} of {examples} fail: tocsin topics test")
    else:
        _part(screen, GOOD, "topics", f"{count(len(packs), 'pack')}, {examples} pass")


def _mail(screen: Screen, settings: Settings) -> None:
    if settings.smtp_url:
        _part(screen, GOOD, "mail", f"sent through {_host(settings.smtp_url)}")
        return
    _part(screen, LOOK, "mail", f"no SMTP server set: mail is kept in {home(settings.data / 'mail')}")


def _reached(host: str) -> str:
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"[{here}]" if ":" in here else here


def _host(url: str) -> str:
    """Give the host of an address, and nothing that could be a secret."""
    parts = urlsplit(url)
    host = parts.hostname or parts.path
    return f"{host}:{parts.port}" if parts.port else host


def _server() -> str:
    """Name the embedded server and its version, as "Valkey 9.1"."""
    command = [valkey.program(), "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False).stdout  # noqa: S603  # our own broker
    except (OSError, subprocess.TimeoutExpired):
        return "broker"
    name = "Valkey" if said.startswith("Valkey") else "Redis"
    number = said.partition("v=")[2].partition(" ")[0]
    return f"{name} {'.'.join(number.split('.')[:2])}".strip()
