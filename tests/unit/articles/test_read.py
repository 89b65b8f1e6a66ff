"""An item is understood: its zones, and its language from the surest voice."""

from __future__ import annotations

import pytest

from services.articles.article import Item, Zone
from services.articles.read import understand
from services.errors import InvalidError

ENGLISH = "The council voted on Tuesday to cap the rents in the city, and the tenants cheered in the hall."
SPANISH = "El concejo votó el martes para limitar los alquileres en la ciudad, y los vecinos aplaudieron en la sala."


@pytest.mark.parametrize(
    ("item", "source", "expected"),
    [
        (Item("1", text=SPANISH, language="en-US"), "fr", "en"),
        (Item("1", text=SPANISH), "fr", "es"),
        (Item("1", html=f"<p>{SPANISH}</p>"), "fr", "es"),
        (Item("1", html=f"<html lang='en'><body><p>{SPANISH}</p></body></html>"), "fr", "es"),
        (Item("1", html="<html lang='de'><body><p>Hm.</p></body></html>"), "fr", "de"),
        (Item("1", text="Hm."), "fr-FR", "fr"),
        (Item("1", text="Hm."), None, "en"),
        (Item("1", text=ENGLISH), None, "en"),
    ],
)
def test_the_language_is_the_items_the_texts_the_pages_the_sources(
    item: Item, source: str | None, expected: str
) -> None:
    assert understand(item, language=source).language == expected


def test_a_fragment_is_read_with_its_captions_and_teasers() -> None:
    html = f"<p>STOCKTON — {ENGLISH}</p><figcaption>The hall</figcaption><p>READ MORE: <a href='/x'>Fire</a></p>"
    article = understand(
        Item("1", title="Rents", html=html, authors=("Ann Roe",), url="https://l.example/x"), source="Ledger"
    )
    assert [p.zone for p in article.passages] == [Zone.DATELINE, Zone.LEAD, Zone.CAPTION, Zone.TEASER]
    assert (article.title, article.source, article.authors, article.url) == (
        "Rents",
        "Ledger",
        ("Ann Roe",),
        "https://l.example/x",
    )


def test_a_title_alone_is_an_article() -> None:
    assert understand(Item("1", title="Council caps rents")).title == "Council caps rents"


@pytest.mark.parametrize(
    "item", [Item("1"), Item("1", text=" \n"), Item("1", html="<script>x()</script>"), Item("1", html="<html></html>")]
)
def test_an_item_with_nothing_to_read_is_refused(item: Item) -> None:
    with pytest.raises(InvalidError, match="expected"):
        understand(item)
