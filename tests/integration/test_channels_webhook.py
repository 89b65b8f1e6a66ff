"""Signed webhooks against a real HTTP server whose answers are scripted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import standardwebhooks

from services.alerts.retry import Outcome
from services.channels.outgoing import Outgoing, SendError
from services.channels.webhook import WebhookSender, new_secret, sign
from services.errors import OutsideError
from services.guard import Gate
from tests.certificates import contexts
from tests.parts import until
from tests.sinks import HttpSink, Reply

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type":"alert.new","title":"Zürich"}'.encode()
PARCEL = Outgoing("msg_1", "", BODY, attempt=3)


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with HttpSink() as running:
        yield running


def sender(seconds: float = 5.0) -> WebhookSender:
    return WebhookSender(Gate(["127.0.0.0/8"]), timeout_s=seconds)


def refused(act: Callable[[], object]) -> SendError:
    with pytest.raises(SendError) as caught:
        act()
    return caught.value


def test_the_published_vector_of_standard_webhooks_passes() -> None:
    signed = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', [SECRET])
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_verify_the_body_as_it_was_stored(sink: HttpSink) -> None:
    secrets = [new_secret(), SECRET]
    accepted = sender().send(PARCEL, sink.url + "/hook", secrets, datetime.now(UTC))
    got = sink.asked[0]
    assert (accepted.code, got.method, got.path, got.body) == ("200", "POST", "/hook", BODY)
    assert (got.headers["webhook-id"], got.headers["tocsin-attempt"]) == ("msg_1", "3")
    for secret in secrets:
        standardwebhooks.Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new_secret()).verify(got.body, got.headers)


def test_receivers_that_do_not_answer_hold_up_no_other(sink: HttpSink) -> None:
    answer, shared, now = threading.Event(), sender(20), datetime.now(UTC)
    sink.say(*[Reply(wait=answer)] * 24)
    with ThreadPoolExecutor(24) as threads:
        slow = [threads.submit(shared.send, PARCEL, sink.url, [SECRET], now) for _ in range(24)]
        try:
            until(lambda: len(sink.asked) == 24, "24 requests at once", 20)
            assert shared.send(PARCEL, sink.url + "/quick", [SECRET], now).code == "200"
            assert not any(one.done() for one in slow)
        finally:
            answer.set()


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "code", "wait_s"),
    [
        (301, {"Location": "/elsewhere"}, Outcome.CONFIG, "http_301", None),
        (302, {"Location": "/elsewhere"}, Outcome.CONFIG, "http_302", None),
        (307, {"Location": "/elsewhere"}, Outcome.CONFIG, "http_307", None),
        (400, {}, Outcome.RETRY, "http_400", None),
        (401, {}, Outcome.CONFIG, "http_401", None),
        (403, {}, Outcome.CONFIG, "http_403", None),
        (404, {}, Outcome.CONFIG, "http_404", None),
        (408, {}, Outcome.RETRY, "http_408", None),
        (410, {}, Outcome.PERMANENT, "gone", None),
        (413, {}, Outcome.RETRY, "http_413", None),
        (422, {}, Outcome.RETRY, "http_422", None),
        (425, {}, Outcome.RETRY, "http_425", None),
        (429, {"Retry-After": "17"}, Outcome.RETRY, "http_429", 17.0),
        (429, {"Retry-After": "-5"}, Outcome.RETRY, "http_429", 1.0),
        (503, {"Retry-After": "Thu, 19 Nov 2026 17:15:00 GMT"}, Outcome.RETRY, "http_503", 60.0),
        (503, {"Retry-After": "99999999"}, Outcome.RETRY, "http_503", 86400.0),
        (503, {"Retry-After": "Fri, 31 Feb"}, Outcome.RETRY, "http_503", None),
        (500, {}, Outcome.RETRY, "http_500", None),
        (504, {}, Outcome.RETRY, "http_504", None),
    ],
)
def test_each_answer_has_its_class(
    sink: HttpSink, status: int, headers: dict[str, str], outcome: Outcome, code: str, wait_s: float | None
) -> None:
    sink.say(Reply(status, b"sorry", headers))
    now = datetime(2026, 11, 19, 17, 14, tzinfo=UTC)
    error = refused(lambda: sender().send(PARCEL, sink.url, [SECRET], now))
    assert (error.outcome, error.code, error.retry_after_s) == (outcome, code, wait_s)
    assert error.detail == f"{status} sorry"
    assert len(sink.asked) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_accepted(sink: HttpSink, status: int) -> None:
    sink.say(Reply(status, b""))
    assert sender().send(PARCEL, sink.url, [SECRET], datetime.now(UTC)).code == str(status)


@pytest.mark.parametrize("reply", [Reply(drop=True), Reply(raw=b"HTTP/1.1 2"), Reply(raw=b"nonsense\r\n\r\n")])
def test_no_answer_after_the_last_byte_is_uncertain(sink: HttpSink, reply: Reply) -> None:
    sink.say(reply)
    error = refused(lambda: sender().send(PARCEL, sink.url, [SECRET], datetime.now(UTC)))
    assert (error.outcome, error.code) == (Outcome.UNCERTAIN, "no_answer")


def test_an_answer_that_does_not_come_in_time_is_uncertain(sink: HttpSink) -> None:
    held = threading.Event()
    sink.say(Reply(wait=held))
    error = refused(lambda: sender(0.3).send(PARCEL, sink.url, [SECRET], datetime.now(UTC)))
    held.set()
    assert error.outcome is Outcome.UNCERTAIN


def test_nobody_listening_is_tried_again_and_was_not_begun() -> None:
    begun: list[int] = []
    error = refused(
        lambda: sender().send(PARCEL, "http://127.0.0.1:9/", [SECRET], datetime.now(UTC), lambda: begun.append(1))
    )
    assert (error.outcome, error.code, begun) == (Outcome.RETRY, "connect", [])


def test_the_point_of_no_return_is_told_once_and_before_the_first_byte(sink: HttpSink) -> None:
    seen: list[int] = []
    sender().send(PARCEL, sink.url, [SECRET], datetime.now(UTC), lambda: seen.append(len(sink.asked)))
    assert seen == [0]


@pytest.mark.parametrize("error", [KeyError("fence"), OutsideError("fence", code="fence")])
def test_a_stopped_send_writes_nothing(sink: HttpSink, error: Exception) -> None:
    def stop() -> None:
        raise error

    hook = sender()
    with pytest.raises(type(error)) as caught:
        hook.send(PARCEL, sink.url, [SECRET], datetime.now(UTC), stop)
    assert caught.value is error
    assert sink.asked == []
    hook.send(PARCEL, sink.url, [SECRET], datetime.now(UTC))
    assert len(sink.asked) == 1


def test_of_a_huge_answer_little_is_read(sink: HttpSink) -> None:
    sink.say(Reply(500, b"x" * 3_000_000))
    error = refused(lambda: sender().send(PARCEL, sink.url, [SECRET], datetime.now(UTC)))
    assert len(error.detail) <= 4096


def test_secrets_and_the_address_are_not_in_what_is_stored(sink: HttpSink) -> None:
    address = sink.url + "/hooks/t0k3n-value"
    sink.say(Reply(500, f"{address} {SECRET}\r\n\x1b[31m".encode()))
    error = refused(lambda: sender().send(PARCEL, address, [SECRET], datetime.now(UTC)))
    assert "t0k3n" not in error.detail
    assert SECRET not in error.detail
    assert "\x1b" not in error.detail


def test_a_private_address_is_refused_for_good_and_not_contacted(sink: HttpSink) -> None:
    closed = WebhookSender(Gate())
    error = refused(lambda: closed.send(PARCEL, sink.url.replace("http:", "https:"), [SECRET], datetime.now(UTC)))
    assert (error.outcome, error.code, sink.asked) == (Outcome.PERMANENT, "blocked_address", [])


def test_http_in_clear_is_only_for_what_the_operator_allows(sink: HttpSink) -> None:
    public = WebhookSender(Gate(look_up=lambda _host, _port: ["93.184.215.14"]))
    error = refused(lambda: public.send(PARCEL, "http://hooks.example/", [SECRET], datetime.now(UTC)))
    assert (error.outcome, error.code) == (Outcome.PERMANENT, "scheme_not_allowed")


def test_https_is_checked(tmp_path: Path) -> None:
    server, trusting = contexts(tmp_path)
    with HttpSink(tls=server) as sink:
        gate = Gate(["127.0.0.0/8"])
        assert WebhookSender(gate, tls=trusting).send(PARCEL, sink.url, [SECRET], datetime.now(UTC)).code == "200"
        error = refused(lambda: WebhookSender(gate).send(PARCEL, sink.url, [SECRET], datetime.now(UTC)))
        assert (error.outcome, error.code, len(sink.asked)) == (Outcome.RETRY, "tls", 1)
