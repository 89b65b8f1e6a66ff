"""What a document has, in the numbers that rules ask for: found from an article's text without analysing its sentences.

In the engine's own language what is found is exact. In another language a stem may stand for several numbers: then too
much is found, never too little, and whatever matches has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise, product
from urllib.parse import urlsplit

from services.articles.article import Article, Zone
from services.queries.document import SEARCHED, Document
from services.rules.lexicon import Lexicon
from services.rules.runs import Feature, packed, pair, pairs
from services.rules.vocabulary import ABSENT, BARRIER, in_order, stems_in_order, tokens
from services.text import Words


class Traits:
    """`has`: numbers of words, wildcards and facts. `exact`: it has them, each and all; else it may have them."""

    __slots__ = ("_near", "_numbers", "_run", "exact", "has")

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.has: set[int] = set()
        self._numbers: Sequence[int] = ()
        self._near: Sequence[int] | None = None
        self._run: bytes | None = None

    def run(self) -> bytes:
        """Give the words in order, packed."""
        if self._run is None:
            self._run = packed(self._numbers)
        return self._run

    def near(self) -> Sequence[int]:
        """Give the pairs of neighbours."""
        if self._near is None:
            self._near = pairs(self._numbers)
        return self._near

    def has_run(self, feature: Feature) -> bool:
        """Whether a run of words stands in order; a number is none."""
        if type(feature) is not bytes:
            return False
        if not self.exact:
            return True
        run = self.run()
        at = run.find(feature)
        while at > 0 and at % 4:  # a find that begins within a word is none
            at = run.find(feature, at + 1)
        return at >= 0

    def add_numbers(self, numbers: Sequence[int], once: set[int]) -> None:
        """Add the words of one kind of zone. Each kind has numbers of its own, so that no run goes across."""
        self._numbers = (*self._numbers, *numbers) if self._numbers else numbers
        self.has = self.has | once if self.has else once

    def add_stems(self, stems: Iterable[str], known: Mapping[str, Sequence[int]]) -> None:
        """Add every number that these stems may stand for, and every pair."""
        numbers = [known.get(own, ()) for own in stems]
        near = (pair(*both) for left, right in pairwise(numbers) for both in product(left, right))
        self._near = (*(self._near or ()), *near)
        self.has.update(chain.from_iterable(numbers))


def of_article(article: Article, lexicon: Lexicon) -> Traits:
    """Find what an article has."""
    found = Traits(exact=article.language == lexicon.language)
    spans = _spans(article)
    searched = ["\n".join(spans[zone]) for zone in SEARCHED if zone in spans]
    _add_tokens(found, tokens(searched), lexicon, Zone.BODY, article.language)
    if lexicon.zones or lexicon.holes:
        for zone in spans.keys() & lexicon.other_zones:
            _add_tokens(found, tokens(["\n".join(spans[zone])]), lexicon, zone, article.language)
    if lexicon.facts:
        host = (urlsplit(article.url).hostname or "") if article.url else ""
        found.has |= lexicon.of_article(article.language, article.source, host, article.authors)
    return found


def of_document(document: Document, lexicon: Lexicon) -> Traits:
    """Find what an analysed document has."""
    found = Traits(exact=document.language == lexicon.language)
    zones = document.zones
    _add_words(found, [zones[zone] for zone in SEARCHED if zone in zones], lexicon, Zone.BODY, document.language)
    for zone in zones.keys() & lexicon.other_zones:
        _add_words(found, [zones[zone]], lexicon, zone, document.language)
    if lexicon.facts:
        found.has |= lexicon.of_article(document.language, document.source, document.site, document.authors)
    return found


def _spans(article: Article) -> dict[Zone, list[str]]:
    found: dict[Zone, list[str]] = {}
    text, last = article.text, None
    for passage in article.passages:
        if passage.zone is not last:
            last = passage.zone
            parts_of_it = found.setdefault(last, [])
        parts_of_it.append(text[passage.start : passage.end])
    if article.title:
        found[Zone.TITLE] = [article.title]
    return found


def _add_tokens(found: Traits, seen: Sequence[bytes], lexicon: Lexicon, zone: Zone, language: str) -> None:
    vocabulary = lexicon.vocabulary(zone)
    if not found.exact:
        found.add_stems(stems_in_order(seen, language), vocabulary.foreign(language))
    else:
        found.add_numbers(*in_order(seen, vocabulary.tokens))
    holes = lexicon.holes.get(zone)
    if holes is not None:
        found.has.update(chain.from_iterable(map(holes.__getitem__, set(seen))))


def _add_words(found: Traits, parts: Sequence[Words], lexicon: Lexicon, zone: Zone, language: str) -> None:
    vocabulary = lexicon.vocabulary(zone)
    if found.exact:
        known = vocabulary.stems
        numbers = [n for part in parts for n in (BARRIER, *(known.get(own, ABSENT) for own in part.stems))]
        found.add_numbers(numbers, set(numbers))
    else:
        found.add_stems([own for part in parts for own in ("", *part.stems)], vocabulary.foreign(language))
    holes = lexicon.holes.get(zone)
    if holes is not None:
        found.has.update(n for part in parts for word in set(part.folded) for n in holes.fitting(word))
