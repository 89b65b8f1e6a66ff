"""A query asked of a bundle: the articles for which it surely holds, and those for which it may.

Sets of articles are whole numbers, as in `vocabulary`. For every part, what surely holds is within what holds, and
that within what may hold; so whatever lies between is left to evaluation. Words, sources, sites, languages, lengths
and places are decided here; phrases, distances, sentences and counts ask for their words, and leave the rest open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from services.articles.article import Zone
from services.lookback.bundle import KEYS, SEARCHED_KEY, Facts, key_of
from services.lookback.vocabulary import Vocabulary
from services.queries import tree as nodes
from services.queries.document import SEARCHED, Document
from services.queries.places import fact_of
from services.queries.reader import Reader, pattern_of
from services.queries.truth import Zones, facet_is_true, within
from services.text import Words, folded_of, stem


class Mask(NamedTuple):
    """The articles for which a part surely holds, and those for which it may."""

    sure: int
    maybe: int


NOTHING = Mask(0, 0)

# Made once: writing `And | Or` at each call takes longer than the test, and a topic has hundreds of parts a bundle.
_LISTS, _ELSEWHERE, _FACETS = (
    (nodes.And, nodes.Or),
    (nodes.ZoneField, nodes.Topic),
    (nodes.Source, nodes.Author, nodes.Site, nodes.Lang, nodes.Length),
)


@dataclass(slots=True)
class Opened:
    """A bundle's vocabularies, each unpacked when first asked for."""

    stems: Callable[[], Vocabulary]
    folded: Callable[[], Vocabulary]
    exact: Callable[[], Vocabulary]
    placed: Callable[[], Vocabulary]


