"""What the benchmark asks of everything that matches articles against rules, ours and the peers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from services.articles.article import Article
from services.queries.tree import Node


class Contender(Protocol):
    """Holds rules by number, and says which of them hold for an article."""

    def add(self, number: int, tree: Node) -> bool:
        """Take a rule; `False` if it cannot be said in this system's language."""
        ...

    def settle(self) -> None:
        """Finish loading: send what was gathered, build what is built at once."""
        ...

    def match(self, article: Article) -> Collection[object]:
        """The work that is timed: from the raw article to the ids of the rules that hold."""
        ...

    def numbers(self, article: Article) -> set[int]:
        """The same as rules' numbers; not timed."""
        ...

    def clock(self) -> int:
        """Give the processor time that it has had outside this thread, ns."""
        ...

    def size(self) -> int | None:
        """Give the bytes of its rules where they are not in this process's memory."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


@runtime_checkable
class Removing(Protocol):
    """A contender that can take a rule out."""

    def remove(self, number: int) -> None:
        """Take a rule out."""
        ...
