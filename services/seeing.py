"""Articles as queries see them: read from a row or from what was sent, with their places, and explained."""

from __future__ import annotations

from sqlmodel import Session

from services.articles.article import Article, Item
from services.articles.read import understand
from services.errors import ConflictError
from services.queries.as_json import Json
from services.queries.document import document
from services.queries.parser import Parsed
from services.rules.explain import explain, to_json
from services.store import articles, sources
from services.store.packs import Packs


def explain_item(packs: Packs, parsed: Parsed, item: Item, source: str) -> Json:
    """Explain a query on an article that is not stored."""
    return _explained(packs, parsed, understand(item, source=source, language=item.language))


def explain_stored(session: Session, packs: Packs, parsed: Parsed, id_: str) -> Json:
    """Explain a query on a stored article. Raises `ConflictError` while nobody has read it."""
    row = articles.get(session, id_)
    if row.read_at is None:
        raise ConflictError(f'The article "{id_}" waits to be read. Try again in a moment')
    return _explained(packs, parsed, articles.value_of(row, sources.get(session, row.source).name))


def _explained(packs: Packs, parsed: Parsed, article: Article) -> Json:
    return to_json(explain(parsed.tree, document(article), packs.trees))
