"""`tocsin topics apply` and `export`: packs from a folder into a running service, and back as they were."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli import terminal
from services.cli.failure import DONE
from services.cli.opened import opened
from services.cli.options import AsJson, Config, Data
from services.cli.terminal import GOOD, NOT_COUNTED
from services.errors import InvalidError, NotFoundError
from services.words import count

if TYPE_CHECKING:
    from services.store.topic_packs import PackFile


def apply(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of packs, or the file of one.")],
    *,
    as_json: AsJson = False,
    data: Data = None,
    config: Config = None,
) -> int:
    """Apply topic packs: all of them, or none if an example comes out otherwise. They count for the next article."""
    from services import clock
    from services.acts import topic_acts

    packs = _read(folder)
    with opened(data, config) as here, here.store.write() as work:
        states = topic_acts.apply_topics(work, here.actor, packs, clock.now())
    screen = terminal.out()
    for one in packs:
        state, examples = states[one.pack.name], len(one.pack.must_match) + len(one.pack.must_not_match)
        if as_json:
            screen.json({"name": one.pack.name, "state": state, "examples": examples})
        else:
            sign = NOT_COUNTED if state == "unchanged" else GOOD
            screen.line(sign, f" {state:<9} ", one.pack.name, f"   {count(examples, 'example')}")
    if not as_json and set(states.values()) != {"unchanged"}:
        screen.line("They count for the next article.")
    return DONE


def export(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME…", help="Topics; else all.", show_default=False)
    ] = None,
    *,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write a file each into this folder.")] = None,
    data: Data = None,
    config: Config = None,
) -> int:
    """Give topic packs as the files they came from: into a folder, or one of them on the screen."""
    from services.store import topic_packs

    with opened(data, config) as here, here.store.read() as session:
        known = topic_packs.files(session)
    wanted = names or list(known)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise NotFoundError(f'There is no topic "{missing[0]}". Run: tocsin topics list')
    if to is None:
        if len(wanted) != 1:
            raise InvalidError(f"{len(wanted)} packs are many files. Name a folder with --to DIR, or one topic")
        sys.stdout.buffer.write(known[wanted[0]].text.encode())
        return DONE
    to.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        (to / known[name].file).write_bytes(known[name].text.encode())
    terminal.out().line(GOOD, f" wrote {count(len(wanted), 'file')} into {to}")
    return DONE


def _read(path: Path) -> list[PackFile]:
    from services.store.packs import read_files
    from services.store.topic_packs import PackFile, read

    if path.is_dir():
        packs = [PackFile(pack, written.file, written.text) for pack, written in read_files(path)]
        if not packs:
            raise InvalidError(f"{path} holds no topic pack. Expected files that end in .yaml")
        return packs
    if not path.is_file():
        raise NotFoundError(f"There is no file or folder {path}")
    try:
        return [read(path.read_bytes().decode("utf-8"), path.name, str(path))]
    except UnicodeDecodeError as error:
        raise InvalidError(f"{path} is not UTF-8, at byte {error.start + 1}") from error
