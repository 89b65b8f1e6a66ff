"""A past of many articles, and what a query would have caught of it."""

from __future__ import annotations

import random
from datetime import timedelta

from services import pipeline
from services.articles.article import Item
from services.previews.preview import Preview, preview, span_of
from services.queries.parser import parse
from services.store import sources
from services.store.packs import shipped
from services.store.work import Store
from tests import generate
from tests.builders import NOW
from tests.town import Town

TREES = shipped().trees


def filled(town: Town, count: int, seed: int = 1) -> None:
    """Push articles of few words, so that many queries match, in batches, and let them be read and matched."""
    rng = random.Random(seed)
    for first in range(0, count, 10):
        with town.store.write() as work:
            for number in range(first, min(first + 10, count)):
                made = generate.article(rng)
                source = sources.pushed(work.session, rng.choice(generate.NAMES), town.now).id
                item = Item(f"a{number}", url=f"https://{rng.choice(generate.HOSTS)}/{number}", title=made.title,
                            text=made.text or "nothing", authors=tuple(made.authors), language=made.language)  # fmt: skip
                pipeline.take_in(work, source, item, town.now)
        town.run()
        town.later(hours=7)


def looked_back(store: Store, query: str, now=None, days: int = 30) -> Preview:
    with store.read() as session:
        return preview(
            session, TREES, parse(query, shipped().lookups), span_of(days, now or NOW + timedelta(days=3), "UTC"), 50
        )
