"""What is too much is refused with the time to come again, and what was taken in before goes on."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest

from services import pipeline
from services.errors import OutsideError
from services.pressure import Pressure
from services.store import backlog
from services.store.work import Store
from tests.integration.api import ARTICLE, Api, problem, running
from tests.town import LEASE, Town

Disk = namedtuple("Disk", "total used free")


def _pressure(town: Town, tmp_path: Path) -> Pressure:
    return Pressure(town.store, tmp_path, town.clock)


def test_too_many_unmatched_articles_are_refused_until_they_are_matched(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MOST", 2)
    for number in range(3):
        _pressure(town, tmp_path).check_intake()
        town.push(f"a{number}", f"Text number {number} says that rents rose in Ojai before the summer.")
    with pytest.raises(OutsideError, match="3 articles wait to be matched") as raised:
        _pressure(town, tmp_path).check_intake()
    assert raised.value.retry_after_s is not None
    assert 5 <= raised.value.retry_after_s <= 300
    pipeline.ingest(town.store, town.clock, LEASE)
    with pytest.raises(OutsideError):
        _pressure(town, tmp_path).check_intake()
    town.run()
    _pressure(town, tmp_path).check_intake()


def test_an_article_that_waits_for_ten_minutes_stops_the_intake_and_previews_after_one(
    town: Town, tmp_path: Path
) -> None:
    town.push()
    town.later(seconds=59)
    _pressure(town, tmp_path).check_preview()
    town.later(seconds=2)
    with pytest.raises(OutsideError, match="go first"):
        _pressure(town, tmp_path).check_preview()
    _pressure(town, tmp_path).check_intake()
    assert not _pressure(town, tmp_path).pauses_polling()
    town.later(minutes=10)
    with pytest.raises(OutsideError, match="the oldest for 66"):
        _pressure(town, tmp_path).check_intake()


def test_feeds_are_polled_every_other_minute_while_it_is_too_much(town: Town, tmp_path: Path) -> None:
    town.push()
    town.later(minutes=20)
    polled = []
    for _ in range(4):
        polled.append(not _pressure(town, tmp_path).pauses_polling())
        town.later(minutes=1)
    assert sorted(polled) == [False, False, True, True]


def test_a_nearly_full_disk_stops_the_intake_and_no_delivery(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.subscribe('"sanctuary city"', town.channel())
    town.push()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(100 << 30, 99 << 30, (1 << 30) - 1))
    with pytest.raises(OutsideError, match="disk is nearly full"):
        _pressure(town, tmp_path).check_intake()
    assert _pressure(town, tmp_path).pauses_polling()
    town.run()
    assert town.post.sent
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(100 << 30, 98 << 30, 2 << 30))
    _pressure(town, tmp_path).check_intake()


def test_a_refused_push_says_when_to_come_again_and_stores_nothing(
    store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, database_url) as api:
        assert isinstance(api, Api)
        monkeypatch.setattr(backlog, "OLDEST", timedelta(seconds=-1))
        answer = api.v1("POST", "articles", json=ARTICLE)
        assert problem(answer, 503)
        assert 5 <= int(answer.headers["retry-after"]) <= 300
        monkeypatch.undo()
        assert api.v1("GET", "articles").json()["items"] == []
