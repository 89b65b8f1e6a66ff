"""Real texts and pages, where they are at hand: the acceptance article, news texts, pages with known text, feeds."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from services.articles.article import Zone
from services.articles.feed import read_feed
from services.articles.page import read_page
from services.articles.zones import read_text
from services.errors import InvalidError

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not at hand")


@needs_shared
def test_the_acceptance_article_is_cut_right() -> None:
    article = read_text((SHARED / "articles" / "sanctuary-ruling.txt").read_text(encoding="utf-8"))
    found = [(p.zone, article.text[p.start : p.end]) for p in article.passages]
    assert article.title is None
    assert [text for zone, text in found if zone is Zone.DATELINE] == ["CHICAGO ( —"]
    (lead,) = [text for zone, text in found if zone is Zone.LEAD]
    assert lead.startswith("Attorney General Jeff Sessions can’t follow through")
    teasers = [" ".join(text.split())[:24] for zone, text in found if zone is Zone.TEASER]
    assert teasers == [
        "READ MORE: Three Takeawa", "Latest Coverage: The San", "READ MORE: 3 Shot In Dow", "MORE NEWS: Man Accidenta",
        "(© Copyright 2017 CBS Br",
    ]  # fmt: skip
    assert sum(zone is Zone.BODY for zone, _ in found) == 10


@needs_shared
def test_little_of_a_news_text_is_taken_for_furniture() -> None:
    texts = [json.loads(line)["text"] for line in (SHARED / "places" / "lgl-dev.jsonl").open(encoding="utf-8")]
    lost = total = 0
    for text in texts:
        article = read_text(text)
        total += len(text)
        lost += sum(p.end - p.start for p in article.passages if p.zone in (Zone.TEASER, Zone.CAPTION))
    assert lost < total / 500


@needs_shared
def test_pages_give_their_text() -> None:
    truth = json.loads((SHARED / "extraction" / "ground-truth.json").read_text(encoding="utf-8"))
    precision = recall = 0.0
    for name, page in truth.items():
        data = gzip.decompress((SHARED / "extraction" / "html" / f"{name}.html.gz").read_bytes())
        article = read_page(data, url=page.get("url"))
        own = (Zone.DATELINE, Zone.LEAD, Zone.BODY)
        shown = "\n".join(article.text[p.start : p.end] for p in article.passages if p.zone in own)
        found, expected = _runs(shown), _runs(page["articleBody"])
        common = sum((found & expected).values())
        precision += common / max(1, sum(found.values()))
        recall += common / max(1, sum(expected.values()))
    precision, recall = precision / len(truth), recall / len(truth)
    assert 2 * precision * recall / (precision + recall) >= 0.96


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


@needs_shared
def test_feeds_of_a_reader_with_many_tests_are_read_or_refused_by_name() -> None:
    refused = []
    with tarfile.open(SHARED / "feeds" / "gofeed.tar.gz") as archive:
        for member in archive:
            if not member.name.endswith(".xml"):
                continue
            file = archive.extractfile(member)
            assert isinstance(file, io.BufferedReader)
            try:
                read_feed(file.read(), url="https://feed.example/dir/feed.xml")
            except InvalidError:
                refused.append(Path(member.name).name)
    assert sorted(refused) == ["empty_feed.xml", "unknown_feed.xml"]
