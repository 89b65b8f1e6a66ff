"""Addresses people type: of mailboxes, mail servers, webhooks; and what is stored of answers."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime

import pytest

from services.channels import verify
from services.channels.outgoing import MOST_DETAIL, scrub, secrets_of
from services.channels.smtp_server import Security, SmtpServer, read_smtp_url
from services.channels.webhook import check_webhook_url, new_secret
from services.errors import InvalidError
from services.guard import Gate
from services.recipient import check_address

PUBLIC = Gate(look_up=lambda _host, _port: ["93.184.215.14"])
NOW = datetime(2026, 11, 19, 17, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@example.org", "ana@example.org"),
        (" Ana.B+x@Example.ORG ", "Ana.B+x@example.org"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@localhost", "ana@localhost"),
    ],
)
def test_one_address_is_taken(typed: str, kept: str) -> None:
    assert check_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "ana", "@example.org", "ana@", "a@b, c@d", "a@b c@d", "ana@example", '"x"@b.example',
     "x@b.example\r\nBcc: y@b",
     "a@b@c.example", "ana@-x.example", "ana@x..example", "a" * 65 + "@example.org", "a..b@example.org",
     "ana@exa_mple.org",
     "Ana <ana@example.org>", "ana@[127.0.0.1]", "a\x00@example.org", ", ".join(["a@b.example"] * 1000)],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(InvalidError, match="Enter an e-mail address, such as name@office"):
        check_address(typed, "/address")


@pytest.mark.parametrize("typed", ["jörg@example.org", "ana\u202e@example.org", "\ud800@example.org"])
def test_letters_that_mail_servers_do_not_take_are_named(typed: str) -> None:
    with pytest.raises(InvalidError, match="only plain letters before the @, found '"):
        check_address(typed, "/address")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25, Security.NONE)),
        ("smtp://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, Security.NONE)),
        ("smtp://ana:pass@localhost:2525", SmtpServer("localhost", 2525, Security.NONE, "ana", "pass")),
        ("smtps://ana:p%40ss@mail.example", SmtpServer("mail.example", 465, Security.TLS, "ana", "p@ss")),
        ("smtp+starttls://a%40b:p@mail.example:25", SmtpServer("mail.example", 25, Security.STARTTLS, "a@b", "p")),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, server: SmtpServer) -> None:
    assert read_smtp_url(url) == server
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x", "smtp://mail.example?smtp=127.0.0.1",
     "smtp://mail.example/path", "smtp://ana:pass@mail.example"],
)  # fmt: skip
def test_another_address_of_a_mail_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidError, match="TOCSIN_SMTP_URL"):
        read_smtp_url(url)


def test_a_webhook_goes_by_https() -> None:
    check_webhook_url("https://hooks.example/x", PUBLIC)
    with pytest.raises(InvalidError, match="starts with https://") as caught:
        check_webhook_url("http://hooks.example/x", PUBLIC, field="/url")
    assert caught.value.field == "/url"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "https://localhost/", "https://10.0.0.1/", "https://[::1]:8443/"]
)
def test_a_webhook_does_not_go_inside_unless_the_operator_allows_it(url: str) -> None:
    with pytest.raises(InvalidError, match="is on a private network"):
        check_webhook_url(url, Gate())


def test_a_webhook_may_go_by_http_where_the_operator_allows_it() -> None:
    check_webhook_url("http://127.0.0.1:9009/x", Gate(["127.0.0.0/8"]))


def test_secrets_differ_and_hold_256_bits() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(first) == len("whsec_") + 44


def test_a_webhooks_label_hides_its_address() -> None:
    assert verify.checked_webhook(" https://hooks.example/t/s3cret-token ", PUBLIC) == (
        "https://hooks.example/t/s3cret-token",
        "hooks.example …oken",
    )


def test_what_is_stored_of_an_answer_is_one_short_line_without_secrets() -> None:
    text = scrub("a\r\nb\x1b[31m tok3n-value \u2028" + "ü" * 9000, "tok3n-value", "")
    assert text.startswith("a b [31m … ü")
    assert len(text.encode()) <= MOST_DETAIL


@pytest.mark.parametrize(
    "said",
    [
        "Cannot POST /services/T0001/s3cret-token?key=other%20secret",
        "POST https://ana:pa%20ss-w0rd@hooks.example/services/T0001/s3cret-token?key=other%20secret failed",
        "authorization: Basic YW5hOnBhIHNzLXcwcmQ=",
        "token s3cret-token and other secret are unknown to ana:pa ss-w0rd",
    ],
)
def test_a_page_of_errors_that_repeats_the_address_tells_nothing_of_it(said: str) -> None:
    url = "https://ana:pa%20ss-w0rd@hooks.example/services/T0001/s3cret-token?key=other%20secret"
    kept = scrub(said, *secrets_of(url))
    for secret in ("s3cret", "other", "w0rd", "YW5h"):
        assert secret not in kept


def test_words_of_an_answer_stay_although_they_stand_in_the_address() -> None:
    assert scrub("the hook is gone", *secrets_of("https://hooks.example/hook/news")) == "the hook is gone"


def confirming(kind: str, target: str, link: str | None = None) -> tuple[str, bytes]:
    sender = "Tocsin <alerts@news-alerts.example>"
    return verify.message(kind, target, sender=sender, link=link, id_="msg_1", now=NOW)


def test_a_mailbox_is_confirmed_by_a_link() -> None:
    subject, body = confirming("email", "ana@example.org", "https://news-alerts.example/c/t0")
    message = email.message_from_bytes(body)
    assert (message["To"], message["Subject"]) == ("ana@example.org", subject)
    assert message["Message-ID"] == "<msg_1@news-alerts.example>"
    assert "https://news-alerts.example/c/t0" in str(message.get_payload())


def test_webhooks_and_chats_are_confirmed_by_a_test_message() -> None:
    _, body = confirming("webhook", "https://hooks.example/x")
    assert json.loads(body)["type"] == "channel.test"
    title, text = confirming("chat", "ntfys://ntfy.example.org/topic9")
    assert (title, text.startswith(b"Alerts will come here")) == ("Tocsin can reach this channel", True)
