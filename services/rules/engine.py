"""The percolator's face: add rules, remove them, and ask which of them hold for an article.

    engine = Engine(topics)
    engine.add("r1", tree)
    engine.match(article).rules        →  ["r1"]

Candidates are found by what the article has and the rules need, from the raw text; most are decided by that alone. The
others are evaluated, each by itself: one that fails is reported and stops no other. An article is analysed in full only
if something has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from services.articles.article import Article
from services.queries.document import Document, document
from services.queries.places import Places
from services.queries.reader import Reader
from services.queries.tree import Node
from services.queries.truth import NOWHERE, is_true
from services.rules.index import Index, IndexState
from services.rules.lexicon import Lexicon, LexiconState
from services.rules.packing import Packer
from services.rules.rarity import Rarity
from services.rules.required import branches
from services.rules.search import Found, search
from services.rules.traits import Traits, of_article, of_document

State: TypeAlias = tuple[LexiconState, IndexState, list[str], dict[str, bytes], dict[str, str]]

FEW = 5000
"""So many rules wait under words only; beyond, pairs are worth what it costs to look at those of an article."""


_LENGTH = Struct("=I")


class Matches(NamedTuple):
    """Rules that hold, how many were tried, and those whose evaluation failed, each with the reason.

    `reader` reads the article if it had to be analysed.
    """

    rules: list[str]
    candidates: int
    failed: list[tuple[str, str]]
    reader: Reader | None


class Engine:
    """All rules of one process. Articles in its own language are decided fastest; all others are decided right."""

    __slots__ = ("_any", "_few", "_index", "_lexicon", "_packer", "_rules", "_topic_any", "_topic_index", "_topics")

    def __init__(self, topics: Mapping[str, Node] | None = None, *, language: str = "en", few: int = FEW) -> None:
        self._few = few
        texts: list[str] = []
        numbered: dict[str, int] = {}
        self._lexicon = Lexicon(language, texts, numbered)
        self._packer = Packer(texts, self._lexicon.same, numbered)
        self._index = Index(Rarity(self._lexicon.shares))
        self._rules: dict[str, bytes] = {}
        self._any: dict[str, str] = {}
        self.set_topics(topics or {})

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, rule: str) -> bool:
        return rule in self._rules

    @property
    def any_rules(self) -> Mapping[str, str]:
        """The rules that no required feature finds and that are tried on every article, each with the reason."""
        return MappingProxyType(self._any)

    def set_topics(self, topics: Mapping[str, Node]) -> None:
        """Let these topics be what rules ask for from the next article on. Each is evaluated once an article."""
        self._topics = dict(topics)
        self._topic_index = Index(Rarity(self._lexicon.shares))
        self._topic_any: dict[str, str] = {}
        for name, tree in self._topics.items():
            self._packer.pack(tree)  # for its words
            self._place(name, tree, self._topic_index, self._topic_any)

    def know(self, shares: Mapping[str, float]) -> None:
        """Let rules added from here on wait under what is rare by these shares of articles that have a stem."""
        self._lexicon.know(shares)

    def add(self, rule: str, tree: Node) -> None:
        """Let a rule take part from the next article on; a rule that is there is replaced."""
        if rule in self._rules:
            self.remove(rule)
        packed = self._packer.pack(tree)  # first: a word whose text is known by then is placed faster
        taken = self._place(rule, tree, self._index, self._any)
        self._rules[rule] = _LENGTH.pack(len(taken)) + taken + packed

    def remove(self, rule: str) -> None:
        """Let a rule take part no more; one that is not there is no mistake."""
        held = self._rules.pop(rule, None)
        if held is not None and self._any.pop(rule, None) is None:
            self._index.take(held[_LENGTH.size : _tree_at(held)])

    def match(self, article: Article | Document, places: Places = NOWHERE) -> Matches:
        """Find the rules that hold for an article with these places."""
        trial = _Trial(article, self._topics, places)
        found = self._search(trial)
        rules = found.sure
        rules.update(rule for rule in found.unsure if trial.holds(rule, self.tree(rule)))
        return Matches(list(rules), found.tried, trial.failed, trial.reader)

    def candidates(self, article: Article | Document, places: Places = NOWHERE) -> set[str]:
        """Give the rules that are worth evaluating; every rule that holds is among them."""
        found = self._search(_Trial(article, self._topics, places))
        return found.sure | found.unsure

    def traits(self, article: Article | Document) -> Traits:
        """Give what an article has, without facts that only topics and places know: the first half of matching."""
        return (
            of_document(article, self._lexicon) if isinstance(article, Document) else of_article(article, self._lexicon)
        )

    def keys(self) -> set[int]:
        """Give the features under which rules wait."""
        return {number for number, row in enumerate(self._index.rows) if row} | self._index.pairs.keys()

    def tree(self, rule: str) -> Node:
        """Give the tree of a rule that is there, without how its words were typed."""
        held = self._rules[rule]
        return self._packer.unpack(held[_tree_at(held) :])

    def state(self) -> State:
        """Give all rules as plain values, to be stored and given to `of_state`; topics are not among them."""
        return self._lexicon.state(), self._index.state(), self._packer.texts, self._rules, self._any

    @classmethod
    def of_state(cls, state: State, topics: Mapping[str, Node] | None = None) -> Engine:
        """Make an engine of what `state` gave."""
        lexicon, index, texts, trees, anyway = state
        engine = cls.__new__(cls)
        engine._few = FEW
        numbered: dict[str, int] = {}
        engine._lexicon = Lexicon.of_state(lexicon, texts, numbered)
        engine._packer = Packer(texts, engine._lexicon.same, numbered)
        engine._index = Index(Rarity(engine._lexicon.shares), index)
        engine._rules, engine._any = trees, anyway
        engine.set_topics(topics or {})
        return engine

    def _place(self, rule: str, tree: Node, index: Index, anyway: dict[str, str]) -> bytes:
        ways = branches(tree, self._lexicon)
        if all(way.clauses for way in ways):
            paired = len(self._rules) >= self._few
            return b"".join([index.put(rule, way, paired=paired) for way in ways])
        anyway[rule] = "no word, phrase, topic, place, source, author or site must be present"
        return b""

    def _search(self, trial: _Trial) -> Found:
        lexicon, traits = self._lexicon, self.traits(trial.article)
        if lexicon.facts:
            if lexicon.asks_places:
                traits.has |= lexicon.of_places(trial.places.facts())
            if lexicon.asks_topics:
                traits.has |= lexicon.of_topics(self._topics_of(trial, self._found(self._topic_index, traits)))
        found = self._found(self._index, traits)
        found.unsure.update(self._any)
        return found

    def _found(self, index: Index, traits: Traits) -> Found:
        index.reach(self._lexicon.last)
        return search(index, traits)

    def _topics_of(self, trial: _Trial, found: Found) -> set[str]:
        """Give the topics that hold; one that fails does not hold, and is reported as `topic:NAME`."""
        unsure = {*found.unsure, *self._topic_any}
        return found.sure | {name for name in unsure if trial.holds(f"topic:{name}", self._topics[name])}


def _tree_at(held: bytes) -> int:
    """Give where a rule's tree begins: after the length of its spots and the spots."""
    (length,) = _LENGTH.unpack_from(held)
    return _LENGTH.size + int(length)


class _Trial:
    """The evaluation of rules on one article, which is analysed when first needed."""

    __slots__ = ("_topics", "article", "failed", "places", "reader")

    def __init__(self, article: Article | Document, topics: Mapping[str, Node], places: Places) -> None:
        self.article = article
        self.places = places
        self.failed: list[tuple[str, str]] = []
        self._topics = topics
        self.reader: Reader | None = None

    def holds(self, rule: str, tree: Node) -> bool:
        """Evaluate a rule; note what went wrong."""
        if self.reader is None:
            self.reader = Reader(document(self.article) if isinstance(self.article, Article) else self.article)
        try:
            return is_true(tree, self.reader, self._topics, self.places)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one rule must not stop the others
            self.failed.append((rule, f"{type(error).__name__}: {error}"))
            return False
