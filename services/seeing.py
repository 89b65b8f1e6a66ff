"""Articles as queries see them: read from a row or from what was sent, with their places, and explained."""

from __future__ import annotations

from sqlmodel import Session

from services.articles.article import Article, Item
from services.articles.read import understand
from services.errors import ConflictError
from services.queries.as_json import Json
from services.queries.document import document
from services.queries.parser import Parsed
from services.queries.places import Places
from services.reading import places_asked
from services.rules.explain import explain, to_json
from services.store import articles, sources
from services.store.packs import Packs


def explain_item(packs: Packs, parsed: Parsed, item: Item, source: str, home: str | None = None) -> Json:
    """Explain a query on an article that is not stored; `home` is the code of its source's home area."""
    article = understand(item, source=source, language=item.language)
    return _explained(packs, parsed, article, places_asked(article, home))


def explain_stored(session: Session, packs: Packs, parsed: Parsed, id_: str) -> Json:
    """Explain a query on a stored article. Raises `ConflictError` while nobody has read it."""
    row = articles.get(session, id_)
    if row.read_at is None:
        raise ConflictError(f'The article "{id_}" waits to be read. Try again in a moment')
    article = articles.value_of(row, sources.get(session, row.source).name)
    return _explained(packs, parsed, article, articles.places_of(row))


def _explained(packs: Packs, parsed: Parsed, article: Article, places: Places) -> Json:
    return to_json(explain(parsed.tree, document(article), packs.trees, places))
