"""Keys are rotated while messages leave, and none fails: the key of the database and the secrets of webhooks.

Sessions have no key: each secret is drawn, kept as a hash, and ends with the next sign-in, password or role
(`tests/integration/test_web_signin.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from services import clock, first_run, pipeline
from services.acts import channel_acts
from services.channels.outgoing import Accepted
from services.cli.app import run
from services.errors import ConflictError, InvalidError
from services.settings import Settings
from services.store import channels, deliveries, resealing
from services.store.secrets import new_key, open_vault, read_keys, write_keys
from services.store.states import DeliveryState
from services.store.tables import Channel, Delivery, Person
from services.store.work import Store, open_store
from services.teller import Teller
from tests.town import LEASE, FakePost

CANARY = "canary-9f27"
CHANNELS, EACH = 20, 50


class Checking(FakePost):
    """Takes a message only with the address and a secret of its channel."""

    def send(self, kind, target, secret, outgoing, now, inflight) -> Accepted:
        inflight()
        assert target.startswith(f"https://{CANARY}-")
        assert (secret or "").startswith("whsec_")
        self.sent.append(outgoing)
        return Accepted(code="200", detail="")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    given = Settings(data=tmp_path / "data", database_url=database_url, broker_url="")
    first_run.prepare(given)
    return given


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings.database)
    yield opened
    opened.close()


def a_backlog(store: Store, path: Path, each: int) -> list[str]:
    """Add webhooks, each with messages that wait."""
    vault, now = open_vault(path), clock.now()
    with store.write() as work:
        person = work.session.scalars(select(Person)).first().id
        ids = []
        for number in range(CHANNELS):
            target = f"https://{CANARY}-{number}.example/hook"
            row = channels.add(
                work.session, vault, person=person, kind="webhook", label=f"hook {number}", target=target,
                secret="whsec_" + "c2VjcmV0" * 4, confirm_token=None, now=now,
            )  # fmt: skip
            channels.confirm(work.session, row, now)
            ids.append(row.id)
    for number in range(each):
        with store.write() as work:
            for channel in ids:
                id_ = deliveries.put(
                    work.session, channel=channel, dedupe_key=f"m{number}", kind="test", story=None, now=now
                )
                row = work.session.get_one(Delivery, id_)
                row.subject, row.body = "", b'{"type": "channel.test"}'
                work.session.add(row)
    return ids


def test_messages_leave_while_every_key_is_rotated(store: Store, settings: Settings) -> None:
    path = settings.key_file
    ids = a_backlog(store, path, EACH)
    post, vault, done = Checking(), open_vault(path), threading.Event()
    rotated = 0

    def rotate() -> None:
        nonlocal rotated
        while not done.wait(0.05):  # deliveries and rotations take turns at writing
            resealing.add_key(path)
            for _ in resealing.reseal(store, path):
                pass
            if resealing.left(store, path) == 0:
                resealing.retire(store, path)
            for id_ in ids[:5]:
                with store.write() as work:
                    channel_acts.rotate_secret(
                        work, open_vault(path), "test", channels.get(work.session, id_), clock.now()
                    )
            rotated += 1

    thread = threading.Thread(target=rotate, daemon=True)
    thread.start()
    teller = Teller(post, vault, lambda: datetime.now(UTC))  # type: ignore[arg-type]
    while pipeline.deliver(store, "w1", teller, LEASE, 100):
        pass
    done.set()
    thread.join(60)
    with store.read() as session:
        states = dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
    assert states == {DeliveryState.SENT: CHANNELS * EACH}
    assert len({one.id for one in post.sent}) == len(post.sent) == CHANNELS * EACH
    assert rotated >= 10
    assert len(read_keys(path)) >= 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_older_key_is_retired_only_when_nothing_needs_it(store: Store, settings: Settings) -> None:
    path = settings.key_file
    a_backlog(store, path, 0)
    resealing.add_key(path)
    with pytest.raises(ConflictError, match="40 secrets are sealed with an older key"):
        resealing.retire(store, path)
    assert sum(resealing.reseal(store, path)) == 2 * CHANNELS
    assert sum(resealing.reseal(store, path)) == 0
    assert resealing.retire(store, path) == 1
    vault = open_vault(path)
    with store.read() as session:
        for row in session.scalars(select(Channel)):
            assert CANARY in channels.opened(vault, row)[0]


def test_a_link_given_out_works_until_its_key_is_retired(store: Store, settings: Settings) -> None:
    running = open_vault(settings.key_file)
    mark = running.mark("feedback:1")
    resealing.add_key(settings.key_file)
    fresh = open_vault(settings.key_file)
    assert fresh.marked("feedback:1", mark)
    assert running.marked("feedback:2", fresh.mark("feedback:2"))  # it reads the key file again
    resealing.retire(store, settings.key_file)
    assert not open_vault(settings.key_file).marked("feedback:1", mark)


def test_a_key_file_of_another_database_is_refused_at_the_start(store: Store, settings: Settings) -> None:
    a_backlog(store, settings.key_file, 0)
    write_keys(settings.key_file, [new_key()])
    with pytest.raises(InvalidError, match="does not open the secrets of this database"):
        first_run.prepare(settings)


def test_no_secret_stands_in_the_database_in_clear(store: Store, settings: Settings) -> None:
    a_backlog(store, settings.key_file, 1)
    with store.read() as session:
        for table in ("channel", "delivery", "audit"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            assert CANARY not in str(rows)
            assert "c2VjcmV0" not in str(rows)


def test_the_commands_rotate_and_retire(store: Store, settings: Settings, monkeypatch, capsys) -> None:
    a_backlog(store, settings.key_file, 0)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", settings.database_url)
    data = ["--data", str(settings.data)]
    assert run(["keys", "add", *data]) == 0
    assert run(["keys", "retire", *data]) == 2
    assert run(["keys", "rotate", "--json", *data]) == 0
    assert '"sealed":40' in capsys.readouterr().out.replace(" ", "")
    assert run(["keys", "retire", *data]) == 0
    assert len(read_keys(settings.key_file)) == 1
