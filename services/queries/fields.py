"""The fields: their names, other names for them, and how the value of each is read.

title: lead: body: dateline: caption: teaser:   hlead:      words and phrases, or a group
place: about: gov:   place~: about~: gov~:                  a place's name, in quotation marks if longer than a word
source: author:                                             a name
site:  lang:  words:                                        a host; two or three letters; > or < and a number
topic:                                                      a topic pack's name
"""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from urllib.parse import urlsplit

from services.articles.article import Zone
from services.queries.mistake import QueryError, cited
from services.queries.tree import Author, Lang, Length, Site, Source
from services.text import cut


class Kind(StrEnum):
    """The families of fields, whose values are read alike."""

    ZONE = "zone"
    PLACE = "place"
    NAME = "name"
    CODE = "code"
    TOPIC = "topic"


HEAD_AND_LEAD = "hlead"

_KINDS = {
    **{zone.value: Kind.ZONE for zone in Zone},
    HEAD_AND_LEAD: Kind.ZONE,
    "place": Kind.PLACE,
    "about": Kind.PLACE,
    "gov": Kind.PLACE,
    "source": Kind.NAME,
    "author": Kind.NAME,
    "site": Kind.CODE,
    "lang": Kind.CODE,
    "words": Kind.CODE,
    "topic": Kind.TOPIC,
}
_ALSO = {"intitle": "title", "headline": "title", "allintitle": "title", "byline": "author", "language": "lang"}
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LENGTH = re.compile(r"([<>])\s*([0-9][0-9,]*)")
_MOST_WORDS = 1_000_000


def kind_of(name: str) -> Kind:
    """Give the family of a field's canonical name."""
    return _KINDS[name]


def field_name(typed: str, start: int) -> tuple[str, bool]:
    """Give the canonical name of a field and whether `~` follows it. Raises `QueryError` when there is none."""
    bare = typed.removesuffix("~")
    folded = bare.lower()
    name = _ALSO.get(folded, folded)
    if name not in _KINDS:
        _refuse_unknown(typed, folded, start)
    ambiguous = bare != typed
    if ambiguous and _KINDS[name] is not Kind.PLACE:
        what = f"{name}: takes no ~"
        advice = "The ~ lets ambiguous mentions of a place count: place~:, about~: and gov~:"
        raise QueryError(what, start, length=len(typed), advice=advice)
    return name, ambiguous


def _refuse_unknown(typed: str, folded: str, start: int) -> None:
    near = difflib.get_close_matches(folded, [*_KINDS, *_ALSO], n=1)
    meant = f". Did you mean {_ALSO.get(near[0], near[0])}:?" if near else ""
    advice = "A colon ends a field's name. To look for a text with a colon in it, put it in quotation marks"
    what = f'There is no field "{cited(typed)}"'
    raise QueryError(what, start, rest=meant, length=len(typed) + 1, advice=advice)


def named(name: str, typed: str, start: int) -> Source | Author:
    """Read the value of `source:` or `author:`: a name."""
    if "*" in typed:
        raise QueryError(f"{name}: takes a name without wildcards", start + typed.index("*"))
    words = tuple(folded for _, _, folded, _ in cut(typed))
    if not words:
        raise QueryError(f"{name}: needs a name", start, length=len(typed))
    shown = " ".join(typed.split())
    return Source(words, shown) if name == "source" else Author(words, shown)


def coded(name: str, typed: str, start: int) -> Site | Lang | Length:
    """Read the value of `site:`, `lang:` or `words:`."""
    if name == "site":
        return _site(typed, start)
    return _language(typed, start) if name == "lang" else _length(typed, start)


def _site(typed: str, start: int) -> Site:
    host = host_of(typed)
    if host is None or not _HOST.fullmatch(host):
        what = f'site: takes a host, such as example.com; "{cited(typed)}" is none'
        raise QueryError(what, start, length=len(typed))
    return Site(host)


def host_of(typed: str) -> str | None:
    """Give the host as it is compared: lower case, in ASCII, without "www." and a last dot; also of a whole address."""
    try:
        host = urlsplit(typed if "//" in typed else "//" + typed).hostname or ""
        host = host.rstrip(".").removeprefix("www.")
        return host if host.isascii() else host.encode("idna").decode("ascii").removeprefix("www.")
    except ValueError:
        return None


def _language(typed: str, start: int) -> Lang:
    code = typed.lower()
    if not (len(code) in (2, 3) and code.isascii() and code.isalpha()):
        what = f'lang: takes two or three letters, such as en; here stands "{cited(typed)}"'
        raise QueryError(what, start, length=len(typed))
    return Lang(code)


def _length(typed: str, start: int) -> Length:
    match = _LENGTH.fullmatch(typed)
    if match is None:
        what = f'words: takes > or < and a number, such as words:>300; here stands "{cited(typed)}"'
        raise QueryError(what, start, length=len(typed))
    digits = match[2].replace(",", "")
    number = int(digits) if len(digits) < 10 else _MOST_WORDS + 1
    if number > _MOST_WORDS:
        what = f"words: takes at most {_MOST_WORDS:,}; here stands {cited(digits)}"
        raise QueryError(what, start, length=len(typed))
    return Length(number, below=match[1] == "<")
