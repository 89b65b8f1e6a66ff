"""Turns articles that come in a news standard (ninjs, NewsML-G2, NITF) into those that the API takes.

They are told by their type; ninjs is also known by its shape in plain JSON. The type may name a version, whose rules
then hold: `application/vnd.iptc.ninjs+json; version=1.3`. An item that is held back is refused.
"""

from __future__ import annotations

import re
from typing import Any

from services import clock
from services.api import strict_json
from services.articles.article import Item
from services.articles.ninjs import held_until, looks_like_ninjs, read_ninjs
from services.articles.sniff import read_any
from services.errors import InvalidError

_TYPE = re.compile(r"application/(?:vnd\.iptc\.[\w.]{1,60}\+(?:xml|json)|ninjs\+json|nitf\+xml|xml)|text/xml")
_VERSION = re.compile(r";\s*version=\"?(\d\.\d{1,2})\"?", re.IGNORECASE)
Sent = dict[str, Any]  # Any: JSON as the API takes it


def is_news(kind: str) -> bool:
    """Say whether a media type, in lower case and without parameters, is that of a news standard or of XML."""
    return _TYPE.fullmatch(kind) is not None


def from_bytes(body: bytes, content_type: str) -> Sent:
    """Read a body of a news standard as what the API takes; InvalidError or NotJsonError says what is wrong."""
    kind = content_type.partition(";")[0].strip().lower()
    version = _VERSION.search(content_type)
    if kind.endswith("json"):
        return from_json(strict_json.read(body), version=version[1] if version else None)
    standard = "nitf" if "nitf" in kind else "newsml-g2"
    meant = f"{standard}/{version[1]}" if version else standard if "iptc" in kind or "nitf" in kind else None
    return _sent(read_any(body, name="The body", content_type=content_type, meant=meant))


def from_json(given: object, *, version: str | None = None) -> Sent:
    """Read ninjs as what the API takes."""
    return _sent(read_ninjs(given, version=version))


def is_ninjs(given: object) -> bool:
    """Say whether JSON is ninjs rather than an article as the API has it."""
    first = given[0] if isinstance(given, list) and given else given
    return looks_like_ninjs(given) and isinstance(first, dict) and "external_id" not in first


def _sent(items: list[Item]) -> Sent:
    articles = [_article(item, f"/{number}" if len(items) > 1 else "") for number, item in enumerate(items)]
    if not articles:
        raise InvalidError("The document carries no article")
    return articles[0] if len(articles) == 1 else {"articles": articles}


def _article(item: Item, at: str) -> Sent:
    until = held_until(item)
    if item.held and (until is None or until > clock.now()):
        raise InvalidError(f'The item "{item.external_id[:80]}" is held back: {item.held}', field=at or None)
    if not (item.title or item.text or item.html):
        raise InvalidError(f'The item "{item.external_id[:80]}" has neither headline nor text', field=at or None)
    body = {"html": item.html} if item.html else {"text": item.text or item.title}
    published, updated = item.published, item.updated
    given = {
        "external_id": item.external_id, "url": item.url, "title": item.title, "authors": list(item.authors)[:100],
        "published": published and published.isoformat(), "updated": updated and updated.isoformat(),
        "language": item.language, **body,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}
