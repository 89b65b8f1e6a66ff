"""Chat by real Apprise plugins to an ntfy- and Gotify-like receiver on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from services.alerts.chat import render_chat
from services.alerts.retry import Outcome
from services.channels.chat import ChatSender, check_chat_url, check_plugins
from services.channels.outgoing import Accepted, Outgoing, SendError
from services.errors import OutsideError
from services.guard import Gate
from tests.sinks import HttpSink, Reply
from tests.unit.alerts.message_examples import COUNCIL, FOOT

NOW = datetime(2026, 11, 19, 17, 14, tzinfo=UTC)
OURS = Gate(["127.0.0.0/8"])
PARCEL = Outgoing("msg_1", "A title", b"A text\nhttps://news.example/a")


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with HttpSink() as running:
        yield running


def ntfy(sink: HttpSink, rest: str = "alerts9") -> str:
    return f"ntfy://127.0.0.1:{sink.port}/{rest}"


def send(url: str, *, seconds: float = 5.0, inflight: Callable[[], None] = lambda: None, gate: Gate = OURS) -> Accepted:
    return ChatSender(gate, timeout_s=seconds).send(PARCEL, url, NOW, inflight)


def refused(act: Callable[[], object]) -> SendError:
    with pytest.raises(SendError) as caught:
        act()
    return caught.value


def test_an_alert_reaches_ntfy_as_it_was_written(sink: HttpSink) -> None:
    target = check_chat_url(ntfy(sink), OURS)
    text = render_chat(COUNCIL, FOOT, target.form)
    accepted = ChatSender(OURS).send(Outgoing("msg_1", text.title, text.body.encode()), target.url, NOW)
    assert accepted.code == "200"
    assert sink.asked[0].json == {"topic": "alerts9", "title": text.title, "message": text.body}


def test_an_alert_reaches_gotify_as_it_was_written(sink: HttpSink) -> None:
    target = check_chat_url(f"gotify://127.0.0.1:{sink.port}/Abcdef1234567", OURS)
    text = render_chat(COUNCIL, FOOT, target.form)
    ChatSender(OURS).send(Outgoing("msg_1", text.title, text.body.encode()), target.url, NOW)
    got = sink.asked[0]
    assert (got.path, got.headers["x-gotify-key"]) == ("/message", "Abcdef1234567")
    assert (got.json["title"], got.json["message"]) == (text.title, text.body)


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "code", "wait_s"),
    [
        (307, {"Location": "/elsewhere"}, Outcome.CONFIG, "http_307", None),
        (400, {}, Outcome.RETRY, "http_400", None),
        (401, {}, Outcome.CONFIG, "http_401", None),
        (404, {}, Outcome.CONFIG, "http_404", None),
        (410, {}, Outcome.PERMANENT, "gone", None),
        (429, {"Retry-After": "17"}, Outcome.RETRY, "http_429", 17.0),
        (500, {}, Outcome.RETRY, "http_500", None),
        (503, {"Retry-After": "Thu, 19 Nov 2026 17:15:00 GMT"}, Outcome.RETRY, "http_503", 60.0),
    ],
)
def test_each_answer_has_its_class(
    sink: HttpSink, status: int, headers: dict[str, str], outcome: Outcome, code: str, wait_s: float | None
) -> None:
    sink.say(Reply(status, b"sorry", headers))
    error = refused(lambda: send(ntfy(sink)))
    assert (error.outcome, error.code, error.retry_after_s) == (outcome, code, wait_s)
    assert error.detail == f"{status} sorry"
    assert len(sink.asked) == 1


def test_no_answer_is_uncertain(sink: HttpSink) -> None:
    sink.say(Reply(drop=True))
    error = refused(lambda: send(ntfy(sink)))
    assert (error.outcome, error.code, len(sink.asked)) == (Outcome.UNCERTAIN, "no_answer", 1)


def test_an_answer_that_drips_is_left_at_the_deadline(sink: HttpSink) -> None:
    held = threading.Event()
    sink.say(Reply(wait=held))
    error = refused(lambda: send(ntfy(sink), seconds=0.3))
    held.set()
    assert error.outcome is Outcome.UNCERTAIN


def test_nobody_listening_is_tried_again_and_was_not_begun() -> None:
    begun: list[int] = []
    error = refused(lambda: send("ntfy://127.0.0.1:9/alerts9", inflight=lambda: begun.append(1)))
    assert (error.outcome, error.code, begun) == (Outcome.RETRY, "connect", [])


def test_the_point_of_no_return_is_told_once_and_before_the_first_byte(sink: HttpSink) -> None:
    seen: list[int] = []
    send(ntfy(sink), inflight=lambda: seen.append(len(sink.asked)))
    assert seen == [0]


@pytest.mark.parametrize("error", [KeyError("fence"), OutsideError("fence"), OSError("fence")])
def test_a_stopped_send_writes_nothing(sink: HttpSink, error: Exception) -> None:
    def stop() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        send(ntfy(sink), inflight=stop)
    assert caught.value is error
    assert sink.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
def test_a_private_host_is_refused_for_good_and_not_contacted(sink: HttpSink, host: str) -> None:
    error = refused(lambda: send(f"ntfy://{host}:{sink.port}/alerts9", gate=Gate()))
    assert (error.outcome, error.code, sink.asked) == (Outcome.PERMANENT, "blocked_address", [])


def test_of_a_huge_answer_little_is_kept_and_no_secret(sink: HttpSink) -> None:
    sink.say(Reply(500, b"alerts9 " * 500_000))
    error = refused(lambda: send(ntfy(sink)))
    assert len(error.detail) <= 4096
    assert "alerts9" not in error.detail


def test_every_allowed_plugin_of_apprise_loads() -> None:
    check_plugins()
