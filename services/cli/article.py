"""`tocsin article`: how files are understood as articles: title, zones, language, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.articles.article import Zone
from services.cli import article_places, files, terminal
from services.cli.failure import DONE, MISTAKE
from services.cli.options import AsJson, Home
from services.cli.terminal import GOOD, NOT_COUNTED, WIDTH, Screen, bold, dim
from services.cli.words import stamp
from services.words import count

if TYPE_CHECKING:
    from services.articles.article import Article
    from services.places.kept import Kept

_APART = (Zone.TEASER, Zone.CAPTION)
"""Zones that count only when a query names them; the dateline is short enough to be seen at once."""


def article(
    names: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Text, page, feed, ninjs, NewsML-G2, NITF; - is what is piped in."),
    ],
    *,
    meant: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="STANDARD", help="Such as ninjs/1.0 or newsml-g2/2.28: its rules hold.", show_default=False
        ),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Show how files are understood: title, zones, language and places. A feed may have no article."""
    from services.reading import places_in

    screen, refused, shown, at_home = terminal.out(), 0, 0, files.home(home)
    for name in names:
        found = 0
        for one in files.read_all([name], meant=meant):
            found += 1
            if isinstance(one, files.Refused):
                refused += 1
                screen.flush()
                files.tell_refused(one)
                continue
            places = places_in(one.article, at_home)
            if as_json:
                screen.json(_object(one, places))
                continue
            if shown:
                screen.line()
            shown += 1
            _show(screen, one, places)
        if not found and not as_json:
            screen.line(NOT_COUNTED, f" {name} is a feed without articles")
    return MISTAKE if refused else DONE


def _show(screen: Screen, one: files.Read, places: Kept) -> None:
    article = one.article
    screen.line(GOOD, " read   ", bold(screen.cut(one.title, WIDTH - 9)))
    screen.line("  ", dim(_facts(one)))
    screen.line()
    if not article.title:
        screen.line("  title      ", dim("none; messages show the first sentence"))
    for zone, text in _zones(article):
        shown = screen.cut(text, WIDTH - 13)
        screen.line(f"  {zone.value:<9}  ", dim(shown) if zone in _APART else shown)
    if places.mentions:
        screen.line()
        article_places.show(screen, places)


def _facts(one: files.Read) -> str:
    article = one.article
    said = [one.file, f"language {article.language}", count(len(article.text.split()), "word")]
    if article.authors:
        said.append(f"by {', '.join(article.authors)}")
    if article.published:
        said.append(f"published {stamp(article.published)}")
    if article.url:
        said.append(article.url)
    return ", ".join(said)


def _zones(article: Article) -> list[tuple[Zone, str]]:
    title = [(Zone.TITLE, article.title)] if article.title else []
    return [*title, *((one.zone, article.text[one.start : one.end]) for one in article.passages)]


def _object(one: files.Read, places: Kept) -> dict[str, Any]:  # Any: JSON
    from services.places.kept import shown

    article = one.article
    zones = [
        {"zone": part.zone, "start": part.start, "end": part.end, "text": article.text[part.start : part.end]}
        for part in article.passages
    ]
    if article.title:
        start = article.title_start
        end = None if start is None else start + len(article.title)
        zones.insert(0, {"zone": Zone.TITLE, "start": start, "end": end, "text": article.title})
    return {
        "file": one.file, "external_id": one.item.external_id, "title": article.title, "language": article.language,
        "url": article.url, "authors": list(article.authors), "published": stamp(article.published) or None,
        "updated": stamp(one.item.updated) or None, "zones": zones, **shown(places),
    }  # fmt: skip
