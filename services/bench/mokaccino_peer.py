"""mokaccino, a percolator written in Rust. It knows words, AND, OR and NOT, but no phrases and no text.

A word or phrase becomes a value of the field "w": its stems with spaces between. Of an article it gets the words, pairs
and longer runs that some rule asks for; all others would only cost it time.
"""

from __future__ import annotations

from collections.abc import Collection

from mokaccino import Document, Percolator, Query

from services.articles.article import Article
from services.bench.stems import Stems
from services.queries.tree import And, Node, Not, Or, Phrase, Term
from services.text import stem

FIELD = "w"


class Mokaccino:
    """A percolator, and the words and phrases that its rules ask for."""

    def __init__(self) -> None:
        self._percolator = Percolator()
        self._stems = Stems()
        self._words: set[str] = set()
        self._runs: dict[int, set[tuple[str, ...]]] = {}

    def add(self, number: int, tree: Node) -> bool:
        """Take a rule of words, phrases, AND, OR and NOT."""
        query = self._query(tree)
        if query is not None:
            self._percolator.add_query_id(query, number)
        return query is not None

    def settle(self) -> None:
        """Nothing is left to do: `optimized()` made no difference when it was tried."""

    def match(self, article: Article) -> Collection[object]:
        """Give the numbers of the rules that hold."""
        words = self._stems.of(article)
        document = Document()
        add = document.add_value
        for word in self._words.intersection(words):
            add(FIELD, word)
        for length, known in self._runs.items():
            for run in known.intersection(zip(*(words[at:] for at in range(length)), strict=False)):
                add(FIELD, " ".join(run))
        found: list[int] = self._percolator.percolate_list(document)
        return found

    def numbers(self, article: Article) -> set[int]:
        """Give them as a set."""
        return set(self.match(article))  # type: ignore[arg-type]  # they are numbers

    def clock(self) -> int:
        """All of its work is done in this thread."""
        return 0

    def size(self) -> int | None:
        """Its rules are in this process's memory."""
        return None

    def close(self) -> None:
        """Nothing is held beside memory."""

    def _query(self, node: Node) -> Query | None:
        match node:
            case Term(form, exact=False):
                own = stem(form, "en")
                self._words.add(own)
                return Query.from_kv(FIELD, own)
            case Phrase(words) if all(isinstance(word, Term) and not word.exact for word in words):
                run = tuple(stem(word.form, "en") for word in words if isinstance(word, Term))
                self._runs.setdefault(len(run), set()).add(run)
                return Query.from_kv(FIELD, " ".join(run))
            case And(children) | Or(children):
                parts = [self._query(child) for child in children]
                if None in parts:
                    return None
                return Query.from_and(parts) if isinstance(node, And) else Query.from_or(parts)
            case Not(child):
                inner = self._query(child)
                return None if inner is None else Query.from_not(inner)
        return None
