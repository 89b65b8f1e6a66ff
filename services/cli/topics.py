"""`tocsin topics`: the topic packs, and whether their examples come out as they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli import terminal, topic_files
from services.cli.failure import DONE, NO
from services.cli.options import AsJson, Config, Data, read_settings
from services.cli.tables import Column, Row, same, table
from services.cli.terminal import BAD, GOOD, WIDTH, Screen, bold, folded
from services.errors import InvalidError, NotFoundError
from services.words import count

if TYPE_CHECKING:
    from services.topics.packs import Failure, Pack

group = typer.Typer(help="Topics: the packs that topic:NAME stands for.", invoke_without_command=True)

_HEADS = (
    Column("Name", "name"), Column("Title", "title", gives=True), Column("Examples", "examples", right=True),
    Column("", "description"), Column("", "query"),
)  # fmt: skip


group.command("apply")(topic_files.apply)
group.command("export")(topic_files.export)


@group.callback()
def _group(context: typer.Context, *, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """Topics: the packs that topic:NAME stands for."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json, data=data, config=config)


@group.command("list")
def list_all(*, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
    """List the topics: those that ship, and where there is a database those that were applied."""
    from services.queries.canonical import to_text

    screen = terminal.out()
    packs = [pack for _, pack in sorted(_known(data, config).items())]
    if as_json:
        for pack in packs:
            screen.json(_object(pack))
        return
    rows = [
        Row(
            [same(text) for text in (pack.name, pack.title, str(_examples(pack)), pack.description, to_text(pack.tree))]
        )
        for pack in packs
    ]
    table(screen, _HEADS, rows)


@group.command("test")
def try_examples(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME|FILE|DIR", help="Topics, or files of packs; else all that ship.", show_default=False
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> int:
    """Try the examples of topic packs. Exit code 1: one came out otherwise than the pack says."""
    from services.reading import places_asked
    from services.topics.packs import check

    packs = _chosen(names or [])
    failures = [failure for pack in packs for failure in check(pack, places_asked)]
    screen = terminal.out()
    if as_json:
        for pack in packs:
            mine = [str(failure) for failure in failures if failure.pack == pack.name]
            screen.json({"name": pack.name, "examples": _examples(pack), "failures": mine})
    else:
        _tell(screen, packs, failures)
    return NO if failures else DONE


def _known(data: Path | None, config: Path | None) -> Mapping[str, Pack]:
    from services.cli.opened import opened
    from services.store import topic_packs
    from services.store.packs import shipped

    settings = read_settings(data, config)
    if not settings.database_url and not (settings.data / "tocsin.db").is_file():
        return shipped().packs
    with opened(data, config) as here, here.store.read() as session:
        return topic_packs.current(session).packs


def _tell(screen: Screen, packs: list[Pack], failures: list[Failure]) -> None:
    examples = count(sum(_examples(pack) for pack in packs), "example")
    if not failures:
        screen.line(GOOD, f" {examples} of {count(len(packs), 'pack')} come out as they say")
        return
    screen.line(BAD, f" {len(failures)} of {examples} come out otherwise")
    screen.line()
    for failure in failures:
        first, *rest = folded(str(failure), WIDTH - 4)
        screen.line("  ", BAD, " ", bold(first))
        for line in rest:
            screen.line("    ", line)


def _chosen(names: list[str]) -> list[Pack]:
    from services.store.packs import shipped

    if not names:
        return [pack for _, pack in sorted(shipped().packs.items())]
    return [pack for name in names for pack in _named(name)]


def _named(name: str) -> list[Pack]:
    from services.queries.lookups import Lookups
    from services.store.packs import find_place, read_folder, shipped
    from services.topics.packs import read_pack

    path = Path(name)
    if path.is_dir():
        packs = list(read_folder(path).values())
        if not packs:
            raise InvalidError(f"{name} holds no topic pack. Expected files that end in .yaml")
        return packs
    if path.is_file():
        return [read_pack(path.read_text(encoding="utf-8"), name, Lookups(places=find_place))]
    if name not in shipped().packs:
        raise NotFoundError(f'There is no topic "{name}", and no file or folder of that name. Run: tocsin topics list')
    return [shipped().packs[name]]


def _examples(pack: Pack) -> int:
    return len(pack.must_match) + len(pack.must_not_match)


def _object(pack: Pack) -> dict[str, Any]:  # Any: JSON
    from services.queries.canonical import to_text

    return {
        "name": pack.name, "title": pack.title, "description": pack.description, "query": to_text(pack.tree),
        "examples": _examples(pack),
    }  # fmt: skip
