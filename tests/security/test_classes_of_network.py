"""Defects that peers really had, on the way out and in what comes back: each case names the one it is made after.

Here: K1 SSRF, K2 its bypasses, K3 files and schemes, K10 XML, K11 expressions that read, K12 slow inputs, K13 bombs,
K18 deserialization, K19 credentials that follow. The other classes are in the files beside; classes.yaml has all 21.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from services.addresses import is_public
from services.articles.feed import read_feed
from services.articles.page import page_item
from services.articles.read import understand
from services.broker import celery_app
from services.channels.chat import check_chat_url
from services.channels.webhook import check_webhook_url
from services.errors import InvalidError, OutsideError
from services.fetching import fetch
from services.guard import Gate
from services.queries.parser import parse
from services.sources.mailbox import checked_mailbox
from tests.sinks import HttpSink, Reply
from tests.unit.guard.bypasses import look_up


class Recorder:
    def __init__(self) -> None:
        self.dialled: list[str] = []

    def __call__(self, address: str, port: int, timeout_s: float):
        self.dialled.append(address)
        raise ConnectionRefusedError


def closed() -> tuple[Gate, Recorder]:
    recorder = Recorder()
    return Gate(look_up=look_up, dial=recorder), recorder


# ---- K1 ----
@pytest.mark.parametrize(
    ("peer", "url"),
    [
        ("CVE-2026-27696", "http://169.254.169.254/latest/meta-data/"),
        ("CVE-2026-21885", "http://127.0.0.1:8080/media.png"),
        ("feedparser-441cf94a", "http://[fd00:ec2::254]/feed"),
        ("GHSA-64wp-jh9p-5cg2", "http://192.168.1.1/rss"),
        ("FreshRSS-1.30.0", "http://10.11.12.13/feed"),
    ],
)
def test_k1_no_address_inside_is_asked_by_any_way_in(peer: str, url: str) -> None:
    gate, recorder = closed()
    for check in (
        gate.check_url,
        lambda u: check_webhook_url(u, gate),
        lambda u: check_webhook_url("https" + u[4:], gate),
    ):
        with pytest.raises(InvalidError):
            check(url)
    with pytest.raises(InvalidError):
        check_chat_url(f"gotify://{url.partition('//')[2].partition('/')[0]}/token", gate)
    with pytest.raises(OutsideError):
        fetch(gate, url, {}, 1000, 5)
    assert recorder.dialled == []


# ---- K2 ----
@pytest.mark.parametrize(
    ("peer", "url"),
    [
        ("GHSA-rph4-96w6-q594", "http://127.0.0.1:8888\\@public.example/"),
        ("GHSA-rph4-96w6-q594", "http://public.example#@127.0.0.1/"),
        ("GHSA-gwph-fp79-379w", "http://100.64.1.1/"),
        ("GHSA-gwph-fp79-379w", "http://[::ffff:10.0.0.1]/"),
        ("GHSA-gwph-fp79-379w", "http://[64:ff9b::7f00:1]/"),
        ("Miniflux-f9b756ec", "http://2130706433/"),
        ("Miniflux-8537e1fa", "http://0x7f.1/favicon.ico"),
    ],
)
def test_k2_no_spelling_leads_inside(peer: str, url: str) -> None:
    gate, recorder = closed()
    with contextlib.suppress(InvalidError, OutsideError):
        fetch(gate, url, {}, 1000, 5)
    assert [address for address in recorder.dialled if not is_public(address)] == []


def test_k2_a_name_that_changes_is_connected_to_where_it_was_checked() -> None:
    """Miniflux d89b617a: the name was looked up twice."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    recorder = Recorder()
    with pytest.raises(OutsideError):
        fetch(Gate(look_up=lambda *_: answers.pop(0), dial=recorder), "http://changes.example/", {}, 1000, 5)
    assert recorder.dialled == ["93.184.216.34"]


def test_k2_a_redirect_is_checked_as_its_beginning_was() -> None:
    """CVE-2026-40168: only the first address was."""
    with HttpSink() as sink:
        gate = Gate(["127.0.0.1/32"])
        sink.say(Reply(302, b"", {"Location": "http://169.254.169.254/"}))
        with pytest.raises(OutsideError) as caught:
            fetch(gate, sink.url, {}, 1000, 5)
    assert caught.value.code == "blocked_address"


# ---- K3 ----
@pytest.mark.parametrize(
    ("peer", "url"),
    [
        ("CVE-2024-56509", "file:/etc/passwd"), ("CVE-2024-51998", "FILE:///etc/passwd"),
        ("CVE-2024-51483", "source:file:///etc/passwd"), ("CVE-2024-56331", "file:///etc/passwd"),
        ("feedparser-path", "/etc/passwd"), ("CVE-2024-56509", "jar:file:///etc/passwd!/x"),
    ],
)  # fmt: skip
def test_k3_no_file_and_no_other_scheme_is_read(peer: str, url: str) -> None:
    gate, recorder = closed()
    for check in (gate.check_url, lambda u: check_webhook_url(u, gate), lambda u: check_chat_url(u, gate)):
        with pytest.raises(InvalidError):
            check(url)
    with pytest.raises(OutsideError):
        fetch(gate, url, {}, 1000, 5)
    with pytest.raises(InvalidError):
        checked_mailbox(gate, f"maildir:{url}")
    assert recorder.dialled == []


# ---- K10 ----
_LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_XML = {
    "CVE-2012-2921": f'<!DOCTYPE r [<!ENTITY l0 "lol">{_LOL}]><rss><channel><item><title>&l9;</title></item></channel></rss>',
    "CVE-2011-1156": '<!DOCTYPE r [<!ENTITY a "b><rss><channel/></rss>',
    "52b189fc-file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>',
    "52b189fc-dtd": '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss><channel><item><title>t</title></item></channel></rss>',
    "52b189fc-parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;]><rss><channel/></rss>',
    "CVE-2012-2921-quadratic": f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><rss><channel><item><title>{"&a;" * 2_000}</title></item></channel></rss>',
}


