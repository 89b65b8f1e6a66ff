"""Channels that fail: their owner is told elsewhere, a fallback takes over with a notice, and nothing waiting is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.acts import channel_acts, delivery_acts
from services.acts.channel_acts import Home
from services.alerts.retry import Outcome
from services.channels.outgoing import SendError
from services.errors import ConflictError, InvalidError, NotFoundError
from services.noticing import Desk, look_after
from services.store import breaker, channels, deliveries, replays
from services.store.replays import Wanted
from services.store.states import ChannelState
from services.store.tables import Audit, Channel, Delivery, DeliveryAlert
from services.store.work import Store
from tests.builders import VAULT
from tests.town import FakePost, Town

DESK = Desk(lambda: VAULT, "Tocsin <a@tocsin.example>", "https://tocsin.example")
REFUSED = SendError("no", outcome=Outcome.CONFIG, code="http_404", detail="404 no_service")


class Choosy(FakePost):
    """Refuses for the targets it is told, and keeps what each target got."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: set[str] = set()
        self.got: list[tuple[str, str]] = []

    def send(self, kind, target, secret, outgoing, now, inflight):
        inflight()
        if target in self.refuses:
            raise REFUSED
        self.got.append((target, outgoing.id))
        return super().send(kind, target, secret, outgoing, now, lambda: None)


@pytest.fixture
def town(store: Store) -> Town:
    made = Town(store)
    made.post = Choosy()
    made.teller = type(made.teller)(made.post, VAULT, made.clock)  # type: ignore[arg-type]
    return made


def sweep(town: Town) -> None:
    with town.store.write() as work:
        look_after(work, DESK, town.now)


def push(town: Town, number: int) -> None:
    town.push(f"n{number}", f"The wording of number {number} differs from all the others that came before it that day.")


def kinds(town: Town, channel: str) -> list[str]:
    return sorted(row.kind for row in town.all(Delivery) if (row.via or row.channel) == channel and row.state == "sent")


@pytest.fixture
def pair(town: Town) -> tuple[str, str]:
    """A chat-like hook that refuses, and mail."""
    hook = town.channel(target="http://127.0.0.1:9/hook")
    mail = town.channel(kind="email", target="ana@example.org")
    town.subscribe("wording", hook, urgent=True)
    town.post.refuses.add("http://127.0.0.1:9/hook")  # type: ignore[attr-defined]
    return hook, mail


def test_a_fallback_takes_over_after_its_time_with_a_notice_and_back_again(town: Town, pair: tuple[str, str]) -> None:
    hook, mail = pair
    with town.store.write() as work:
        row = channels.get(work.session, hook)
        channel_acts.change_channel(work, "test", row, fallback=mail, after_s=900, now=town.now)
    for n in range(6):
        push(town, n)
    town.run()
    sweep(town)
    town.run()
    assert town.post.sent == []
    for _ in range(4):
        town.later(minutes=5)
        town.run()
        sweep(town)
    town.run()
    assert kinds(town, mail) == ["new"] * 6 + ["notice"]
    notice = next(row for row in town.all(Delivery) if row.kind == "notice")
    assert b"refused messages since" in notice.body
    assert b"404" in notice.body
    assert {row.state for row in town.all(Delivery)} == {"sent"}
    assert len({id_ for _, id_ in town.post.got}) == len(town.post.got) == 7  # type: ignore[attr-defined]
    town.post.refuses.clear()  # type: ignore[attr-defined]
    town.later(hours=1)
    push(town, 7)
    town.run()
    sweep(town)
    town.run()
    assert town.post.got[-2][0] == "http://127.0.0.1:9/hook"  # type: ignore[attr-defined]
    assert kinds(town, mail)[-2:] == ["notice", "notice"]
    sweep(town)
    town.run()
    assert kinds(town, mail).count("notice") == 2


def test_what_the_fallback_told_already_is_not_told_there_twice(town: Town) -> None:
    hook = town.channel(target="http://127.0.0.1:9/hook")
    mail = town.channel(kind="email", target="ana@example.org")
    town.subscribe("wording", hook, mail, urgent=True)
    town.post.refuses.add("http://127.0.0.1:9/hook")  # type: ignore[attr-defined]
    with town.store.write() as work:
        channel_acts.change_channel(
            work, "test", channels.get(work.session, hook), fallback=mail, after_s=0, now=town.now
        )
    for n in range(5):
        push(town, n)
    town.run()
    for _ in range(3):
        town.later(minutes=6)
        town.run()
        sweep(town)
        town.run()
    assert kinds(town, mail).count("new") == 5
    held = [row for row in town.all(Delivery) if row.channel == hook and row.state == "suppressed"]
    assert len(held) == 5
    assert all("told on" in (row.reason or "") for row in held)


def test_without_a_fallback_the_owner_is_told_elsewhere_once(town: Town, pair: tuple[str, str]) -> None:
    _, mail = pair
    push(town, 1)
    for _ in range(8):
        town.run()
        town.later(minutes=10)
        sweep(town)
        sweep(town)
    town.run()
    assert kinds(town, mail) == ["notice"]
    assert {row.state for row in town.all(Delivery) if row.kind == "new"} == {"pending"}


