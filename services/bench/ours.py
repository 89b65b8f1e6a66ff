"""Our own engine as the benchmark sees it. Rules have ids as long as in the service."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.articles.article import Article
from services.queries.tree import Node
from services.rules.engine import Engine
from services.rules.frequent import SHARES


class Ours:
    """The engine of `services.rules`."""

    def __init__(self, shares: Mapping[str, float] = SHARES) -> None:
        self.engine = Engine()
        self.engine.know(shares)
        self.tried = 0

    def add(self, number: int, tree: Node) -> bool:
        """Take a rule; it can say everything."""
        self.engine.add(f"{number:026x}", tree)
        return True

    def settle(self) -> None:
        """Nothing is left to do."""

    def match(self, article: Article) -> Collection[object]:
        """Give the ids of the rules that hold."""
        return self.engine.match(article).rules

    def numbers(self, article: Article) -> set[int]:
        """Give them as numbers, and count what was tried."""
        found = self.engine.match(article)
        self.tried += found.candidates
        return {int(rule, 16) for rule in found.rules}

    def remove(self, number: int) -> None:
        """Take a rule out."""
        self.engine.remove(f"{number:026x}")

    def clock(self) -> int:
        """All of its work is done in this thread."""
        return 0

    def size(self) -> int | None:
        """Its rules are in this process's memory."""
        return None

    def close(self) -> None:
        """Nothing is held beside memory."""
