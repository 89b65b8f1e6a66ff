"""A mail server is told a name and password only behind a handshake with a certificate that holds."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.guard import Gate
from services.store.states import Health
from services.store.tables import Article
from services.store.work import Store
from tests.certificates import contexts
from tests.feed_site import FeedSite
from tests.http_sink import HttpSink
from tests.imap_sink import ImapServer
from tests.integration.test_mail_sources import letter
from tests.newsroom import Newsroom

HOST = "mail.example"


@pytest.fixture
def room(store: Store) -> Iterator[Newsroom]:
    with FeedSite() as site:
        yield Newsroom(store, site)


def leads_to(server: ImapServer) -> Gate:
    """Give a gate that finds the server behind a public address, where nothing is lifted."""
    return Gate(
        look_up=lambda _host, _port: ["93.184.215.14"],
        dial=lambda _address, _port, timeout_s: socket.create_connection(("127.0.0.1", server.port), timeout_s),
    )


def trust(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Trust the certificate as an operator does whose mail server has one of its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "server.pem"))


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_a_folder_is_read_behind_a_certificate_that_holds(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    context, _ = contexts(tmp_path, names=(HOST,))
    trust(monkeypatch, tmp_path)
    with ImapServer([letter(1)], **{"tls" if scheme == "imaps" else "starttls": context}) as server:
        room.gate = leads_to(server)
        room.watch(f"{scheme}://reader:secret@{HOST}/News")
        room.poll()
    assert [row.title for row in room.all(Article)] == ["Letter 1"]
    assert room.health() is Health.HEALTHY
    assert server.handshakes == 1
    before = server.asked[: server.asked.index("STARTTLS") + 1] if scheme == "imap" else []
    assert set(before) <= {"CAPABILITY", "STARTTLS"}
    assert server.asked[len(before) :].count('LOGIN reader "secret"') == 1


@pytest.mark.parametrize(
    ("names", "expired", "trusted", "why"),
    [
        ((HOST,), False, False, "self-signed certificate"),
        ((HOST,), True, True, "certificate has expired"),
        (("other.example",), False, True, f"certificate is not valid for '{HOST}'"),
    ],
)
@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_a_certificate_that_does_not_hold_is_the_sources_reason_and_nothing_is_told(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, names: tuple[str, ...], expired: bool,
    trusted: bool, why: str,
) -> None:  # fmt: skip
    context, _ = contexts(tmp_path, names=names, expired=expired)
    if trusted:
        trust(monkeypatch, tmp_path)
    with ImapServer([letter(1)], **{"tls" if scheme == "imaps" else "starttls": context}) as server:
        room.gate = leads_to(server)
        room.watch(f"{scheme}://reader:secret@{HOST}/News")
        room.poll()
    assert room.health() is Health.FAILING
    assert (room.row().reason or "").startswith(f"The certificate of {HOST} was not accepted: ")
    assert why in (room.row().reason or "")
    assert not any("LOGIN" in command or "secret" in command for command in server.asked)
    assert room.all(Article) == []


def test_a_server_that_offers_no_starttls_is_told_nothing(room: Newsroom) -> None:
    with ImapServer([letter(1)]) as server:
        room.gate = leads_to(server)
        room.watch(f"imap://reader:secret@{HOST}/News")
        room.poll()
    assert room.health() is Health.FAILING
    assert not any("LOGIN" in command for command in server.asked)


def test_a_password_that_a_server_repeats_is_not_kept(room: Newsroom) -> None:
    with ImapServer([]) as server:
        room.watch(f"imap://reader:mistyped-one@{HOST}:{server.port}/News")
        room.poll()
    assert "wrong password" in (room.row().reason or "")
    assert "mistyped" not in (room.row().reason or "")


def test_a_feed_whose_certificate_does_not_hold_says_so(room: Newsroom, tmp_path: Path) -> None:
    context, _ = contexts(tmp_path, expired=True)
    with HttpSink(tls=context) as sink:
        room.watch(sink.url + "/feed")
        room.poll()
    assert "certificate was not accepted" in (room.row().reason or "")
    assert sink.asked == []
