"""Whether a query has to be tried on every article: nothing must be present for it to hold."""

from __future__ import annotations

from services.queries.tree import Node
from services.rules.engine import Engine


def why_on_every_article(tree: Node) -> str | None:
    """Say why the engine would try the query on every article; `None` if it finds it by what an article has."""
    engine = Engine()
    engine.add("", tree)
    return engine.any_rules.get("")


def warning(tree: Node) -> str | None:
    """Say in a sentence what such a query costs; `None` if it is no such query."""
    why = why_on_every_article(tree)
    return None if why is None else f"This query is tried on every article, because {why}. Add something that must be"
