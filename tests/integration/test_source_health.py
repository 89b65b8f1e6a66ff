"""How sources do: healthy, failing, gone quiet; what is forgotten, deleted and found again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from services.sources.health import look_around
from services.store import polls, sources
from services.store.states import Health
from services.store.tables import Article, Audit, Source
from services.store.tables import Poll as PollRow
from tests.builders import NOW
from tests.feed_site import Said, rss
from tests.newsroom import HOUR, MINUTE, Newsroom, fresh


def test_operators_hear_of_each_change_once(room: Newsroom) -> None:
    answers = iter([Said("no", 404), Said("no", 404), Said(rss(*fresh(1))), Said(rss(*fresh(1)))])
    room.watch(room.site.at("/feed", lambda _seen: next(answers)))
    room.poll()
    for _ in range(3):
        room.at_next()
    assert [change.line for change in room.told] == [
        "Gazette fails: The source answers 404 instead of 200",
        "Gazette works again",
    ]
    assert [line.action for line in room.all(Audit)] == ["source failing", "source healthy"]


def test_a_failure_that_may_pass_is_shown_at_once_and_told_when_it_comes_again(room: Newsroom) -> None:
    answers = iter([Said("no", 502), Said(rss(*fresh(1))), Said("no", 502), Said("no", 502)])
    room.watch(room.site.at("/feed", lambda _seen: next(answers)))
    room.poll()
    assert (room.health(), room.told) == (Health.FAILING, [])
    room.at_next()
    room.at_next()
    assert room.told == []
    room.at_next()
    assert len(room.told) == 1


def test_a_source_that_answers_but_publishes_nothing_has_gone_quiet(room: Newsroom) -> None:
    items = fresh(20)
    room.watch(room.site.at("/feed", lambda _seen: Said(rss(*items))))
    room.poll()
    _look(room, 2 * HOUR)
    assert room.health() is Health.HEALTHY
    _look(room, HOUR + MINUTE)
    assert room.health() is Health.QUIET
    assert "never silent for longer than 60 minutes" in room.row().reason
    _look(room, HOUR)
    assert [change.now for change in room.told] == [Health.QUIET]
    items.insert(0, ("again", room.now))
    room.at_next()
    assert room.health() is Health.HEALTHY
    assert [change.line for change in room.told][1:] == ["Gazette publishes again"]


def test_nights_are_no_silence(room: Newsroom) -> None:
    day = [NOW - timedelta(days=d, minutes=20 * n) for d in range(3) for n in range(30)]  # ten hours a day
    room.watch(room.site.at("/feed", rss(*[(f"a{n}", at) for n, at in enumerate(day)])))
    room.poll()
    _look(room, timedelta(hours=15))
    assert room.health() is Health.HEALTHY
    _look(room, timedelta(hours=30))
    assert room.health() is Health.QUIET


def test_a_source_that_is_pushed_to_goes_quiet_as_well(room: Newsroom) -> None:
    from services.articles.article import Item
    from services.store import articles

    with room.store.write() as work:
        wire = sources.pushed(work.session, "Wire", room.now)
    for n in range(10):
        with room.store.write() as work:
            articles.put(work.session, wire.id, Item(f"p{n}", text="x"), room.now + n * HOUR)
    _look(room, 10 * HOUR)
    assert room.health("Wire") is Health.HEALTHY
    _look(room, 3 * HOUR)
    assert room.health("Wire") is Health.QUIET
    with room.store.write() as work:
        articles.put(work.session, wire.id, Item("again", text="x"), room.now)
    _look(room, 11 * MINUTE)
    assert room.health("Wire") is Health.HEALTHY
    assert [change.now for change in room.told] == [Health.QUIET, Health.HEALTHY]


def _look(room: Newsroom, later: timedelta) -> None:
    room.now += later
    with room.store.write() as work:
        room.told += look_around(work.session, room.now)


def test_old_polls_are_forgotten(room: Newsroom) -> None:
    room.watch(room.site.at("/feed", rss(*fresh(1))))
    room.poll()
    room.now += timedelta(days=2)
    with room.store.write() as work:
        polls.forget_old(work.session, room.now)
    assert room.all(PollRow) == []


def test_a_deleted_source_keeps_its_articles_and_comes_back_with_them(room: Newsroom) -> None:
    url = room.site.at("/feed", rss(*fresh(3)))
    first = room.watch(url)
    room.poll()
    with room.store.write() as work:
        sources.delete(work.session, sources.get(work.session, "Gazette"), room.now)
    with room.store.read() as session:
        assert sources.page(session) == []
    room.now += HOUR
    assert room.poll() == 0
    assert room.watch(url, "Gazette again") == first
    room.poll()
    assert len(room.all(Article)) == 3


def test_a_due_source_whose_host_has_many_does_not_hide_others(room: Newsroom) -> None:
    for n in range(8):
        room.watch(room.site.at(f"/{n}", rss(("a", None))), f"S{n}")
    room.now += MINUTE
    room.watch(room.site.at("/other", rss(("a", None))).replace("127.0.0.1", "other.example"), "Other")
    with room.store.write() as work:
        claims = polls.claim_due(work.session, room.now, timedelta(seconds=60), 2)
    assert {claim.row.host for claim in claims} == {"127.0.0.1", "other.example"}
    with room.store.read() as session:
        assert len(session.scalars(select(Source).where(col(Source.lease_token).is_not(None))).all()) == 2
