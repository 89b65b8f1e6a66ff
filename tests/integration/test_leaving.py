"""Unsubscribing by the link in a mail, on the pages and in the store."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import select, update

from services.channels.post import Post
from services.store import leaving
from services.store.tables import Delivery, DeliveryAlert, Subscription, SubscriptionChannel
from services.store.work import Store
from tests.town import OTHER, FakePost, Town


class MailPost(FakePost):
    """Renders real mails and keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[bytes] = []
        self._real = Post(
            mail=self,
            webhook=None,
            chat=None,
            sender="Tocsin <a@tocsin.example>",
            senders=1,
            delays_s={},
            stopping=None,
        )  # type: ignore[arg-type]

    def render(self, *given, **more):
        return self._real.render(*given, **more)

    def send(self, kind, target, secret, outgoing, now, inflight):
        from services.channels.outgoing import Accepted

        inflight()
        self.mails.append(outgoing.body)
        return Accepted(code="250")

    def delays_s(self, kind):
        return (1.0,)


@pytest.fixture
def told(store: Store) -> tuple[Town, str]:
    """A town whose reader got one mail, and the secret of its link."""
    town = Town(store)
    town.post = MailPost()  # type: ignore[assignment]
    town.teller = type(town.teller)(town.post, town.teller.vault, town.clock, "https://tocsin.example")  # type: ignore[arg-type]
    channel = town.channel(kind="email", target="ana@example.org")
    town.subscribe('"sanctuary city"', channel, name="One")
    town.subscribe("zebra", channel, name="Other")
    town.push()
    town.run()
    header = str(message_from_bytes(town.post.mails[0], policy=default)["List-Unsubscribe"])
    found = re.search(r"https://tocsin\.example/u/([\w-]+)", header)
    assert found is not None
    return town, found[1]


def test_a_mail_says_how_to_leave_in_one_click(told: tuple[Town, str]) -> None:
    town, token = told
    mail = message_from_bytes(town.post.mails[0], policy=default)  # type: ignore[attr-defined]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert token in mail.get_body(("plain",)).get_content()


def test_the_database_holds_only_a_hash_of_the_link(told: tuple[Town, str]) -> None:
    town, token = told
    assert town.all(Delivery)[0].leave_sha256 not in (None, token)


def test_leaving_ends_what_the_mail_told_of_and_nothing_else(told: tuple[Town, str]) -> None:
    town, token = told
    with town.store.write() as work:
        leaving.leave(work.session, leaving.of_token(work.session, token), town.now)
    states = {row.name: row.state for row in town.all(Subscription)}
    assert states == {"One": "paused", "Other": "active"}
    assert len(town.all(SubscriptionChannel)) == 1
    town.later(hours=1)
    town.push("later", OTHER)
    town.run()
    assert len(town.post.mails) == 1  # type: ignore[attr-defined]


def test_leaving_twice_is_leaving_once(told: tuple[Town, str]) -> None:
    town, token = told
    for _ in range(2):
        with town.store.write() as work:
            leaving.leave(work.session, leaving.of_token(work.session, token), town.now)
    with town.store.read() as session:
        assert leaving.of_token(session, token).subscriptions == ()


def test_what_waits_for_somebody_who_left_is_not_sent(told: tuple[Town, str]) -> None:
    town, token = told
    town.later(minutes=1)
    town.push("gathered", OTHER)
    town.run()
    with town.store.write() as work:
        leaving.leave(work.session, leaving.of_token(work.session, token), town.now)
    town.later(minutes=10)
    town.run()
    assert len(town.post.mails) == 1  # type: ignore[attr-defined]
    with town.store.read() as session:
        waiting = session.scalars(select(Delivery).where(Delivery.state == "pending")).all()  # type: ignore[arg-type]
    assert waiting == []


def test_a_message_that_was_tried_already_ends_when_its_reader_leaves(store: Store) -> None:
    from services.alerts.retry import Outcome
    from services.channels.outgoing import SendError

    town = Town(store)
    town.subscribe('"sanctuary city"', town.channel(), name="One")
    town.post.refuse = SendError("busy", outcome=Outcome.RETRY, code="http_503")
    town.push()
    town.run()
    with town.store.write() as work:
        work.session.execute(update(DeliveryAlert).values(state="suppressed"))
    town.post.refuse = None
    town.later(hours=1)
    town.run()
    assert town.post.sent == []
    assert [row.state for row in town.all(Delivery)] == ["suppressed"]
