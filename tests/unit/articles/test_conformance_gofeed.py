"""The format-neutral feeds of gofeed's tests: what its reader found and what ours finds, each difference argued.

Compared are item counts, and of each item title, link, id and times; of the feed its title and link. The cases are not
part of the project: where they are not at hand the test is skipped.
"""

from __future__ import annotations

import json
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.articles.feed import Feed, read_feed

ARCHIVE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "feeds" / "gofeed.tar.gz"
PLACE = "gofeed/testdata/translator/"

ONE_LINK = "RSS allows one <link>; of several we take the first, as fastfeedparser does, gofeed takes the last"
ARGUED = {
    ("feed_links_-_rdf_channel_links.xml", "link"): ONE_LINK,
    ("feed_links_-_rss_channel_links.xml", "link"): ONE_LINK,
    ("feed_item_links_-_rss_channel_item_links.xml", "items.link"): ONE_LINK,
    # Atom 0.3 has <issued> for the publication; <modified> alone says only that something changed.
    ("feed_item_updated_-_atom03_feed_entry_modified.xml", "items.published"): "a change is no publication",
    # gofeed takes <dc:date> for both times; Dublin Core does not say that anything was changed.
    ("feed_item_fallbacks_-_rss_channel_item_extensions.xml", "items.updated"): "a date is no change",
}


def _cases() -> dict[str, tuple[bytes, dict[str, Any]]]:
    files: dict[str, bytes] = {}
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if member.isfile() and member.name.startswith(PLACE) and (file := archive.extractfile(member)):
                files[member.name] = file.read()
    found = {}
    for name, data in files.items():
        known = name.replace(".xml", ".json") if name.endswith(".xml") else name.replace(".json", "_expected.json")
        if known != name and known in files:
            found[Path(name).name] = (data, json.loads(files[known]))
    return found


def _differences(feed: Feed, expected: dict[str, Any]) -> set[str]:
    items = expected.get("items") or []
    different = set()
    if len(items) != len(feed.items):
        return {"count"}
    for name, ours, theirs in (("title", feed.title, "title"), ("link", feed.home, "link")):
        if (ours or None) != (expected.get(theirs) or None):
            different.add(name)
    for theirs, item in zip(items, feed.items, strict=True):
        pairs = {
            "title": (item.title, theirs.get("title")),
            "link": (item.url, theirs.get("link")),
            "published": (item.published, _moment(theirs.get("publishedParsed"))),
            "updated": (item.updated, _moment(theirs.get("updatedParsed"))),
        }
        if theirs.get("guid"):  # an item without an id is given one by us
            pairs["id"] = (item.external_id, theirs["guid"])
        different |= {
            f"items.{name}" for name, (ours, expected_) in pairs.items() if (ours or None) != (expected_ or None)
        }
    return different


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.skipif(not ARCHIVE.is_file(), reason="gofeed's tests are not at hand")
def test_feeds_are_read_as_gofeed_reads_them_or_the_difference_is_argued(capsys: pytest.CaptureFixture[str]) -> None:
    cases = _cases()
    found = {(name, what) for name, (data, known) in cases.items() for what in _differences(read_feed(data), known)}
    differing = {name for name, _ in found}
    with capsys.disabled():
        xml = sum(name.endswith(".xml") for name in cases)
        print(f"\ngofeed: {xml} XML and {len(cases) - xml} JSON pairs, {len(cases) - len(differing)} agree, "
              f"{len(differing)} differ as argued")  # fmt: skip
    assert len(cases) == 97
    assert found == set(ARGUED)
