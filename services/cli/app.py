"""The command line: puts the commands together, and turns every way they can end into an exit code.

Each command imports what it works with when it runs, so that `tocsin check` starts in a moment.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from services.cli import (
    alerts,
    article,
    backup,
    bench,
    bounce,
    channels,
    check,
    deliveries,
    doctor,
    explain,
    extract,
    failure,
    incidents,
    ingest,
    keys,
    match,
    people,
    person_change,
    places,
    preview,
    queues,
    rules,
    running,
    source_acts,
    stories,
    subscription_change,
    subscriptions,
    teams,
    terminal,
    topics,
    usage,
    why,
)
from services.cli.failure import DONE, OUTSIDE, STOPPED
from services.errors import TocsinError

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    name="tocsin", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    help="News alerts by topic and place: once per story, with the reason.",
)  # fmt: skip


def _add(name: str, group: typer.Typer) -> None:
    app.add_typer(group, name=name)


for _name, _command in (
    ("up", running.up),
    ("demo", running.demo),
    ("setup", running.setup),
    ("worker", running.worker),
    ("api", running.api),
    ("check", check.check),
    ("match", match.match),
    ("explain", explain.explain),
    ("article", article.article),
    ("places", places.places),
    ("extract", extract.extract),
    ("ingest", ingest.ingest),
    ("preview", preview.preview),
    ("diff", preview.diff),
    ("why", why.why),
    ("subscribe", subscriptions.subscribe),
    ("alerts", alerts.alerts),
    ("queues", queues.queues),
    ("incidents", incidents.incidents),
    ("backup", backup.backup),
    ("restore", backup.restore),
    ("doctor", doctor.doctor),
    ("bounce", bounce.bounce),
):
    app.command(_name)(_command)

_add("bench", bench.group)
_add("db", running.database)
_add("people", people.group)
people.group.command("change")(person_change.change)
_add("teams", teams.group)
_add("keys", keys.group)
_add("channels", channels.group)
_add("deliveries", deliveries.group)
_add("rules", rules.group)
_add("sources", source_acts.group)
_add("stories", stories.group)
_add("subscriptions", subscriptions.group)
subscriptions.group.command("change")(subscription_change.change)
_add("topics", topics.group)


Version = Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True)]


@app.callback(invoke_without_command=True)
def _whole(*, version: Version = False) -> None:
    if version:
        from importlib.metadata import version as version_of

        terminal.out().line(f"Tocsin {version_of('tocsin')}")
        raise typer.Exit(DONE)


def main() -> None:
    """Run the command line and end the process."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:
        _hush()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code. No error that can be named shows a trace."""
    try:
        result = app(args=list(arguments), prog_name="tocsin", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except SystemExit:  # Typer's own way out when whoever read the answer has read enough
        _hush()
        return DONE
    except Exception as error:
        code = _told(error)
        if code is None:
            raise
        return code
    return result if isinstance(result, int) else DONE


def _told(error: Exception) -> int | None:
    """Tell an error that has a name, and give its exit code; `None` for a fault of ours."""
    if isinstance(error, TocsinError):
        return failure.tell(error)
    if isinstance(error, OSError):
        return _outside(error)
    if hasattr(error, "format_message"):
        return _typed(error)
    if type(error).__module__.startswith(("sqlalchemy.", "sqlite3")):
        return _database(error)
    return None


def _typed(error: Exception) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        terminal.out().stream.write(f"{error}\n")
        return DONE
    return usage.tell(error, terminal.err())


def _outside(error: OSError) -> int:
    if error.errno == errno.EPIPE:
        _hush()  # whoever read the answer has read enough
        return DONE
    file = f"{error.filename}: " if error.filename else ""
    terminal.err().line(terminal.BAD, f" {file}{error.strerror or error}")
    return OUTSIDE


def _database(error: Exception) -> int:
    said = str(getattr(error, "orig", None) or error).partition("\n")[0]
    terminal.err().line(terminal.BAD, f" The database cannot be used: {said}")
    terminal.err().line("  ", terminal.bold("tocsin doctor"))
    return OUTSIDE


def _hush() -> None:
    """Send what is still to be written nowhere, so that Python does not complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
