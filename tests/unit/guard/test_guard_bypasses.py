"""No spelling of an address inside is ever connected to, whichever way it comes in. Nothing is sent: a recorder
stands in place of the call that connects, and of the look-up."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from services.channels.chat import check_chat_url
from services.channels.webhook import check_webhook_url
from services.errors import InvalidError, OutsideError
from services.fetching import ask, fetch
from services.guard import Gate, read_url
from tests.sinks import HttpSink, Reply
from tests.unit.guard.bypasses import NAMES, hosts, look_up, urls
from tests.unit.guard.recorder import Recorder

FEWEST = 400


def recorded() -> tuple[Gate, Recorder]:
    recorder = Recorder()
    return Gate(look_up=look_up, dial=recorder), recorder


def test_there_are_enough_spellings_and_all_differ() -> None:
    assert len(urls()) >= FEWEST
    assert len(set(urls())) == len(urls())


def test_no_spelling_is_fetched_from_inside() -> None:
    gate, recorder = recorded()
    for url in urls():
        with pytest.raises((OutsideError, InvalidError)):
            fetch(gate, url, {}, 1000, 5)
    assert recorder.inside == []


def test_no_spelling_is_posted_to_inside() -> None:
    gate, recorder = recorded()
    for url in urls():
        with pytest.raises((OutsideError, InvalidError)):
            ask(gate, "POST", url, {}, b"hub.mode=subscribe", 1000, 5)
    assert recorder.inside == []


class OneServer(Recorder):
    """Connects to the sink for the one address that is allowed, and records the rest."""

    ADDRESS = "127.77.0.1"

    def __init__(self, sink: HttpSink) -> None:
        super().__init__()
        self.port = sink.port

    def __call__(self, address: str, port: int, timeout_s: float) -> socket.socket:
        if address == self.ADDRESS:
            return socket.create_connection(("127.0.0.1", self.port), timeout_s)
        return super().__call__(address, port, timeout_s)

    def look_up(self, host: str, port: int) -> list[str]:
        return [self.ADDRESS] if host == "start.example" else look_up(host, port)


def test_no_redirect_leads_inside() -> None:
    targets = [url for url in urls() if url.isprintable()]  # no server can send the others in a header
    assert len(targets) >= FEWEST
    with HttpSink() as sink:
        recorder = OneServer(sink)
        gate = Gate([f"{recorder.ADDRESS}/32"], look_up=recorder.look_up, dial=recorder)
        for target in targets:
            sink.say(Reply(302, b"", {"Location": target.encode().decode("latin-1")}))
            try:
                answer = fetch(gate, "http://start.example/", {}, 1000, 5)
            except OutsideError:
                continue
            assert urlsplit(answer.url).hostname == "start.example"  # what is no address is a path of its own host
    assert recorder.inside == []


def test_no_spelling_becomes_a_webhook() -> None:
    gate, recorder = recorded()
    for url in [*urls(), *(url.replace("http:", "https:", 1) for url in urls())]:
        try:
            check_webhook_url(url, gate)
        except InvalidError:
            continue
        with pytest.raises(OutsideError):
            gate.connect(read_url(url).raw_host.decode(), read_url(url).port or 443, 1)
    assert recorder.inside == []


def test_no_spelling_becomes_a_chat_server(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, recorder = recorded()
    for host in hosts():
        for form in (
            "ntfys://{}/topic",
            "gotifys://{}/Abcdefghijklmno",
            "mmosts://{}/3ccdd113474722377935511fc85d3dd4",
        ):
            try:
                check_chat_url(form.format(host), gate)
            except InvalidError:
                continue
            assert host.rstrip(".").lower() not in NAMES
    assert recorder.inside == []


def test_urllib3_never_connects_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise's requests go through urllib3, whose one call to connect is the gate's."""
    import requests
    from urllib3.util import connection

    from services.guard import guard_urllib3

    monkeypatch.setattr(connection, "create_connection", connection.create_connection)
    gate, recorder = recorded()
    guard_urllib3(gate)
    session = requests.Session()
    session.trust_env = False
    for url in urls():
        try:
            session.get(url, timeout=1, allow_redirects=False)
        except Exception:
            continue
    assert recorder.inside == []


def test_addresses_that_pass_are_read_alike_by_every_program() -> None:
    for url in urls():
        _agree(url)


_SIGNS = st.sampled_from(
    [*"abc019.:/@\\#?%[]&;, \t-_~", "%00", "%2e", "127.0.0.1", "good.example", "。", "０", "\u202e", "xn--"]
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(_SIGNS, max_size=14).map("".join))
def test_any_address_that_passes_is_read_alike_by_every_program(rest: str) -> None:
    _agree("http://" + rest)


def _agree(url: str) -> None:
    try:
        parts = read_url(url)
    except OutsideError:
        return
    host = parts.raw_host.decode().strip("[]").lower()
    assert _ascii(urlsplit(url).hostname) == host
    try:
        other = parse_url(url).host
    except LocationParseError:
        return
    assert other is not None
    assert _ascii(other.strip("[]")) == host


def _ascii(host: str | None) -> str:
    assert host
    return httpx2.URL(scheme="http", host=host).raw_host.decode().strip("[]").lower()


def test_two_threads_do_not_share_what_was_looked_up() -> None:
    """Each connection goes to what its own look-up found."""
    recorder = Recorder()
    gate = Gate(look_up=lambda host, _port: [NAMES.get(host, "93.184.215.14")], dial=recorder)
    failures: list[str] = []

    def connect(host: str) -> None:
        for _ in range(200):
            with pytest.raises(OutsideError) as caught:
                gate.connect(host, 443, 1)
            failures.append(caught.value.code)

    threads = [threading.Thread(target=connect, args=(host,)) for host in ("good.example", "inside.example")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(failures)) == ["blocked_address", "connect"]
    assert recorder.inside == []
