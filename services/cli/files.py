"""Files as articles: what a name on the command line gives, or the error that says what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.articles.article import Zone
from services.cli import failure
from services.errors import InvalidError, TocsinError

if TYPE_CHECKING:
    from services.articles.article import Article, Item
    from services.guard import Gate

FETCH_S = 30.0
STDIN = "-"


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


def read_all(names: Sequence[str]) -> Iterator[Read | Refused]:
    """Read each file in turn. One that cannot be read does not stop the others."""
    from services.articles.read import understand

    for name in names:
        try:
            items = items_of(name, read_bytes(name))
        except TocsinError as error:
            yield Refused(name, error)
            continue
        for item in items:
            try:
                yield Read(name, item, understand(item))
            except TocsinError as error:
                yield Refused(name, error)


def read_bytes(name: str) -> bytes:
    """Read a file, or what is piped in for `-`; an error names the file."""
    try:
        return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except FileNotFoundError as error:
        raise InvalidError(f"There is no file {name}") from error
    except IsADirectoryError as error:
        raise InvalidError(f"{name} is a folder; a file is expected") from error
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise InvalidError(f"{name} cannot be read: {said}") from error


def items_of(name: str, data: bytes, *, content_type: str | None = None, url: str | None = None) -> list[Item]:
    """Read bytes as items; an error names where they came from."""
    from services.articles.sniff import read_any

    shown = "What was piped in" if name == STDIN else name
    try:
        items = read_any(data, name=shown, content_type=content_type, url=url)
    except TocsinError as error:
        if shown not in error.message:
            error.message = f"{shown}: {error.message}"
        raise
    if not items:
        raise InvalidError(f"{shown} is a feed without items")
    return items


def fetched(gate: Gate, url: str) -> tuple[bytes, str | None, str]:
    """Get a page or feed through the gate: its bytes, their content type, and the address it came from in the end."""
    from services.articles.sniff import LIMIT_BYTES
    from services.errors import OutsideError
    from services.guard import fetch

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
