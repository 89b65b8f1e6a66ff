"""`tocsin places`: which places files name and how that was understood; many articles as lines; the gazetteer's search.

tocsin places FILE… [--json]           each place with what decided it
tocsin places --jsonl < in > out       {"id", "text", "home"?, "source"?} a line in, one line out, in the same order
tocsin places --find springfield       what is called so
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.articles.article import Zone
from services.cli import files, terminal
from services.cli.failure import DONE, MISTAKE, NO
from services.cli.options import AsJson
from services.cli.tables import Cell, Column, Row, same, table
from services.cli.terminal import GOOD, LOOK, WIDTH, Screen, bold, dim
from services.errors import InvalidError
from services.words import count

if TYPE_CHECKING:
    from services.places.divisions import Division
    from services.places.gazetteer import Gazetteer
    from services.places.understand import Mention, Places

_MENTIONS = (
    Column("Named", "named", gives=True), Column("Place", "place"), Column("Zone", "zone"), Column("", "type"),
    Column("", "division"), Column("", "confidence"), Column("Why", "evidence", gives=True),
)  # fmt: skip
_FOUND = (
    Column("Place", "name"), Column("Type", "type"), Column("People", "population", right=True),
    Column("Id", "division", gives=True), Column("", "lat"), Column("", "lon"),
)  # fmt: skip


def places(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="Text, HTML page or feed; - is piped in.")
    ] = None,
    *,
    home: Annotated[str | None, typer.Option(metavar="US-CA", help="Home area of the files' source.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read articles as lines of JSON, and answer so.")] = False,
    find: Annotated[str | None, typer.Option(metavar="NAME", help="Search the gazetteer.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many of --find to list.")] = 20,
    as_json: AsJson = False,
) -> int:
    """Show which places files name, and what decided it."""
    asked = [bool(names), jsonl, find is not None]
    if sum(asked) != 1:
        raise InvalidError(
            f"Give files, or --jsonl, or --find NAME: one of them, found {sum(asked)}", field="tocsin places"
        )
    gazetteer = opened()
    if find is not None:
        return _find(gazetteer, find, limit, as_json=as_json)
    check_home(gazetteer, home)
    if jsonl:
        from services.cli.places_lines import answer_lines

        return answer_lines(gazetteer, sys.stdin.buffer, home)
    return _files(gazetteer, names or [], home, as_json=as_json)


def opened() -> Gazetteer:
    """Read the gazetteer that ships."""
    from services.places.gazetteer import shipped
    from services.store.packs import data_folder

    return shipped(data_folder() / "places")


def check_home(gazetteer: Gazetteer, home: str | None) -> None:
    """Refuse a home that is no code of a country, state or county."""
    if home is not None and home not in gazetteer.by_code:
        raise InvalidError(f"A home is a code such as US-CA, US-CA-037 or GB; found {home}", field="--home")


def _find(gazetteer: Gazetteer, asked: str, limit: int, *, as_json: bool) -> int:
    from services.places.find import find

    found = find(gazetteer, asked, limit)
    screen = terminal.out()
    if as_json:
        for one in found:
            screen.json(_division(one))
    elif found:
        rows = [Row([same(one.title), same(one.kind.value), _people(one), same(one.id), same(f"{one.lat:.2f}"),
                     same(f"{one.lon:.2f}")]) for one in found]  # fmt: skip
        table(screen, _FOUND, rows)
    if not found:
        terminal.err().line(LOOK, f' Nothing in the gazetteer is called "{asked}"')
    return DONE if found else NO


def _people(one: Division) -> Cell:
    return Cell(f"{one.population:,}" if one.population else "–", str(one.population or ""))


def _division(one: Division) -> dict[str, Any]:  # Any: JSON
    return {"division": one.id, "name": one.title, "type": one.kind.value, "code": one.code or None,
            "population": one.population or None, "lat": one.lat, "lon": one.lon,
            "within": list(one.parents)}  # fmt: skip


def _files(gazetteer: Gazetteer, names: list[str], home: str | None, *, as_json: bool) -> int:
    from services.places.understand import understand

    screen, refused = terminal.out(), 0
    for number, one in enumerate(files.read_all(names)):
        if isinstance(one, files.Refused):
            refused += 1
            screen.flush()
            files.tell_refused(one)
            continue
        found = understand(one.article, gazetteer, home)
        if as_json:
            screen.json({"file": one.file, **as_object(found, one.article.title_start), "gov": list(found.gov)})
            continue
        if number:
            screen.line()
        _show(screen, gazetteer, one, found)
    return MISTAKE if refused else DONE


def as_object(found: Places, title_start: int | None = None) -> dict[str, Any]:  # Any: JSON
    """Give what an article says of places as JSON. `title_start` is where the title stands in the text."""
    return {
        "mentions": [_mention(one, title_start) for one in found.mentions], "states": list(found.states),
        "counties": list(found.counties), "about": list(found.about),
    }  # fmt: skip


def _mention(one: Mention, title_start: int | None) -> dict[str, Any]:  # Any: JSON
    shift = title_start if one.zone is Zone.TITLE and title_start is not None else 0
    return {
        "start": one.start + shift, "end": one.end + shift, "text": one.text, "division": one.division,
        "name": one.name,
        "type": one.type, "lat": one.lat, "lon": one.lon, "ambiguous": one.ambiguous, "evidence": one.evidence,
    }  # fmt: skip


def _show(screen: Screen, gazetteer: Gazetteer, one: files.Read, found: Places) -> None:
    screen.line(GOOD, " read   ", bold(screen.cut(one.title, WIDTH - 9)))
    screen.line("  ", dim(f"{one.file}, {count(len(found.mentions), 'mention')} of places"))
    if not found.mentions:
        return
    screen.line()
    rows = [
        Row([same(mention.text), same(mention.name), same(mention.zone.value), same(mention.type),
        same(mention.division),
             same(f"{mention.confidence:.3f}"), same(_why(gazetteer, mention))], LOOK if mention.ambiguous else " ")
        for mention in found.mentions
    ]  # fmt: skip
    table(screen, _MENTIONS, rows)
    if screen.lined:
        screen.line()
        for said, ids in (("about", found.about), ("government", found.gov)):
            screen.block(f"{said:<11} {', '.join(_titles(gazetteer, ids)) or 'none'}")


def _why(gazetteer: Gazetteer, mention: Mention) -> str:
    if not mention.ambiguous:
        return mention.evidence
    return f"ambiguous: or {', or '.join(_titles(gazetteer, mention.others))}"


def _titles(gazetteer: Gazetteer, ids: list[str] | tuple[str, ...] | Any) -> list[str]:  # Any: any sequence of ids
    rows = [gazetteer.row_of(one) for one in ids]
    return [gazetteer.title(row) for row in rows if row is not None]
