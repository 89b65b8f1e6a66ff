"""Read items of ninjs 1.x, 2.x and 3.x as articles; what is not as the standard has it is refused with its place.

The main headline is the title; of several bodies HTML is preferred to plain text, because it has paragraphs; where
there is none, the description is a summary. An item that is withheld, canceled or under an embargo says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from services.articles.article import Item
from services.articles.bylines import authors_in
from services.articles.dates import read_date
from services.articles.html_blocks import has_markup, one_line
from services.articles.identity import item_id
from services.articles.language import two_letters
from services.articles.ninjs_check import check
from services.articles.url import web_link
from services.errors import InvalidError

_VERSION = re.compile(r"[123]\.\d{1,2}")
_MOST_ITEMS = 500
_SCHEMA_VERSION = re.compile(r"ninjs-schema_([123]\.\d{1,2})\.json")
Given = Mapping[str, object]


def looks_like_ninjs(given: object) -> bool:
    """Say whether JSON is an item of ninjs, or a list of them, rather than something else."""
    first = given[0] if isinstance(given, list) and given else given
    return (
        isinstance(first, dict)
        and "items" not in first
        and ("uri" in first or "standard" in first or "$standard" in first)
    )


def read_ninjs(given: object, *, version: str | None = None) -> list[Item]:
    """Read an item or a list of them; `version` (such as "1.0") is what they must fit, else what they say."""
    many = given if isinstance(given, list) else [given]
    if len(many) > _MOST_ITEMS:
        raise InvalidError(f"{len(many):,} ninjs items came at once. {_MOST_ITEMS} is the most")
    return [_item(one, version, f"/{number}" if len(many) > 1 else "") for number, one in enumerate(many)]


def _item(given: object, version: str | None, at: str) -> Item:
    if not isinstance(given, dict):
        raise InvalidError("A ninjs item is an object", field=at or None)
    major, wrong = check(given, version or _declared(given))
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise InvalidError(f"The ninjs item is not valid at {at}{wrong[0].pointer}: {wrong[0].text}{more}",
                           field=f"{at}{wrong[0].pointer}")  # fmt: skip
    return _first(given) if major == 1 else _later(given)


def _declared(given: Given) -> str | None:
    """Give the version of 1.x that an item names. Items of 2.x and 3.x often name an older one than they use."""
    standard = given.get("$standard")
    if not isinstance(standard, dict):
        return None
    named = standard.get("version")
    if not (isinstance(named, str) and _VERSION.fullmatch(named)):
        found = _SCHEMA_VERSION.search(str(standard.get("schema")))
        named = found[1] if found else None
    return named if named and named.startswith("1.") else None


def _first(given: Given) -> Item:
    bodies = [(name.removeprefix("body_"), value) for name, value in given.items() if name.startswith("body_")]
    html = _preferred(bodies, ("xhtml", "html"), markup=True)
    text = _preferred(bodies, ("text",), markup=False)
    told = [(name, value) for name, value in given.items() if name.startswith("description_")]
    title = _text(given, "headline") or next((str(v) for k, v in given.items() if k.startswith("headline_")), "")
    return _built(given, title or _text(given, "title"), html or None, text or None,
                  _preferred(told, ("description_text",), markup=None), _text(given, "byline"))  # fmt: skip


def _preferred(found: Iterable[tuple[str, object]], names: tuple[str, ...], *, markup: bool | None) -> str:
    """Give the text of a preferred name, else the longest that has markup, or has none, as asked."""
    known = {name: value for name, value in found if isinstance(value, str)}
    for name in names:
        if known.get(name):
            return known[name]
    fitting = [value for value in known.values() if markup is None or has_markup(value) is markup]
    return max(fitting, key=len, default="")


def _later(given: Given) -> Item:
    bodies = _parts(given, "bodies")
    html = next((value for kind, _, value in bodies if "html" in kind or (not kind and has_markup(value))), "")
    text = next((value for kind, _, value in bodies if kind in ("", "text/plain") and not has_markup(value)), "")
    if not html and not text:
        html = max((value for _, _, value in bodies), key=len, default="")
    headlines = _parts(given, "headlines")
    title = next((v for _, role, v in headlines if role == "main"), headlines[0][2] if headlines else "")
    told = next((value for _, _, value in _parts(given, "descriptions")), "")
    return _built(given, title or _text(given, "title"), html or None, text or None, told, _text(given, "by"))


def _parts(given: Given, name: str) -> list[tuple[str, str, str]]:
    found = []
    parts = given.get(name)
    for part in parts if isinstance(parts, list) else []:
        kind = _text(part, "contenttype") or _text(part, "contentType")
        if value := _text(part, "value"):
            found.append((kind.lower(), _text(part, "role").lower(), value))
    return found


def _built(given: Given, title: str, html: str | None, text: str | None, told: str, byline: str) -> Item:
    summary = html is None and text is None
    body = (told or None) if summary else text
    made = read_date(_either(given, "firstcreated", "firstCreated"))
    changed = read_date(_either(given, "versioncreated", "versionCreated"))
    uri = _text(given, "uri")
    return Item(
        external_id=item_id(uri),
        url=web_link(uri),
        title=one_line(title)[:500] or None,
        text=None if html or (body and has_markup(body)) else body,
        html=html or (body if body and has_markup(body) else None),
        published=made or changed,
        updated=changed if made else None,
        authors=_authors(byline),
        language=two_letters(_text(given, "language") or None),
        summary_only=summary,
        held=_held(given),
    )


def _authors(byline: str) -> tuple[str, ...]:
    line = one_line(byline)[:200]
    return authors_in(line) or authors_in(f"By {line}") or ((line,) if line else ())


def _held(given: Given) -> str | None:
    status = _either(given, "pubstatus", "pubStatus")
    if status in ("withheld", "canceled"):
        return status
    until = read_date(_either(given, "embargoed", "embargoedUntil"))
    return None if until is None else f"embargo until {until:%Y-%m-%dT%H:%M:%SZ}"


def held_until(item: Item) -> datetime | None:
    """Give when an item's embargo ends; None for an item without one."""
    held = item.held or ""
    return read_date(held.removeprefix("embargo until ")) if held.startswith("embargo until ") else None


def _either(given: Given, *names: str) -> str:
    return next((text for name in names if (text := _text(given, name))), "")


def _text(given: object, name: str) -> str:
    value = given.get(name) if isinstance(given, dict) else None
    return value if isinstance(value, str) else ""
