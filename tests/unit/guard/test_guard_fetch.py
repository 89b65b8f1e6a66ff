"""Fetching through the gate, from a real server on loopback."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import OutsideError
from services.fetching import Answer, fetch
from services.guard import Gate, guard_urllib3
from tests.certificates import contexts
from tests.sinks import HttpSink, Reply


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with HttpSink() as running:
        yield running


def get(url: str, *, headers: dict[str, str] | None = None, limit: int = 100_000, seconds: float = 10) -> Answer:
    return fetch(Gate(["127.0.0.0/8"]), url, headers or {}, limit, seconds)


def test_a_page_comes_with_status_headers_and_body(sink: HttpSink) -> None:
    sink.say(Reply(404, b"gone fishing", {"ETag": '"a"'}))
    answer = get(sink.url + "/x")
    assert (answer.status, answer.body, answer.headers["etag"], answer.url) == (
        404,
        b"gone fishing",
        '"a"',
        sink.url + "/x",
    )


def test_a_packed_page_is_unpacked(sink: HttpSink) -> None:
    sink.say(Reply(200, gzip.compress(b"x" * 5000), {"Content-Encoding": "gzip"}))
    assert get(sink.url).body == b"x" * 5000


def test_a_small_answer_that_unpacks_to_a_big_one_is_cut_off(sink: HttpSink) -> None:
    sink.say(Reply(200, gzip.compress(b"\0" * 20_000_000), {"Content-Encoding": "gzip"}))
    with pytest.raises(OutsideError, match="larger than") as caught:
        get(sink.url)
    assert caught.value.code == "too_large"


def test_a_redirect_is_followed_and_said(sink: HttpSink) -> None:
    sink.say(Reply(301, b"", {"Location": "/new"}), Reply(200, b"here"))
    answer = get(sink.url + "/old")
    assert (answer.body, answer.url, answer.moved) == (b"here", sink.url + "/new", True)


def test_a_passing_redirect_is_not_for_good(sink: HttpSink) -> None:
    sink.say(Reply(301, b"", {"Location": "/a"}), Reply(302, b"", {"Location": "/b"}), Reply(200))
    assert not get(sink.url).moved


def test_a_loop_of_redirects_ends(sink: HttpSink) -> None:
    sink.say(*[Reply(302, b"", {"Location": "/again"})] * 20)
    with pytest.raises(OutsideError, match="more than 5 times"):
        get(sink.url)
    assert len(sink.asked) == 6


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://10.0.0.1/", "blocked_address"),
        ("http://169.254.169.254/latest/meta-data", "blocked_address"),
        ("http://[::1]/", "blocked_address"),
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("gopher://127.0.0.1/", "scheme_not_allowed"),
    ],
)
def test_a_redirect_to_what_is_closed_is_refused(sink: HttpSink, target: str, code: str) -> None:
    sink.say(Reply(302, b"", {"Location": target}))
    with pytest.raises(OutsideError) as caught:
        get(sink.url)
    assert (caught.value.code, caught.value.permanent) == (code, True)


def test_secrets_stay_with_the_origin_they_were_given_for(sink: HttpSink) -> None:
    with HttpSink() as other:
        sink.say(Reply(302, b"", {"Location": "/same"}), Reply(302, b"", {"Location": other.url + "/there"}))
        get(sink.url, headers={"Authorization": "Bearer s3cret", "Cookie": "a=b", "X-Key": "k", "Accept": "text/xml"})
        assert sink.asked[1].headers["authorization"] == "Bearer s3cret"
        assert not {"authorization", "cookie", "x-key"} & set(other.asked[0].headers)
        assert other.asked[0].headers["accept"] == "text/xml"


def test_a_proxy_of_the_environment_is_not_used(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "http_proxy", "http://10.0.0.1:8080")
    assert get(sink.url).status == 200


def test_a_server_that_never_finishes_is_left_at_the_deadline(sink: HttpSink) -> None:
    held = threading.Event()
    sink.say(Reply(wait=held))
    with pytest.raises(OutsideError) as caught:
        get(sink.url, seconds=0.3)
    held.set()
    assert (caught.value.code, caught.value.permanent) == ("timeout", False)


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", b"nonsense\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n"],
)  # fmt: skip
def test_an_answer_that_breaks_off_or_is_none_can_be_tried_again(sink: HttpSink, raw: bytes) -> None:
    sink.say(Reply(raw=raw))
    with pytest.raises(OutsideError) as caught:
        get(sink.url)
    assert (caught.value.code, caught.value.permanent) == ("protocol", False)


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    server, trusting = contexts(tmp_path)
    with HttpSink(tls=server) as sink:
        gate = Gate(["127.0.0.0/8"])
        assert fetch(gate, sink.url, {}, 1000, 10, tls=trusting).status == 200
        with pytest.raises(OutsideError, match="certificate was not accepted") as caught:
            fetch(gate, sink.url, {}, 1000, 10)
        assert (caught.value.code, len(sink.asked)) == ("tls", 1)


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    server, trusting = contexts(tmp_path, expired=True)
    with HttpSink(tls=server) as sink, pytest.raises(OutsideError, match="expired"):
        fetch(Gate(["127.0.0.0/8"]), sink.url, {}, 1000, 10, tls=trusting)


def test_https_never_redirects_to_http(tmp_path: Path) -> None:
    server, trusting = contexts(tmp_path)
    with HttpSink(tls=server) as sink:
        sink.say(Reply(302, b"", {"Location": sink.url.replace("https", "http")}))
        with pytest.raises(OutsideError, match="from https to http"):
            fetch(Gate(["127.0.0.0/8"]), sink.url, {}, 1000, 10, tls=trusting)


def test_requests_passes_through_the_gate_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import requests
    from urllib3.util import connection

    monkeypatch.setattr(connection, "create_connection", connection.create_connection)
    guard_urllib3(Gate())
    with pytest.raises(OutsideError, match="private network"):
        requests.get("http://127.0.0.1:9/", timeout=2)
