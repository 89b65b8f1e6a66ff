"""The numbers of all features that rules ask for: words of each kind of zone, wildcards, runs, facts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from services.articles.article import Zone
from services.queries.document import SEARCHED
from services.queries.fields import host_of
from services.queries.places import PlaceFact, fact_of
from services.queries.tree import Author, Facet, Lang, Place, Site, Source, Term, Topic, Wildcard
from services.rules.frequent import SHARES
from services.rules.rarity import RARE
from services.rules.runs import packed, pair
from services.rules.vocabulary import FIRST, Vocabulary
from services.rules.wildcards import Wildcards
from services.text import cut, level


class Kind(StrEnum):
    """What an article is beside its words."""

    SOURCE = "source"
    AUTHOR = "author"
    SITE = "site"
    LANG = "lang"
    TOPIC = "topic"
    PLACE = "place"


Fact: TypeAlias = tuple[Kind, str]
LexiconState: TypeAlias = tuple[
    str, dict[str, float], bytes, dict[str, dict[str, int]], dict[str, dict[str, int]], list[tuple[str, str, int]]
]


class Numbers(Iterator[int]):
    """Counts up. `shares` has the share of articles of each number's feature, as rare as can be until it is known."""

    __slots__ = ("_given", "shares")

    def __init__(self, shares: bytes = b"") -> None:
        self.shares = array("f", shares) if shares else array("f", [RARE] * FIRST)
        self._given = list(range(len(self.shares)))

    def __next__(self) -> int:
        self.shares.append(RARE)
        return self.same(len(self.shares) - 1)

    def same(self, number: int) -> int:
        """Give the one object that stands for this number: texts and words are numbered alike, 32 bytes each."""
        if number >= len(self._given):
            self._given += range(len(self._given), number + 1)
        return self._given[number]


