"""A bundle: up to 256 analysed articles, packed so that a query is asked of all of them at once.

    facts    what is known of each article as a whole: id, time, source, site, language, length, authors
    stems    which articles have which stem             folded, exact: the same for the other two forms
    placed   which articles a place clause holds for, by kind, exactness, sureness and division
    texts    every stem of every article in order, from which an article is rebuilt as evaluation wants it
    typed    the same with the exact forms, for what stems do not decide

A key of a vocabulary is one letter for where the word stands, and the word: `s` in title, lead or body; `t l d c e` in
title, lead, dateline, caption, teaser. What stands in the body only is what `s` has, and `t` and `l` have not. Of exact
forms only those with capitals are kept. An article with a word of more than 400 bytes is *odd*: its words are in no
vocabulary, and it is always evaluated.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services import text
from services.articles.article import Zone
from services.lookback import texts
from services.lookback.vocabulary import LONGEST, SIZE, pack
from services.queries.document import SEARCHED, Document
from services.queries.places import PlaceFact

__all__ = ["SIZE", "Bundle", "Facts", "Kept", "bundled", "facts_of", "key_of", "version"]

SEARCHED_KEY = "s"
KEYS = {Zone.TITLE: "t", Zone.LEAD: "l", Zone.DATELINE: "d", Zone.CAPTION: "c", Zone.TEASER: "e"}
"""The body has no key of its own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An article to be bundled. `source` is the id of its source; `places` are all facts about its places."""

    id: str
    seen_at: datetime
    source: str
    document: Document
    places: Collection[PlaceFact] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a bundle's articles, each list in their order. `seen` is in seconds since 1970."""

    ids: Sequence[str]
    seen: Sequence[float]
    sources: Sequence[str]
    sites: Sequence[str]
    languages: Sequence[str]
    lengths: Sequence[int]
    odd: Sequence[bool]
    authors: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The packed parts of a bundle, as they are stored."""

    facts: bytes
    stems: bytes
    folded: bytes
    exact: bytes
    placed: bytes
    texts: bytes
    typed: bytes


def version() -> str:
    """Name the analysis that a bundle made now holds; one of another name is made anew."""
    return f"{text.ANALYSIS}:{','.join(text.STEMMED)}"


def bundled(articles: Sequence[Kept]) -> Bundle:
    """Pack articles, 256 at most."""
    assert 0 < len(articles) <= SIZE
    stems: dict[str, bytearray] = {}
    folded: dict[str, bytearray] = {}
    exact: dict[str, bytearray] = {}
    placed: dict[str, bytearray] = {}
    for number, article in enumerate(articles):
        _note(placed, "", {key_of(fact) for fact in article.places}, number)
        if not _is_odd(article.document):
            _add(article.document, number, stems, folded, exact)
    documents = [article.document for article in articles]
    return Bundle(
        _facts(articles), pack(stems, tight=False), pack(folded), pack(exact), pack(placed), *texts.pack(documents)
    )


def key_of(fact: PlaceFact) -> str:
    """Give the key of a fact about an article's places."""
    kind, exact, ambiguous, division = fact
    return f"{kind}{'=' * exact}{'~' * ambiguous}:{division}"


def facts_of(packed: bytes) -> Facts:
    """Read what is known of a bundle's articles."""
    return Facts(*json.loads(zlib.decompress(packed)))


def _facts(articles: Sequence[Kept]) -> bytes:
    documents = [one.document for one in articles]
    columns = [
        [one.id for one in articles], [one.seen_at.timestamp() for one in articles],
        [one.source for one in articles], [one.site for one in documents], [one.language for one in documents],
        [one.length for one in documents], [_is_odd(one) for one in documents],
        [list(one.authors) for one in documents],
    ]  # fmt: skip
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), 6)


def _is_odd(document: Document) -> bool:
    all_forms = (forms for words in document.zones.values() for forms in (words.exact, words.folded, words.stems))
    return any(_longest(forms) >= LONGEST for forms in all_forms)


def _longest(forms: Sequence[str]) -> int:
    """Give the bytes of the longest form, or less where none can be near the longest that is taken."""
    if max(map(len, forms), default=0) < LONGEST // 4:
        return 0
    return max(len(form.encode("utf-8", "surrogatepass")) for form in forms)


def _add(
    document: Document, number: int, stems: dict[str, bytearray], folded: dict[str, bytearray],
    exact: dict[str, bytearray],
) -> None:  # fmt: skip
    searched: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    for zone, words in document.zones.items():
        forms = set(words.stems), set(words.folded), {form for form in set(words.exact) if form != form.lower()}
        if zone in SEARCHED:
            for all_of, of_zone in zip(searched, forms, strict=True):
                all_of.update(of_zone)
        if zone in KEYS:
            for table, of_zone in zip((stems, folded, exact), forms, strict=True):
                _note(table, KEYS[zone], of_zone, number)
    for table, all_of in zip((stems, folded, exact), searched, strict=True):
        _note(table, SEARCHED_KEY, all_of, number)


def _note(table: dict[str, bytearray], key: str, forms: set[str], number: int) -> None:
    for form in forms:
        there = table.get(key + form)
        if there is None:
            table[key + form] = bytearray((number,))
        else:
            there.append(number)