@pytest.mark.parametrize("peer", _XML)
def test_k10_no_entity_and_no_document_type_is_followed(peer: str) -> None:
    try:
        items = read_feed(_XML[peer].encode()).items
    except InvalidError:
        return
    assert not any("root:" in f"{item.title}{item.text}" or len(item.title or "") > 100_000 for item in items)


# ---- K11 ----
@pytest.mark.parametrize(
    ("peer", "query"),
    [
        ("CVE-2026-29039", "unparsed-text('file:///etc/passwd')"), ("CVE-2026-29039", 'doc("file:///etc/passwd")'),
        ("CVE-2026-29039", "fn:environment-variable('CANARY')"), ("CVE-2026-33981", "env.CANARY"),
        ("CVE-2026-33981", "$ENV.CANARY | input_filename"), ("CVE-2026-33981", "${CANARY}"),
    ],
)  # fmt: skip
def test_k11_a_query_reads_nothing_but_articles(peer: str, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary-value")
    try:
        said = parse(query).text
    except InvalidError as error:
        said = str(error)
    assert "canary-value" not in said
    assert "root:" not in said


# ---- K12: what made others stand still for minutes is done at once, or this file never ends ----
@pytest.mark.parametrize(
    ("peer", "text"),
    [
        ("CVE-2020-28493", "http://" + "." * 100_000), ("CVE-2020-6817", "<a style='" + "x:" * 50_000 + "'>t</a>"),
        ("CVE-2024-3651", "https://" + "\u0307" * 50_000 + ".example/"), ("CVE-2021-33503", "http://" + "@" * 50_000),
        ("CVE-2021-39229", "ifttt://" + "a@" + "a" * 50_000 + "/"), ("CVE-2024-24762", "a; " + "x=\\" * 50_000),
    ],
)  # fmt: skip
def test_k12_long_hostile_texts_are_read_or_refused_at_once(peer: str, text: str) -> None:
    gate, _ = closed()
    for take in (
        gate.check_url,
        lambda t: check_chat_url(t, gate),
        parse,
        lambda t: understand(page_item(f"<p>{t}</p>")),
    ):
        try:
            take(text)
        except InvalidError:
            continue


# ---- K13 ----
def _nested(times: int) -> bytes:
    data = b"<rss><channel/></rss>" + b" " * 1_000_000
    for _ in range(times):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize(
    ("peer", "body", "coding"),
    [
        ("CVE-2026-29065", gzip.compress(b"a" * 40_000_000), "gzip"),
        ("CVE-2026-29065", zlib.compress(b"a" * 40_000_000), "deflate"),
        ("CVE-2026-29065", _nested(10), "gzip"),
        ("CVE-2026-29065", gzip.compress(b"a" * 40_000_000), "gzip, gzip"),
        ("CVE-2026-29065", gzip.compress(b"a" * 1_000_000)[:-20], "gzip"),
    ],
)  # fmt: skip
def test_k13_an_answer_that_unpacks_to_more_is_left(peer: str, body: bytes, coding: str) -> None:
    with HttpSink() as sink:
        sink.say(Reply(200, body, {"Content-Encoding": coding}))
        try:
            got = fetch(Gate(["127.0.0.0/8"]), sink.url, {}, 10_000_000, 20)
        except OutsideError:
            return
        with pytest.raises(InvalidError):
            read_feed(got.body)


# ---- K18 ----
@pytest.mark.parametrize(
    ("peer", "kind", "coding"),
    [
        ("CVE-2021-23727", "application/x-python-serialize", "binary"), ("CVE-2021-23727", "pickle", "binary"),
        ("CVE-2021-23727", "application/x-yaml", "utf-8"), ("CVE-2021-23727", "application/x-msgpack", "binary"),
        ("CVE-2021-23727", "application/x-other", "utf-8"),
    ],
)  # fmt: skip
def test_k18_a_message_that_is_no_json_is_never_opened(peer: str, kind: str, coding: str) -> None:
    app = celery_app("redis://127.0.0.1:1/0")
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.worker_enable_remote_control is False
    with pytest.raises(ContentDisallowed):
        loads(b"cos\nsystem\n(S'true'\ntR.", kind, coding, accept={"application/json"})


def test_k18_a_task_takes_the_name_of_a_stage_and_nothing_else() -> None:
    """CVE-2021-23727 was reached through what a result backend stored: there is none."""
    app = celery_app("redis://127.0.0.1:1/0")
    assert app.conf.task_ignore_result or app.conf.result_backend in (None, "disabled")
    assert json.loads(json.dumps(["ingest"])) == ["ingest"]


# ---- K19 ----
@pytest.mark.parametrize(
    ("peer", "header"),
    [
        ("CVE-2023-32681", "Authorization"), ("CVE-2018-18074", "Proxy-Authorization"), ("CVE-2023-43804", "Cookie"),
        ("CVE-2018-18074", "X-Api-Key"), ("CVE-2023-32681", "X-Hub-Secret"),
    ],
)  # fmt: skip
def test_k19_a_secret_does_not_follow_a_redirect_to_another_origin(peer: str, header: str) -> None:
    with HttpSink() as sink, HttpSink() as other:
        sink.say(Reply(302, b"", {"Location": other.url + "/there"}))
        fetch(Gate(["127.0.0.0/8"]), sink.url, {header: "s3cret"}, 1000, 5)
    assert header.lower() not in other.asked[0].headers
    assert "s3cret" not in str(other.asked[0].headers)
