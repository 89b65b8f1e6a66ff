"""What needs an operator is seen, told once on their channel, and told again when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services import pipeline
from services.acts import channel_acts
from services.errors import ConflictError
from services.incidents import Watch, look, said
from services.rules.budget import Breach, Fault
from services.store import channels, incidents, people, quarantine, sources
from services.store.states import ChannelState, SourceState
from services.store.tables import Channel, Delivery, Incident, Person, Source, Subscription, Worker
from services.symptoms import ROLES, Bounds
from tests.builders import NOW, VAULT, a_channel
from tests.town import Town

LAG = timedelta(minutes=5)


class Room(Town):
    """An installation with its workers at work and an operator who listens."""

    broker: bool | None = None
    disk_least = 0
    folder = Path("/")

    def work_goes_on(self, *roles: str) -> None:
        with self.store.write() as work:
            for role in roles:
                work.session.merge(
                    Worker(id=role, role=role, host="h", boot_id="b", pid=1, version="1", started_at=NOW,
                           seen_at=self.now)
                )  # fmt: skip

    def look(self, **later: float) -> bool:
        self.later(**(later or {"minutes": 2}))
        self.work_goes_on(*self.roles)
        watch = Watch(Bounds(self.folder, LAG, self.disk_least), lambda: VAULT, "Tocsin <a@tocsin.example>",
                      "https://tocsin.example", lambda: self.broker)  # fmt: skip
        looked = look(self.store, watch, self.now)
        pipeline.deliver(self.store, "w1", self.teller, timedelta(minutes=1), 100)
        return looked

    roles = ROLES

    @property
    def kinds(self) -> list[str]:
        return sorted(row.kind for row in self.all(Incident) if row.ended_at is None)

    @property
    def notices(self) -> list[str]:
        return [row.body.decode() for row in self.all(Delivery) if row.kind == "notice"]


@pytest.fixture
def room(store) -> Room:
    made = Room(store)
    with store.write() as work:
        row = a_channel(work.session, target="http://127.0.0.1:9/operators", email="op@example.org")
        people.get(work.session, row.person).role = "operator"
        channel_acts.tell_operators(work, "test", row, NOW, on=True)
    return made


def test_nothing_is_told_while_all_is_well(room: Room) -> None:
    assert room.look()
    assert (room.kinds, room.notices) == ([], [])


def a_failing_source(room: Room) -> None:
    with room.store.write() as work:
        row = sources.add(
            work.session, VAULT, name="Gazette", url="https://gazette.example/feed", language=None, now=NOW
        )
        row.state, row.told, row.reason = SourceState.FAILING, "failing", "The source answers 404"
        row.next_poll_at = room.now + timedelta(days=1)


def a_missing_worker(room: Room) -> None:
    room.roles = ("ingest", "deliver")
    with room.store.write() as work:
        work.session.delete(work.session.get_one(Worker, "match"))


def a_late_stage(room: Room) -> None:
    room.push()


def a_disabled_channel(room: Room) -> None:
    hook = room.channel()
    with room.store.write() as work:
        row = channels.get(work.session, hook)
        row.state, row.reason = ChannelState.DISABLED, "410 Gone"


def a_rule_in_quarantine(room: Room) -> None:
    id_ = room.subscribe("zebra", room.channel())
    with room.store.write() as work:
        key = work.session.get_one(Subscription, id_).rule_key
        quarantine.record_breach(work.session, Breach(key, Fault.ENDED, "ended the process"), room.now)


def a_full_disk(room: Room) -> None:
    room.disk_least = 2**60


def a_broker_that_is_gone(room: Room) -> None:
    room.broker = False


@pytest.mark.parametrize(
    ("cause", "kind", "words"),
    [
        (a_failing_source, "source.failing", "Gazette fails: The source answers 404"),
        (a_missing_worker, "worker.missing", "tocsin worker match"),
        (a_late_stage, "stage.late", "The stage ingest is late"),
        (a_disabled_channel, "channel.disabled", "was disabled: 410 Gone"),
        (
            a_rule_in_quarantine,
            "rule.quarantined",
            "zebra is in quarantine: it ended the process; 1 subscription asks for it",
        ),
        (a_full_disk, "disk.low", "are wanted"),
        (a_broker_that_is_gone, "broker.gone", "The broker does not answer"),
    ],
)
def test_each_trouble_becomes_an_incident_that_operators_are_told_once(
    room: Room, cause: Callable[[Room], None], kind: str, words: str
) -> None:
    room.look()
    cause(room)
    for _ in range(5):
        room.look()
    assert room.kinds == [kind]
    (notice,) = room.notices
    assert words in notice
    assert [row.channel for row in room.all(Delivery)] == [row.id for row in room.all(Channel) if row.operators]


def test_the_end_of_an_incident_is_told_too(room: Room) -> None:
    a_broker_that_is_gone(room)
    room.look()
    room.look()
    room.broker = True
    room.look()
    assert room.kinds == []
    begun, over = sorted(room.notices, key=lambda notice: "Over: " in notice)
    assert "does not answer" in begun
    assert "Over: The broker does not answer" in over


def test_what_passes_within_its_patience_is_not_told(room: Room) -> None:
    a_broker_that_is_gone(room)
    room.look()
    room.broker = True
    room.look()
    assert (room.kinds, room.notices) == ([], [])
    assert len(room.all(Incident)) == 1


def test_what_flaps_is_told_once_an_hour(room: Room) -> None:
    for _ in range(4):
        room.broker = False
        room.look()
        room.look()
        room.broker = True
        room.look()
    assert len(room.notices) == 2  # it began, it ended
    room.later(hours=1)
    room.broker = False
    room.look()
    room.look()
    assert len(room.notices) == 3


def test_many_at_once_are_one_message(room: Room) -> None:
    with room.store.write() as work:
        for number in range(40):
            row = sources.add(work.session, VAULT, name=f"Paper {number:02}", url=f"https://p{number}.example/feed",
                              language=None, now=NOW)  # fmt: skip
            row.state, row.told, row.next_poll_at = SourceState.GONE, "gone", None
    room.look()
    (notice,) = room.notices
    assert "40 things need an operator" in notice
    assert "and 10 more" in notice
    assert len(room.all(Incident)) == len(room.all(Source)) == 40


def test_looking_beside_oneself_tells_once(room: Room) -> None:
    a_full_disk(room)
    room.look()
    assert not room.look(seconds=3)
    assert len(room.notices) == 1


def test_what_waits_for_a_channel_that_fails_is_not_a_late_stage(room: Room) -> None:
    hook = room.channel()
    room.subscribe('"sanctuary city"', hook)
    room.push()
    with room.store.write() as work:
        channels.get(work.session, hook).breaker_until = NOW + timedelta(days=1)
    room.run()
    room.look(minutes=30)
    assert room.kinds == []


def test_a_subscriber_cannot_be_told_of_incidents(room: Room) -> None:
    hook = room.channel()
    with room.store.write() as work, pytest.raises(ConflictError, match="subscriber's"):
        channel_acts.tell_operators(work, "test", channels.get(work.session, hook), NOW, on=True)
    assert [row.role for row in room.all(Person) if row.email == "ana@example.org"] == ["subscriber"]


def test_incidents_are_listed_in_pages(room: Room) -> None:
    a_full_disk(room)
    room.look()
    with room.store.read() as session:
        rows = incidents.page(session)
    assert [row.kind for row in rows] == ["disk.low"]
    with room.store.read() as session:
        assert [row.kind for row in incidents.page(session, before=rows[0].id)] == []


def test_one_thing_is_the_title_itself() -> None:
    one = Incident(id="1", key="k", kind="source.failing", text="Gazette fails: 404", began_at=NOW)
    assert said([one], []) == ("Gazette fails", "Gazette fails: 404")
    assert said([], [one]) == ("Gazette fails: over", "Over: Gazette fails: 404")
