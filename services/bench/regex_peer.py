"""A loop over compiled regular expressions, one a rule: what people write first.

The article is its stems with spaces between. A word or phrase becomes its stems between spaces, looked for ahead
anywhere; AND is one look-ahead after another, OR an alternation, NOT a negative look-ahead.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from services.articles.article import Article
from services.bench.stems import Stems
from services.queries.tree import And, Node, Not, Or, Phrase, Term
from services.text import stem


class Regex:
    """Compiled expressions by rule."""

    def __init__(self) -> None:
        self._stems = Stems()
        self._rules: list[tuple[int, re.Pattern[str]]] = []

    def add(self, number: int, tree: Node) -> bool:
        """Compile a rule of words, phrases, AND, OR and NOT."""
        pattern = _pattern(tree)
        if pattern is not None:
            self._rules.append((number, re.compile(pattern)))
        return pattern is not None

    def settle(self) -> None:
        """Nothing is left to do."""

    def match(self, article: Article) -> Collection[object]:
        """Give the numbers of the rules that hold."""
        text = f" {' '.join(self._stems.of(article))} "
        return [number for number, rule in self._rules if rule.match(text)]

    def numbers(self, article: Article) -> set[int]:
        """Give them as a set."""
        return set(self.match(article))  # type: ignore[arg-type]  # they are numbers

    def remove(self, number: int) -> None:
        """Take a rule out."""
        self._rules = [rule for rule in self._rules if rule[0] != number]

    def clock(self) -> int:
        """All of its work is done in this thread."""
        return 0

    def size(self) -> int | None:
        """Its rules are in this process's memory."""
        return None

    def close(self) -> None:
        """Nothing is held beside memory."""


def _pattern(node: Node) -> str | None:
    match node:
        case Term(form, exact=False):
            return f"(?=.* {re.escape(stem(form, 'en'))} )"
        case Phrase(words) if all(isinstance(word, Term) and not word.exact for word in words):
            run = " ".join(stem(word.form, "en") for word in words if isinstance(word, Term))
            return f"(?=.* {re.escape(run)} )"
        case And(children) | Or(children):
            parts = [_pattern(child) for child in children]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return "".join(known) if isinstance(node, And) else f"(?:{'|'.join(known)})"
        case Not(child):
            inner = _pattern(child)
            return None if inner is None else f"(?!{inner})"
    return None
