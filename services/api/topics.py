"""Topics: the packs that `topic:` in a query stands for."""

from __future__ import annotations

from services.api.parts import Here
from services.api.routing import router
from services.api.shapes import Page, Shown
from services.queries.canonical import to_text
from services.topics.packs import Pack

routes = router("topics")


class TopicShown(Shown):
    """A topic and the query it stands for."""

    name: str
    title: str
    description: str
    query: str


@routes.get("")
def list_all(here: Here) -> Page[TopicShown]:
    """List all topics by name."""
    return Page(items=[_show(pack) for _, pack in sorted(here.packs.packs.items())], next=None)


def _show(pack: Pack) -> TopicShown:
    return TopicShown(name=pack.name, title=pack.title, description=pack.description, query=to_text(pack.tree))
