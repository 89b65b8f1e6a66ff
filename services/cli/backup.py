"""`tocsin backup` and `tocsin restore`: the database as one file, also from one kind of database to the other."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data, read_settings, with_data
from services.cli.progress import progress
from services.cli.terminal import GOOD, LOOK, bold
from services.errors import ConflictError, OutsideError
from services.words import count

if TYPE_CHECKING:
    from services.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.", show_default=False)]


def backup(file: File, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> int:
    """Write everything in the database to one file. The service may run meanwhile.

    The key file is not in it: keep that too, somewhere else.
    """
    from importlib.metadata import version

    from services import clock
    from services.store import dump

    if file.exists():
        raise ConflictError(f"{file} is there already. Choose another name", field="FILE")
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with opened(data, config) as there, progress("rows", wanted=terminal.err().lined) as tell:
        key = there.settings.key_file
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                rows = dump.write(there.store, written, dump.fingerprint(key), version("tocsin"), clock.now(), tell)
                written.flush()
                os.fsync(written.fileno())
            half.rename(file)
        except OSError as error:
            raise OutsideError(f"{file} cannot be written: {error.strerror}", permanent=True, field="FILE") from error
        finally:
            with suppress(OSError):
                half.unlink()
    screen, size = terminal.out(), file.stat().st_size
    if as_json:
        screen.json({"file": str(file), "rows": rows, "bytes": size})
        return DONE
    screen.line(GOOD, f" backed up   {count(rows, 'row')}, {size / 1e6:,.1f} MB   {file}")
    screen.line(LOOK, f" The key is not in it. Keep {key} too, somewhere else")
    return DONE


def restore(file: File, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> int:
    """Store a backup in a new, empty database: all of it or nothing.

    What was sent after the backup may be sent again: under the same ids, unless another outlet's copy comes first now.
    """
    from services.store import dump
    from services.store.work import open_store

    settings = read_settings(data, config)
    head = dump.check(file)
    fits = _check_key(settings, head.key)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings.database)
    try:
        with progress("rows", wanted=terminal.err().lined) as tell:
            rows = dump.load(store, file, tell)
    finally:
        store.close()
    screen = terminal.out()
    if as_json:
        screen.json({"file": str(file), "rows": rows, "at": head.at.isoformat(), "key_fits": fits})
        return DONE
    screen.line(GOOD, f" restored   {count(rows, 'row')} of {head.at:%d %B %Y %H:%M} UTC")
    if not fits:
        screen.line(LOOK, f" Put the key file of that time at {settings.key_file}: addresses are sealed with it")
    screen.line("Next: ", bold(with_data("tocsin up", settings)))
    return DONE


def _check_key(settings: Settings, wanted: str) -> bool:
    """Say whether the key file is there; one that is another is refused, since it would open nothing."""
    from services.store import dump

    if not settings.key_file.is_file():
        return False
    if dump.fingerprint(settings.key_file) != wanted:
        raise ConflictError(
            f"{settings.key_file} is not the key file that the backup was written with, so no address in it could be "
            "opened. Put the right one there first", field="TOCSIN_SECRET_KEY_FILE",
        )  # fmt: skip
    return True
