"""What a hostile server answers is cut off in time, size and number, and what it must not learn it is not sent."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.addresses import LOOK_UP_S, system_look_up
from services.errors import InvalidError, OutsideError
from services.fetching import Answer, ask, fetch
from services.guard import Gate
from services.unpacking import PART_BYTES, unpacked
from tests.certificates import contexts
from tests.sinks import HttpSink, Reply
from tests.unit.guard.bypasses import PUBLIC

MIB = 1024 * 1024


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with HttpSink() as running:
        yield running


def get(url: str, *, headers: dict[str, str] | None = None, limit: int = 10 * MIB, seconds: float = 10) -> Answer:
    return fetch(Gate(["127.0.0.0/8"]), url, headers or {}, limit, seconds)


def refused(url: str, **given) -> str:
    with pytest.raises(OutsideError) as caught:
        get(url, **given)
    return caught.value.code


# ---- size and packing (A16 to A18, B24; CVE-2026-29065) ----


def packed(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = gzip.compress(data, mtime=0)
    return data


def test_a_body_that_is_larger_than_the_limit_is_left_before_its_end(sink: HttpSink) -> None:
    sink.say(Reply(200, b"x" * (20 * MIB)))
    assert refused(sink.url) == "too_large"


def test_a_bomb_of_one_to_a_thousand_is_stopped_by_its_ratio_long_before_the_limit(sink: HttpSink) -> None:
    sink.say(Reply(200, packed(b"\0" * (200 * MIB)), {"Content-Encoding": "gzip"}))
    assert refused(sink.url) == "bomb"


@pytest.mark.parametrize(
    ("encoding", "body", "code"),
    [
        ("gzip, gzip", packed(b"\0" * (50 * MIB), 2), "bomb"),
        (", ".join(["gzip"] * 10), packed(b"x", 10), "encoding"),
        ("br", b"\x0b\x02\x80hello\x03", "encoding"),
        ("zstd", b"(\xb5/\xfd", "encoding"),
        ("compress", b"\x1f\x9d", "encoding"),
        ("gzip", packed(b"an article " * 1000)[:-9], "protocol"),
        ("gzip", b"not packed at all", "protocol"),
        ("deflate", b"not packed at all", "protocol"),
        ("gzip", b"\x1f\x8b\x08", "protocol"),
    ],
)
def test_a_packing_that_is_a_trap_or_breaks_off_is_an_error_with_its_name(
    sink: HttpSink, encoding: str, body: bytes, code: str
) -> None:
    sink.say(Reply(200, body, {"Content-Encoding": encoding}))
    assert refused(sink.url) == code


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", packed(b"news")),
        ("x-gzip", packed(b"news")),
        ("GZIP", packed(b"news")),
        ("identity", b"news"),
        ("", b"news"),
        ("gzip", packed(b"ne") + packed(b"ws")),
        ("gzip", packed(b"news") + b"\0" * 512),
        ("deflate", zlib.compress(b"news")),
        ("deflate", zlib.compress(b"news")[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(b"news"), mtime=0)),
    ],
)
def test_every_honest_packing_is_unpacked(sink: HttpSink, encoding: str, body: bytes) -> None:
    sink.say(Reply(200, body, {"Content-Encoding": encoding}))
    assert get(sink.url).body == b"news"


def test_nothing_is_unpacked_further_than_it_is_read() -> None:
    parts = unpacked(iter([packed(b"ab" * (4 * MIB))]), "gzip")
    assert len(next(parts)) <= PART_BYTES


def test_a_feed_that_repeats_itself_is_no_bomb_while_it_is_small(sink: HttpSink) -> None:
    sink.say(Reply(200, packed(b" " * (MIB - 1)), {"Content-Encoding": "gzip"}))
    assert len(get(sink.url).body) == MIB - 1


# ---- headers and framing (B25, B26; CVE-2019-11236) ----


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000 + b"Content-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 300 + b"Content-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * MIB + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFF\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_headers_without_end_and_lengths_that_disagree_are_refused(sink: HttpSink, raw: bytes) -> None:
    sink.say(Reply(raw=raw))
    assert refused(sink.url) == "protocol"


def test_a_validator_goes_back_byte_for_byte(sink: HttpSink) -> None:
    etag = 'W/"ä\xff,; \'x"'
    sink.say(Reply(200, b"", {"ETag": etag}))
    got = get(sink.url).headers["etag"]
    get(sink.url, headers={"If-None-Match": got})
    assert sink.asked[1].headers["if-none-match"] == got == etag


# ---- time (B23) ----


def test_a_body_that_drips_is_left_at_the_deadline_for_the_whole() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        stop = threading.Event()

        def drip() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not stop.wait(0.05):
                    try:
                        client.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        assert refused(f"http://127.0.0.1:{server.getsockname()[1]}/", seconds=0.5) == "timeout"
        stop.set()
        thread.join()


def test_a_resolver_that_never_answers_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr("services.addresses.LOOK_UP_S", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: held.wait(20) and [])
    began = time.monotonic()
    with pytest.raises(OutsideError) as caught:
        system_look_up("slow.example", 443)
    held.set()
    assert caught.value.code == "timeout"
    assert time.monotonic() - began < LOOK_UP_S


# ---- whose secrets, whose address (B19 to B21; CVE-2018-18074, CVE-2023-32681, CVE-2023-43804, CVE-2025-46341) ----


def test_the_password_of_an_address_is_sent_to_its_own_origin_only_and_shown_to_nobody(sink: HttpSink) -> None:
    with HttpSink() as other:
        sink.say(Reply(302, b"", {"Location": "/same"}), Reply(302, b"", {"Location": other.url + "/there"}))
        answer = get(sink.url.replace("http://", "http://ana:s3cret@") + "/feed")
        assert [asked.headers.get("authorization") for asked in sink.asked] == ["Basic YW5hOnMzY3JldA=="] * 2
        assert "authorization" not in other.asked[0].headers
        assert answer.url == other.url + "/there"


def test_a_password_that_a_redirect_brings_is_not_used(sink: HttpSink) -> None:
    sink.say(Reply(302, b"", {"Location": sink.url.replace("http://", "http://eve:s3cret@") + "/x"}))
    assert get(sink.url).url == sink.url + "/x"
    assert "authorization" not in sink.asked[1].headers


def test_a_post_is_repeated_by_a_redirect_with_its_body(sink: HttpSink) -> None:
    sink.say(Reply(308, b"", {"Location": "/new"}), Reply(202))
    answer = ask(Gate(["127.0.0.0/8"]), "POST", sink.url, {"Content-Type": "text/plain"}, b"body", 1000, 5)
    assert (answer.status, [asked.method for asked in sink.asked]) == (202, ["POST", "POST"])
    assert sink.asked[1].body == b"body"


@pytest.mark.parametrize(
    ("own", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1/articles"),
        ("http://127.0.0.1:8000", "http://2130706433:8000/"),
        ("http://127.0.0.1:8000", "http://[::ffff:127.0.0.1]:8000/"),
        ("http://0.0.0.0:8000", "http://127.0.0.5:8000/"),
        ("http://[::]:8000", "http://127.0.0.1:8000/"),
        ("https://alerts.example", "https://alerts.example./feed"),
        ("https://alerts.example", "https://ALERTS.example/feed"),
    ],
)
def test_an_installation_never_fetches_from_itself(own: str, url: str) -> None:
    def look_up(host: str, port: int) -> list[str]:
        return [PUBLIC] if "example" in host else system_look_up(host, port)

    gate = Gate(["127.0.0.0/8"], own=[own], look_up=look_up)
    with pytest.raises(InvalidError, match="this installation of Tocsin itself"):
        gate.check_url(url)


def test_another_port_of_the_same_host_is_no_loop() -> None:
    Gate(["127.0.0.0/8"], own=["http://127.0.0.1:8000"]).check_url("http://127.0.0.1:8001/hook")


# ---- certificates (B27) ----


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    server, trusting = contexts(tmp_path)
    with HttpSink(tls=server) as sink, pytest.raises(OutsideError, match="certificate was not accepted"):
        url = sink.url.replace("127.0.0.1", "localhost")
        fetch(Gate(["127.0.0.0/8"], look_up=lambda _host, _port: ["127.0.0.1"]), url, {}, 1000, 10, tls=trusting)


def test_an_old_version_of_tls_is_refused(tmp_path: Path) -> None:
    server, _ = contexts(tmp_path)
    server.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    server.maximum_version = ssl.TLSVersion.TLSv1_1
    server.set_ciphers("ALL:@SECLEVEL=0")
    with HttpSink(tls=server) as sink:
        assert refused(sink.url) in {"tls", "connect", "protocol"}
    assert sink.asked == []