class Lexicon:
    """What rules ask for, each with its number. Numbers are given once and never taken back.

    `forms` are all words of all rules, and maybe others; `numbered` says where among them a word is.
    """

    __slots__ = (
        "_by_stem",
        "_forms",
        "_lengths",
        "_numbered",
        "_numbers",
        "asks_places",
        "asks_topics",
        "facts",
        "holes",
        "language",
        "searched",
        "zones",
    )

    def __init__(self, language: str, forms: Sequence[str], numbered: Mapping[str, int], shares: bytes = b"") -> None:
        self.language = language
        self._forms = forms
        self._numbered = numbered
        self._numbers = Numbers(shares)
        self._by_stem: Mapping[str, float] = SHARES
        self.searched = Vocabulary(self._numbers, language, self._share, forms)
        self.zones: dict[Zone, Vocabulary] = {}
        self.holes: dict[Zone, Wildcards] = {}
        self.facts: dict[Fact, int] = {}
        self.asks_topics = False
        self.asks_places = False
        self._lengths: dict[Kind, set[int]] = {Kind.SOURCE: set(), Kind.AUTHOR: set()}

    def state(self) -> LexiconState:
        """Give all numbers as plain values, for `of_state`."""
        return (
            self.language,
            dict(self._by_stem),
            self._numbers.shares.tobytes(),
            {zone.value: self.vocabulary(zone).stems for zone in (Zone.BODY, *self.zones)},
            {zone.value: holes.known for zone, holes in self.holes.items()},
            [(kind.value, value, number) for (kind, value), number in self.facts.items()],
        )

    @classmethod
    def of_state(cls, state: LexiconState, forms: Sequence[str], numbered: Mapping[str, int]) -> Lexicon:
        """Make a lexicon of what `state` gave."""
        language, by_stem, shares, zones, holes, facts = state
        lexicon = cls(language, forms, numbered, shares)
        lexicon._by_stem = by_stem
        for zone, known in zones.items():
            lexicon.vocabulary(Zone(zone)).stems = known
        for zone, patterns in holes.items():
            lexicon.holes[Zone(zone)] = Wildcards(lexicon._numbers, patterns)
        for kind, value, number in facts:
            lexicon._restore_fact(Kind(kind), value, number)
        return lexicon

    @property
    def last(self) -> int:
        """The largest number of a feature that is no pair."""
        return len(self.shares) - 1

    @property
    def shares(self) -> Sequence[float]:
        """The share of articles that have a feature, by its number."""
        return self._numbers.shares

    def same(self, number: int) -> int:
        """Give an equal number, as the one object that stands for it here."""
        return self._numbers.same(number)

    def know(self, shares: Mapping[str, float]) -> None:
        """Take the shares of articles that have a stem from here on, also for words that are known."""
        self._by_stem = shares
        for vocabulary in (self.searched, *self.zones.values()):
            for own, number in vocabulary.stems.items():
                self._share(own, number)

    def _share(self, own: str, number: int) -> None:
        share = self._by_stem.get(own)
        if share is not None:
            self._numbers.shares[number] = share

    @property
    def other_zones(self) -> set[Zone]:
        """The zones beside title, lead and body that some rule has asked for."""
        return {*self.zones, *self.holes} - {Zone.BODY}

    def vocabulary(self, zone: Zone) -> Vocabulary:
        """Give the words of a zone; title, lead and body share theirs."""
        if zone is Zone.BODY or zone in SEARCHED:
            return self.searched
        if zone not in self.zones:
            self.zones[zone] = Vocabulary(self._numbers, self.language, self._share, self._forms)
        return self.zones[zone]

    def term(self, term: Term, zone: Zone) -> int:
        """Give the number of a term's word; an exact term is asked for by its folded word."""
        vocabulary = self.searched if zone is Zone.BODY else self.vocabulary(zone)
        if term.exact:
            return vocabulary.number(_folded(term.form))
        at = self._numbered.get(term.form)
        return vocabulary.number(term.form) if at is None else self.same(vocabulary.number_at(at))

    def wildcard(self, wildcard: Wildcard, zone: Zone) -> int:
        """Give the number of a pattern."""
        kind = Zone.BODY if zone in SEARCHED else zone
        if kind not in self.holes:
            self.holes[kind] = Wildcards(self._numbers)
        return self.holes[kind].number(wildcard.pattern)

    def run(self, numbers: Sequence[int]) -> int | bytes:
        """Give the feature of words that follow each other: a pair, or a longer run."""
        if len(numbers) == 2:
            return pair(*numbers)
        return packed(numbers)

    def fact(self, node: Facet | Topic | Place) -> int | None:
        """Give the number of what an article is beside its words; `None` if it has none."""
        match node:
            case Source(words) | Author(words):
                kind = Kind.SOURCE if isinstance(node, Source) else Kind.AUTHOR
                self._lengths[kind].add(len(words))
                return self._fact(kind, " ".join(words))
            case Site(host):
                return self._fact(Kind.SITE, host)
            case Lang(code):
                return self._fact(Kind.LANG, code)
            case Topic(name):
                self.asks_topics = True
                return self._fact(Kind.TOPIC, name)
            case Place(division=division) if division:
                self.asks_places = True
                return self._fact(Kind.PLACE, _placed(fact_of(node)))
        return None

    def of_article(self, language: str, source: str, site: str, authors: Iterable[str]) -> set[int]:
        """Give the numbers of the facts that hold for an article with these."""
        facts: list[Fact] = [(Kind.LANG, language.split("-", 1)[0].lower())]
        facts += [(Kind.SITE, part) for part in _domains(host_of(site) or "")]
        facts += [(Kind.SOURCE, name) for name in self._names(Kind.SOURCE, source)]
        facts += [(Kind.AUTHOR, name) for author in authors for name in self._names(Kind.AUTHOR, author)]
        return {self.facts[fact] for fact in facts if fact in self.facts}

    def of_topics(self, names: Iterable[str]) -> set[int]:
        """Give the numbers of topics."""
        return {self.facts[Kind.TOPIC, name] for name in names if (Kind.TOPIC, name) in self.facts}

    def of_places(self, places: Iterable[PlaceFact]) -> set[int]:
        """Give the numbers of what is so about an article's places."""
        facts = ((Kind.PLACE, _placed(fact)) for fact in places)
        return {self.facts[fact] for fact in facts if fact in self.facts}

    def _restore_fact(self, kind: Kind, value: str, number: int) -> None:
        self.facts[kind, value] = number
        if kind in self._lengths:
            self._lengths[kind].add(value.count(" ") + 1)
        self.asks_topics = self.asks_topics or kind is Kind.TOPIC
        self.asks_places = self.asks_places or kind is Kind.PLACE

    def _names(self, kind: Kind, name: str) -> list[str]:
        """Give the runs of a name's folded words that are as long as some rule's."""
        words = [word[2] for word in cut(name)]
        return [" ".join(words[at : at + n]) for n in self._lengths[kind] for at in range(len(words) - n + 1)]

    def _fact(self, kind: Kind, value: str) -> int:
        known = self.facts.get((kind, value))
        if known is None:
            known = self.facts[kind, value] = next(self._numbers)
            if kind is Kind.LANG:
                self._numbers.shares[known] = 1.0
        return known


def _placed(fact: PlaceFact) -> str:
    kind, exact, ambiguous, division = fact
    return f"{kind}{'~' * ambiguous}:{'=' * exact}{division}"


def _folded(exact: str) -> str:
    return exact.lower() if exact.isascii() else level(exact.casefold())


def _domains(host: str) -> list[str]:
    """Give a host and the domains above it."""
    parts = host.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]
