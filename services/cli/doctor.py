"""`tocsin doctor`: whether everything that Tocsin needs is there; each problem with the command that mends it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from services.cli import terminal
from services.cli.failure import DONE, OUTSIDE
from services.cli.opened import broker_url, require_database
from services.cli.options import AsJson, Config, Data, read_settings, with_data
from services.cli.terminal import BAD, GOOD, LOOK, Screen, Styled, bold
from services.cli.words import home
from services.errors import OutsideError, TocsinError
from services.words import count

if TYPE_CHECKING:
    from services.settings import Settings

_SIGNS: dict[str, Styled] = {"good": GOOD, "look": LOOK, "bad": BAD}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `sign`: good, look (it works, but somebody should know) or bad; `command` mends it."""

    name: str
    sign: str
    text: str
    command: str = ""


def doctor(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> int:
    """Check whether everything that is needed is there.

    Looks at settings, database, key, broker, workers, topics and mail. Exit code 3: something does not work.
    """
    from services import logs

    logs.configure("error", json=False)
    settings = read_settings(data, config)
    screen = terminal.out()
    worst = DONE
    for finding in examine(settings):
        if as_json:
            said = {"name": finding.name, "state": finding.sign, "text": finding.text, "command": finding.command}
            screen.json(said)
        else:
            _show(screen, finding)
        worst = OUTSIDE if finding.sign == "bad" else worst
    return worst


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one part after the other; one that fails does not hide the others."""
    yield _settings(settings)
    for name, look in (
        ("database", _database), ("key", _key), ("broker", _broker), ("workers", _workers), ("topics", _topics),
        ("rules", _rules), ("mail", _mail), ("rows", _rows),
    ):  # fmt: skip
        yield _careful(name, look, settings)


def _careful(name: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return look(settings)
    except TocsinError as error:
        text, _, command = error.message.partition(" Run: ")
        return Finding(name, "bad", text.rstrip("."), command)
    except OSError as error:
        return Finding(name, "bad", f"{error.filename or ''} {error.strerror or error}".strip())


def _show(screen: Screen, finding: Finding) -> None:
    parts = [f": {finding.command}"] if finding.command and len(finding.text) < 40 else []
    screen.line(_SIGNS[finding.sign], f" {finding.name:<12} {finding.text}", *(bold(part) for part in parts))
    if finding.command and not parts:
        screen.line(" " * 15, bold(finding.command))


def _settings(settings: Settings) -> Finding:
    file = os.environ.get("TOCSIN_CONFIG")
    named = sorted(name for name in os.environ if name.startswith("TOCSIN_") and name != "TOCSIN_CONFIG")
    said = [f"data in {home(settings.data)}"]
    if file:
        said.append(f"from {file}")
    if named:
        said.append(f"set by {', '.join(named)}")
    return Finding("settings", "good", ", ".join(said))


def _database(settings: Settings) -> Finding:
    from services.store import articles, schema
    from services.store.work import open_store

    kind = "SQLite" if settings.database.startswith("sqlite") else "PostgreSQL"
    require_database(settings)
    store = open_store(settings.database)
    try:
        schema.check(store)
        with store.read() as session:
            return Finding(
                "database", "good", f"{kind}, {count(articles.count(session), 'article')}, tables are of this version"
            )
    finally:
        store.close()


def _rows(settings: Settings) -> Finding:
    from services import clock, rematching
    from services.store import invariants
    from services.store.work import open_store

    require_database(settings)
    store = open_store(settings.database)
    try:
        with store.read() as session:
            found = rematching.broken(session, clock.now(), timedelta(seconds=settings.hard_limit_s), most=1000)
    finally:
        store.close()
    if not found:
        return Finding("rows", "good", f"keep their {len(invariants.ABOUT)} rules: nothing lost, doubled or stuck")
    said = "; ".join(
        f"{name} {count(len(rows), 'time')}: {invariants.ABOUT[name]} ({rows[0]})" for name, rows in found.items()
    )
    return Finding("rows", "bad", f"break their rules. {said}")


def _key(settings: Settings) -> Finding:
    from services.store.secrets import open_vault

    if not settings.key_file.exists():
        return Finding("key", "bad", f"there is no {home(settings.key_file)} yet", with_data("tocsin up", settings))
    open_vault(settings.key_file)
    if settings.key_file.stat().st_mode & 0o077:
        return Finding("key", "look", "others on this machine can read it", f"chmod 600 {settings.key_file}")
    return Finding("key", "good", f"{home(settings.key_file)}, readable by its owner only")


def _broker(settings: Settings) -> Finding:
    if settings.broker_url == "":
        return Finding("broker", "good", "none: waiting rows are looked for every second")
    url = broker_url(settings)
    if not url:
        return Finding("broker", "look", "the embedded one does not run", with_data("tocsin up", settings))
    if settings.broker_url is not None:
        _ping(settings.broker_url)
    return Finding("broker", "good", "answers" if settings.broker_url else "embedded, answers")


def _ping(url: str) -> None:
    from services.broker import celery_app

    connection = celery_app(url).connection(connect_timeout=2)
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except Exception as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise OutsideError(f"does not answer: {said}. Rows are found by the sweep meanwhile", code="broker") from error
    finally:
        connection.release()


def _workers(settings: Settings) -> Finding:
    from services import clock
    from services.store import workers
    from services.store.work import open_store

    require_database(settings)
    store = open_store(settings.database)
    try:
        with store.read() as session:
            alive = workers.alive(session, clock.now() - timedelta(seconds=30))
    finally:
        store.close()
    missing = [role for role in ("ingest", "match", "deliver") if role not in alive]
    said = ", ".join(f"{role} {number}" for role, number in sorted(alive.items()))
    if len(missing) == 3:
        return Finding("workers", "look", "none is at work", with_data("tocsin up", settings))
    if missing:
        return Finding("workers", "bad", f"{said}; none for {', '.join(missing)}", f"tocsin worker {missing[0]}")
    return Finding("workers", "good", said)


def _topics(_: Settings) -> Finding:
    from services.store.packs import shipped
    from services.topics.packs import check

    packs = shipped().packs
    failed = sum(len(check(pack)) for pack in packs.values())
    if failed:
        return Finding(
            "topics", "bad", f"{count(failed, 'example')} of {count(len(packs), 'pack')} fail", "tocsin topics test"
        )
    return Finding("topics", "good", f"{count(len(packs), 'pack')}, all examples pass")


def _rules(settings: Settings) -> Finding:
    from services.store import quarantine
    from services.store.work import open_store

    require_database(settings)
    store = open_store(settings.database)
    try:
        with store.read() as session:
            held, anyway = quarantine.count(session), quarantine.count_anyway(session)
    finally:
        store.close()
    tried = f"{count(anyway, 'is', 'are')} tried on every article"
    if held or anyway:
        said = [f"{count(held, 'is', 'are')} in quarantine"] * bool(held) + [tried] * bool(anyway)
        return Finding("rules", "look", ", ".join(said), with_data("tocsin rules", settings))
    return Finding("rules", "good", "none is in quarantine, none is tried on every article")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url:
        from urllib.parse import urlsplit

        return Finding("mail", "good", f"sent through {urlsplit(settings.smtp_url).hostname}")
    return Finding("mail", "look", f"no SMTP server set: mail is kept in {home(settings.data / 'mail')}")
