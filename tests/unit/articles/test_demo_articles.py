"""The demo's samples are whole: what they promise is there, and is understood as they need it."""

from __future__ import annotations

import json
from pathlib import Path

from services.articles.article import Article, Item, Zone
from services.articles.feed import read_feed
from services.articles.read import understand

DEMO = Path(__file__).resolve().parents[3] / "config" / "demo"
EXPECTED = json.loads((DEMO / "expected.json").read_text(encoding="utf-8"))
SAMPLES = json.loads((DEMO / "articles.json").read_text(encoding="utf-8"))


def articles() -> dict[str, Article]:
    read = {
        sample["external_id"]: understand(
            Item(sample["external_id"], sample["url"], sample.get("title"), sample.get("text"), sample.get("html"))
        )
        for sample in SAMPLES
    }
    feed = read_feed((DEMO / EXPECTED["feed"]["file"]).read_bytes(), url=EXPECTED["feed"]["url"])
    return read | {item.external_id: understand(item) for item in feed.items}


def own(article: Article) -> str:
    return " ".join(article.text[p.start : p.end] for p in article.passages if p.zone in (Zone.LEAD, Zone.BODY))


def test_the_counts_and_the_ids_hold() -> None:
    found = articles()
    assert len(found) == EXPECTED["counts"]["articles"]
    assert len({sample["source"] for sample in SAMPLES}) == EXPECTED["counts"]["sources"]
    copies = sum(len(group) - 1 for group in EXPECTED["copies"])
    assert len(found) - copies == EXPECTED["counts"]["stories"]
    named = {alert["external_id"] for subscription in EXPECTED["subscriptions"] for alert in subscription["alerts"]}
    assert named | set(EXPECTED["silent"]) <= set(found)


def test_copies_carry_the_same_words_and_other_articles_do_not() -> None:
    found = articles()
    first = {sample["external_id"]: sample.get("text") for sample in reversed(SAMPLES)}
    for group in EXPECTED["copies"]:
        texts = {
            own(found[name]) if first.get(name) is None else " ".join((first[name] or "").split()) for name in group
        }
        assert len({text.split(") — ", 1)[-1] for text in texts}) == 1
    assert len({own(article) for article in found.values()}) == EXPECTED["counts"]["stories"] + 1  # one was corrected


def test_every_article_has_a_lead_and_teasers_hide_what_they_should() -> None:
    found = articles()
    for article in found.values():
        assert [p.zone for p in article.passages].count(Zone.LEAD) == 1
        assert article.title
    assert "anctuary" not in own(found["hdm-32"])
    assert "Chicago" not in own(found["cp-73"])
    assert found["ic-506"].language == "es"


def test_addresses_are_invented() -> None:
    assert all(".example/" in sample["url"] for sample in SAMPLES)