@dataclass
class Asked:
    """One bundle that is asked. `names` are the sources' names by id."""

    facts: Facts
    opened: Opened
    names: Mapping[str, str]
    topics: Mapping[str, nodes.Node]
    _known: dict[tuple[int, Zones], tuple[nodes.Node, Mask]] = field(default_factory=dict)

    @cached_property
    def all(self) -> int:
        """Every article of the bundle."""
        return (1 << len(self.facts)) - 1

    def mask(self, node: nodes.Node, zones: Zones = SEARCHED) -> Mask:
        """Ask a part, looked for in these zones. Remembered by the very node, which is kept alive for that."""
        known = self._known.get((id(node), zones))
        if known is None:
            known = self._known[id(node), zones] = node, self._mask(node, zones)
        return known[1]

    def _mask(self, node: nodes.Node, zones: Zones) -> Mask:
        if isinstance(node, _LISTS):
            return self._all(node.children, zones) if isinstance(node, nodes.And) else self._any(node.children, zones)
        if isinstance(node, nodes.Not):
            inner = self.mask(node.child, zones)
            return Mask(self.all & ~inner.maybe, self.all & ~inner.sure)
        if isinstance(node, _ELSEWHERE):
            tree, where = within(node, self.topics)
            return NOTHING if tree is None else self.mask(tree, where)
        if isinstance(node, nodes.Place):
            found = self.opened.placed().having(key_of(fact_of(node))) if node.division else 0
            return Mask(found, found)
        if isinstance(node, _FACETS):
            return self._facet(node)
        return self._worded(node, zones)

    def _worded(self, node: nodes.Text | nodes.Near | nodes.Same | nodes.AtLeast, zones: Zones) -> Mask:
        if isinstance(node, nodes.Term):
            return self._exact(node, zones) if node.exact else self._in_zones(lambda key: self._stem(key, node), zones)
        if isinstance(node, nodes.Wildcard):
            return self._in_zones(lambda key: self._wildcard(key, node), zones)
        if isinstance(node, nodes.AtLeast):
            child = self.mask(node.child, zones)
            return child if node.count == 1 else Mask(0, child.maybe)
        parts = node.words if isinstance(node, nodes.Phrase) else (node.left, node.right)
        return Mask(0, self._all(parts, zones).maybe)

    def _all(self, children: Sequence[nodes.Node], zones: Zones) -> Mask:
        """Join by AND. Once nothing is left, the others are not asked."""
        sure = maybe = self.all
        for node in children:
            mask = self.mask(node, zones)
            sure, maybe = sure & mask.sure, maybe & mask.maybe
            if not maybe:
                break
        return Mask(sure, maybe)

    def _any(self, children: Sequence[nodes.Node], zones: Zones) -> Mask:
        """Join by OR. Once all are in, the others are not asked."""
        sure = maybe = 0
        for node in children:
            mask = self.mask(node, zones)
            sure, maybe = sure | mask.sure, maybe | mask.maybe
            if sure == self.all:
                break
        return Mask(sure, maybe)

    def _in_zones(self, having: Callable[[str], int], zones: Zones) -> Mask:
        """Ask for a word where it stands; for the body, the other two zones of `s` say what is sure."""
        if zones == SEARCHED:
            found = having(SEARCHED_KEY)
            return Mask(found, found | self._odd)
        sure = maybe = 0
        for zone in zones:
            if zone is Zone.BODY:
                anywhere = having(SEARCHED_KEY)
                sure |= anywhere & ~having(KEYS[Zone.TITLE]) & ~having(KEYS[Zone.LEAD])
                maybe |= anywhere
            else:
                found = having(KEYS[zone])
                sure, maybe = sure | found, maybe | found
        return Mask(sure & ~self._odd, maybe | self._odd)

    def _stem(self, key: str, term: nodes.Term) -> int:
        stems = self.opened.stems()
        found = 0
        for stemmed, spoken in self._spoken(term).items():
            found |= stems.having(key + stemmed) & spoken
        return found

    def _spoken(self, term: nodes.Term) -> dict[str, int]:
        """Give each stem that the word has in the languages of the bundle, with the articles in these."""
        found: dict[str, int] = {}
        for language, articles in self._languages.items():
            stemmed = stem(term.form, language)
            found[stemmed] = found.get(stemmed, 0) | articles
        return found

    def _exact(self, term: nodes.Term, zones: Zones) -> Mask:
        if term.form != term.form.lower():
            return self._in_zones(lambda key: self.opened.exact().having(key + term.form), zones)
        return Mask(0, self._in_zones(lambda key: self.opened.folded().having(key + folded_of(term.form)), zones).maybe)

    def _wildcard(self, key: str, node: nodes.Wildcard) -> int:
        return self.opened.folded().having_any(key + node.prefix, pattern_of(node).fullmatch)

    @cached_property
    def _odd(self) -> int:
        return sum(1 << number for number, odd in enumerate(self.facts.odd) if odd)

    @cached_property
    def _languages(self) -> dict[str, int]:
        spoken = self.facts.languages
        if len(set(spoken)) == 1:
            return {spoken[0]: self.all}
        found: dict[str, int] = {}
        for number, language in enumerate(spoken):
            found[language] = found.get(language, 0) | 1 << number
        return found

    def _facet(self, node: nodes.Facet) -> Mask:
        """Ask what is known of the article as a whole, by the function that evaluation uses."""
        facts = self.facts
        known: dict[tuple[object, ...], bool] = {}
        found = 0
        for number, asked in enumerate(zip(facts.sources, facts.sites, facts.languages, facts.lengths, strict=True)):
            key = (*asked, *facts.authors[number])
            if key not in known:
                known[key] = facet_is_true(node, Reader(self.bare(number)))
            found |= known[key] << number
        return Mask(found, found)

    def bare(self, number: int, zones: Mapping[Zone, Words] | None = None) -> Document:
        """Give an article as a document, with the zones given or none."""
        facts = self.facts
        source = self.names.get(facts.sources[number], "")
        return Document("", "", zones or {}, facts.languages[number], facts.lengths[number], source,
                        facts.sites[number], facts.authors[number])  # fmt: skip