def test_a_channel_that_fails_for_five_days_is_disabled_and_what_waited_can_be_replayed(
    town: Town, pair: tuple[str, str]
) -> None:
    hook, mail = pair
    push(town, 1)
    for _ in range(41):
        town.run()
        town.later(hours=3)
        sweep(town)
    town.run()
    with town.store.read() as session:
        row = channels.get(session, hook)
    assert row.state == ChannelState.DISABLED
    assert kinds(town, mail) == ["notice", "notice"]
    (dead,) = (row for row in town.all(Delivery) if row.kind == "new")
    assert dead.state == "dead"
    with pytest.raises(ConflictError, match="is disabled"), town.store.write() as work:
        delivery_acts.replay(work, "test", dead.id, town.now)
    town.post.refuses.clear()  # type: ignore[attr-defined]
    with town.store.write() as work:
        channel_acts.try_channel(
            work, VAULT, "test", channels.get(work.session, hook), Home("", "a@b.example"), town.now
        )
    town.run()
    with town.store.write() as work:
        assert channels.get(work.session, hook).state == ChannelState.ACTIVE
        assert delivery_acts.replay_all(work, "test", Wanted(channel=hook), town.now) == 1
    town.run()
    assert [row.state for row in town.all(Delivery) if row.id == dead.id] == ["sent"]
    assert "deliveries replayed" in [row.action for row in town.all(Audit)]


def test_the_third_mail_that_bounces_ends_all_mail_to_the_address(town: Town) -> None:
    mail = town.channel(kind="email", target="ana@example.org")
    same = town.channel(kind="email", target="ana@example.org", email="bob@example.org")
    town.subscribe("wording", mail, urgent=True)
    gone = SendError("no", outcome=Outcome.PERMANENT, code="550", detail="550 5.1.1 no such mailbox")
    town.post.refuse = gone
    for n in range(3):
        push(town, n)
        town.run()
    assert {row.state for row in town.all(Channel)} == {"disabled"}
    dead = town.all(Delivery)[0]
    with town.store.write() as work:
        assert replays.count(work.session, Wanted()) == (3, 0)
        channels.get(work.session, mail).state = ChannelState.ACTIVE
        with pytest.raises(ConflictError, match="came back"):
            delivery_acts.replay(work, "test", dead.id, town.now)
    assert same


def test_a_message_on_its_way_when_its_channel_is_disabled_ends_with_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = town.channel()
    town.subscribe("wording", hook, urgent=True)

    def send(kind, target, secret, outgoing, now, inflight):
        inflight()
        with town.store.write() as work:
            channel = channels.get(work.session, hook)
            breaker.disable(work.session, channel, "gone 410 Gone", "gone", town.now)
        raise SendError("no", outcome=Outcome.RETRY, code="http_503", detail="503 not now")

    monkeypatch.setattr(town.post, "send", send)
    push(town, 1)
    town.run()
    (row,) = town.all(Delivery)
    assert (row.state, row.reason_code, row.reason) == ("dead", "gone", "gone 410 Gone")
    assert [link.state for link in town.all(DeliveryAlert)] == ["dead"]
    assert [channel.reason for channel in town.all(Channel)] == ["gone 410 Gone"]
    with town.store.read() as session:
        assert replays.count(session, Wanted(channel=hook)) == (1, 0)  # it can go once the channel works


def test_what_comes_to_wait_for_a_disabled_channel_ends_and_a_test_of_it_does_not(town: Town) -> None:
    hook = town.channel()
    town.subscribe("wording", hook, cadence="hourly")
    push(town, 1)
    town.run()
    with town.store.write() as work:
        breaker.disable(work.session, channels.get(work.session, hook), "refused", "tries_exhausted", town.now)
    town.later(hours=2)
    town.run()  # the window closes
    with town.store.write() as work:
        deliveries.put(work.session, channel=hook, dedupe_key="t", kind="test", story=None, now=town.now)
        assert breaker.end_forgotten(work.session, town.now) == 1
        assert breaker.end_forgotten(work.session, town.now) == 0
    found = {row.kind: (row.state, row.reason_code) for row in town.all(Delivery)}
    assert found == {"digest": ("dead", "tries_exhausted"), "test": ("pending", None)}


def test_replays_are_named_by_channel_reason_and_time(town: Town, pair: tuple[str, str]) -> None:
    hook, _ = pair
    with town.store.write() as work:
        for n in range(4):
            id_ = deliveries.put(work.session, channel=hook, dedupe_key=f"k{n}", kind="new", story=None, now=town.now)
            row = work.session.get_one(Delivery, id_)
            row.state, row.reason_code = "dead", "http_4xx" if n < 3 else "expired"
            row.ended_at = town.now + timedelta(hours=n)
            work.session.add(row)
        its = work.session
        assert replays.count(its, Wanted(reason_code="http_4xx"))[0] == 3
        assert (
            replays.count(its, Wanted(since=town.now + timedelta(hours=1), until=town.now + timedelta(hours=3)))[0] == 2
        )
        assert (
            replays.replay_all(its, Wanted(reason_code="http_4xx", since=town.now + timedelta(hours=1)), town.now) == 2
        )
        assert replays.replay_all(its, Wanted(channel="other"), town.now) == 0


def test_a_secret_is_rotated_and_the_old_one_signs_for_a_day(town: Town) -> None:
    hook = town.channel()
    with town.store.write() as work:
        row = channels.get(work.session, hook)
        old = channels.opened(VAULT, row)[1]
        new = channel_acts.rotate_secret(work, VAULT, "test", row, town.now)
        both = channels.opened(VAULT, row)[1]
        assert channels.secrets_at(both, row.old_secret_until, town.now + timedelta(hours=23)) == f"{new} {old}"
        assert channels.secrets_at(both, row.old_secret_until, town.now + timedelta(hours=25)) == new


def test_a_channel_falls_back_only_to_another_of_the_same_person(town: Town) -> None:
    mine, other = town.channel(), town.channel(target="http://127.0.0.1:9/b", email="bob@example.org")
    with town.store.write() as work:
        row = channels.get(work.session, mine)
        with pytest.raises(InvalidError):
            channels.set_fallback(work.session, row, mine, None)
        with pytest.raises(NotFoundError):
            channels.set_fallback(work.session, row, other, None)
        assert breaker.OPENS_AFTER == 5
