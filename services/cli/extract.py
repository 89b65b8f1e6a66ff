"""`tocsin extract`: the article out of a page, as plain text; for one page or for a folder of them."""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.careful import PAGES, ChildDiedError, run_apart
from services.cli import files, terminal
from services.cli.failure import DONE, MISTAKE
from services.cli.options import AsJson
from services.cli.terminal import bold, dim
from services.cli.words import stamp
from services.errors import InvalidError, TocsinError

if TYPE_CHECKING:
    from services.articles.extraction import Extracted

_ENDINGS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")


def extract(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="HTML pages; - is what is piped in.", show_default=False)
    ] = None,
    *,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="HTMLDIR", help='All pages of a folder, as one object {id: {"articleBody"}}.',
                     show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Extract the article of pages: its text, title, authors and date."""
    if bool(names) == (folder is not None):
        raise InvalidError("Name files, or a folder by --dir, and not both")
    return _of_folder(folder) if folder is not None else _of_files(names or [], as_json=as_json)


def _of_files(names: Iterable[str], *, as_json: bool) -> int:
    screen, refused, shown = terminal.out(), 0, 0
    for name in names:
        try:
            found = _extracted(name)
        except TocsinError as error:
            refused += 1
            screen.flush()
            files.tell_refused(files.Refused(name, error))
            continue
        if as_json:
            screen.json(_object(name, found))
            continue
        if shown:
            screen.line()
        shown += 1
        screen.line(bold(found.article.title or "no title"))
        screen.line(dim(", ".join(filter(None, [name, *found.article.authors, stamp(found.article.published)]))))
        screen.line()
        screen.stream.write(found.text + "\n")
    return MISTAKE if refused else DONE


def _of_folder(folder: Path) -> int:
    """Write one object for all pages; a page without an article has an empty text there and a line on stderr."""
    if not folder.is_dir():
        raise InvalidError(f"There is no folder {folder}", field="--dir")
    paths = sorted(path for path in folder.iterdir() if path.name.lower().endswith(_ENDINGS))
    if not paths:
        raise InvalidError(f"The folder {folder} has no pages (.html or .html.gz)", field="--dir")
    found: dict[str, dict[str, str]] = {}
    refused = 0
    for path in _shown(paths):
        try:
            text = _extracted(str(path)).text
        except TocsinError as error:
            refused += 1
            text = ""
            files.tell_refused(files.Refused(str(path), error))
        found[_id(path)] = {"articleBody": text}
    json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    return MISTAKE if refused else DONE


def _shown(paths: list[Path]) -> Iterator[Path]:
    """Show how far the work is, where somebody looks on."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(paths, description="extracting", console=console, transient=True, disable=not console.is_terminal)


def _id(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _extracted(name: str) -> Extracted:
    from services.articles.page import warm_up

    data = _unzipped(name, files.read_bytes(name))
    warm_up()
    try:
        return run_apart(_read, data, limits=PAGES)
    except ChildDiedError as error:
        raise InvalidError(f"{name} takes more than {PAGES.told} to read") from error


def _read(data: bytes) -> Extracted:
    from services.articles.extraction import extract as extract_page

    return extract_page(data)


def _unzipped(name: str, data: bytes) -> bytes:
    from services.articles.sniff import LIMIT_BYTES

    if data.startswith(b"\x1f\x8b"):
        try:
            data = zlib.decompressobj(31).decompress(data, LIMIT_BYTES + 1)
        except zlib.error as error:
            raise InvalidError(f"{name} is a gzip file that cannot be unpacked") from error
    if len(data) > LIMIT_BYTES:
        raise InvalidError(f"{name} has more than {LIMIT_BYTES:,} bytes, which is the most")
    return data


def _object(name: str, found: Extracted) -> dict[str, Any]:  # Any: JSON
    article = found.article
    return {
        "file": name, "title": article.title, "authors": list(article.authors),
        "published": stamp(article.published) or None, "language": article.language, "url": article.url,
        "articleBody": found.text,
    }  # fmt: skip
