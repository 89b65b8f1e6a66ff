"""Files as articles: what a name on the command line gives, or the error that says what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.articles.article import Zone
from services.careful import PARSING, ChildDiedError, run_apart
from services.cli import failure
from services.errors import InvalidError, TocsinError

if TYPE_CHECKING:
    from services.articles.article import Article, Item
    from services.guard import Gate

FETCH_S = 30.0
STDIN = "-"
_AT_ONCE = 40  # articles that one child reads


@dataclass(frozen=True, slots=True)
class Read:
    """One article of a file, as it is understood; a feed gives several."""

    file: str
    item: Item
    article: Article

    @property
    def title(self) -> str:
        """Give the title, or the first sentence of the lead where there is none, as messages do."""
        from services.alerts.reason import first_words

        article = self.article
        told = [one for one in article.passages if one.zone in (Zone.LEAD, Zone.BODY)]
        text = article.text[told[0].start : told[0].end] if told else article.text
        return article.title or first_words(text) or "no title"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or one item of it, that cannot be read."""

    file: str
    error: TocsinError


def read_all(names: Sequence[str], *, meant: str | None = None) -> Iterator[Read | Refused]:
    """Read each file in turn. One that cannot be read does not stop the others; `meant` says what they all are."""
    for name in names:
        try:
            items = items_of(name, read_bytes(name), meant=meant)
        except TocsinError as error:
            yield Refused(name, error)
            continue
        for item, article in zip(items, _understood(items), strict=True):
            yield Refused(name, article) if isinstance(article, TocsinError) else Read(name, item, article)


def _understood(items: Sequence[Item]) -> Iterator[Article | TocsinError]:
    """Cut items into zones, some at a time in a child; what ends the child is read again alone."""
    from services.articles.page import warm_up

    if any(item.html for item in items):
        warm_up()
    for at in range(0, len(items), _AT_ONCE):
        part = items[at : at + _AT_ONCE]
        try:
            yield from run_apart(_understand, part, limits=PARSING)
        except ChildDiedError:
            yield from (_alone(item) for item in part)


def _alone(item: Item) -> Article | TocsinError:
    try:
        return run_apart(_understand, [item], limits=PARSING)[0]
    except ChildDiedError:
        return InvalidError(f"The article takes more than {PARSING.told} to read")


def _understand(items: Sequence[Item]) -> list[Article | TocsinError]:
    from services.articles.article import Article
    from services.articles.read import understand

    done: list[Article | TocsinError] = []
    for item in items:
        try:
            done.append(understand(item))
        except TocsinError as error:
            # Feeds have items that only point somewhere; they are shown as what they are.
            bare = not (item.text or item.html or item.title)
            done.append(Article("", (), url=item.url, authors=item.authors, published=item.dated) if bare else error)
    return done


def home(given: str | None) -> str | None:
    """Read the option `--home`."""
    if given is None:
        return None
    from services.reading import checked_home

    return checked_home(given, "--home")


def read_bytes(name: str) -> bytes:
    """Read a file, or what is piped in for `-`; an error names the file. Not more is read than would be refused."""
    from services.articles.sniff import LIMIT_BYTES

    try:
        if name == STDIN:
            return sys.stdin.buffer.read(LIMIT_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except FileNotFoundError as error:
        raise InvalidError(f"There is no file {name}") from error
    except IsADirectoryError as error:
        raise InvalidError(f"{name} is a folder; a file is expected") from error
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidError(f"{name} cannot be read: {said}") from error


def items_of(
    name: str, data: bytes, *, content_type: str | None = None, url: str | None = None, meant: str | None = None
) -> list[Item]:
    """Read bytes as items; an error names where they came from."""
    shown = "What was piped in" if name == STDIN else name
    try:
        items = run_apart(_items, data, shown, content_type, url, meant, limits=PARSING)
    except ChildDiedError as error:
        raise InvalidError(f"{shown} takes more than {PARSING.told} to read") from error
    except TocsinError as error:
        if shown not in error.message:
            error.message = f"{shown}: {error.message}"
        raise
    return items


def _items(data: bytes, name: str, content_type: str | None, url: str | None, meant: str | None) -> list[Item]:
    from services.articles.sniff import read_any

    return read_any(data, name=name, content_type=content_type, url=url, meant=meant)


def fetched(gate: Gate, url: str) -> tuple[bytes, str | None, str]:
    """Get a page or feed through the gate: its bytes, their content type, and the address it came from in the end."""
    from services.articles.sniff import LIMIT_BYTES
    from services.errors import OutsideError
    from services.fetching import fetch

    gate.check_url(url, field="URL")
    headers = {"Accept": "text/html, application/atom+xml, application/rss+xml, */*;q=0.5"}
    answer = fetch(gate, url, headers=headers, limit_bytes=LIMIT_BYTES, timeout_s=FETCH_S)
    if answer.status != 200:
        raise OutsideError(f"{url} answers {answer.status} instead of 200", code=f"http_{answer.status}")
    return answer.body, answer.headers.get("content-type"), answer.url


def tell_refused(refused: Refused) -> None:
    """Write one line on stderr that names the file and what is wrong."""
    name, error = refused.file, refused.error
    shown = "What was piped in" if name == STDIN else name
    if shown not in error.message:
        error = InvalidError(f"{shown}: {error.message}", advice=error.advice)
    failure.tell(error)
