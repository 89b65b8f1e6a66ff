"""Read JSON Feed (https://www.jsonfeed.org/version/1.1/), forgiving in what a feed leaves out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from services.articles.dates import read_date
from services.articles.feed_xml import Entry, XmlFeed
from services.errors import InvalidError

_DEEPEST = 32


def looks_like_json(text: str) -> bool:
    """Say whether a text can only be JSON."""
    return text.lstrip().startswith(("{", "["))


def read_json_feed(text: str) -> XmlFeed:
    """Read a JSON Feed's text; InvalidError says where it is no JSON, or what it has instead of items."""
    given = read_json(text, number=_number)
    items = given.get("items") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(items, list):
        raise InvalidError(
            'The address answers with JSON that is no JSON Feed; a list called "items" is expected, or ninjs'
        )
    hubs = given.get("hubs")
    hub = next((h.get("url") for h in hubs if isinstance(h, dict)), None) if isinstance(hubs, list) else None
    return XmlFeed(
        title=_string(given.get("title")),
        entries=tuple(_entry(item) for item in items if isinstance(item, dict)),
        home=_string(given.get("home_page_url")) or None,
        hub=_string(hub) or None,
        own=_string(given.get("feed_url")) or None,
        language=_string(given.get("language")) or None,
    )


def read_json(text: str, *, number: Callable[[str], object] | None = None) -> object:
    """Read JSON; InvalidError says where it breaks off. `number` makes what is wanted of a number's digits."""
    try:
        given: object = json.loads(text, parse_int=number, parse_float=number)
    except json.JSONDecodeError as error:
        raise InvalidError(f"The JSON breaks off: {error.msg}", position=error.pos + 1) from error
    except RecursionError as error:
        raise InvalidError(f"The JSON is nested too deep. {_DEEPEST} levels are the most") from error
    except ValueError as error:
        raise InvalidError(f"The JSON holds a number that cannot be read: {error}") from error
    return given


def _number(digits: str) -> str:
    """Numbers matter only as ids; 10^400 need not become one."""
    return digits[:64]


def _entry(item: dict[str, object]) -> Entry:
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    return Entry(
        id=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_string(item.get("title")),
        summary=_string(item.get("summary")),
        content=html or text,
        plain=not html and bool(text),
        published=read_date(item.get("date_published")),
        updated=read_date(item.get("date_modified")),
        authors=tuple(_names(item.get("authors"), item.get("author"))),
        language=_string(item.get("language")) or None,
    )


def _names(*given: object) -> Iterator[str]:
    for one in given:
        for author in one if isinstance(one, list) else [one]:
            if isinstance(author, dict) and (name := _string(author.get("name"))):
                yield name


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
