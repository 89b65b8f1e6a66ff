"""A canary goes the whole way; one that does not arrive is an incident, and none disturbs anybody."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from services import canary as canaries
from services.channels.outgoing import Outgoing, nothing
from services.channels.post import open_post
from services.guard import Gate
from services.settings import Settings
from services.store import canary
from services.store.packs import shipped
from services.store.tables import Alert, Article, Delivery, Person, Source, Story, Subscription
from services.symptoms import Bounds, found
from tests.builders import NOW, VAULT
from tests.town import Town

EVERY = timedelta(minutes=5)


def let_go(town: Town) -> bool:
    return canaries.let_go(town.store, VAULT, shipped().lookups, EVERY, town.now)


def late(town: Town) -> list[str]:
    bounds = Bounds(Path("/"), timedelta(days=1), 0)
    with town.store.read() as session:
        return [one.kind for one in found(session, bounds, town.now, broker=None) if one.kind.startswith("canary")]


def test_canaries_arrive_each_as_a_story_of_its_own(town: Town) -> None:
    for _ in range(3):
        assert let_go(town)
        assert not let_go(town)
        town.run()
        town.later(minutes=6)
    assert len(town.all(Article)) == len(town.all(Story)) == len(town.all(Alert)) == 3
    assert [row.state for row in town.all(Delivery)] == ["sent"] * 3
    assert [len(town.all(table)) for table in (Person, Source, Subscription)] == [1, 1, 1]
    assert late(town) == []
    with town.store.read() as session:
        assert canary.last_s(session, town.now) == 0.0


def test_one_that_does_not_arrive_is_a_symptom(town: Town) -> None:
    let_go(town)
    town.later(seconds=59)
    assert late(town) == []
    town.later(seconds=2)
    assert late(town) == ["canary.late"]
    town.run()
    assert late(town) == []


def test_its_channel_reaches_nobody(tmp_path: Path) -> None:
    post = open_post(Settings(data=tmp_path), Gate(()), threading.Event())
    answer = post.send(canary.KIND, "canary:", None, Outgoing("msg_1", "", b"arrived"), NOW, nothing)
    assert answer.code == "arrived"
    assert list(tmp_path.iterdir()) == []


def test_nobody_can_add_such_a_channel() -> None:
    from services.acts.channel_acts import checked_target
    from services.errors import InvalidError

    with pytest.raises(InvalidError, match="no kind of channel"):
        checked_target(Gate(()), canary.KIND, "canary:")
