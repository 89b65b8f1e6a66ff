"""Mail against a real SMTP server whose answers are scripted."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.alerts.retry import Outcome
from services.channels.email import Mailer
from services.channels.mail_folder import MailFolder
from services.channels.outgoing import Outgoing, SendError
from services.channels.smtp_server import Security, SmtpServer, read_smtp_url
from tests.certificates import contexts
from tests.sinks import DROP, SmtpSink

SENDER = "Tocsin <alerts@news-alerts.example>"
BODY = b"Subject: x\r\nMessage-ID: <msg_1@news-alerts.example>\r\n\r\nfirst\r\n.\r\n..dots\r\nlast\r\n"
MAIL = Outgoing("msg_1", "x", BODY)
ANA = "ana@example.org"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


def mailer(sink: SmtpSink, **given: float) -> Mailer:
    return Mailer(read_smtp_url(f"smtp://127.0.0.1:{sink.port}"), SENDER, timeout_s=given.get("timeout_s", 5.0))


def refused(act: Callable[[], object]) -> SendError:
    with pytest.raises(SendError) as caught:
        act()
    return caught.value


def test_a_mail_arrives_byte_for_byte_at_its_one_recipient(sink: SmtpSink) -> None:
    accepted = mailer(sink).send(MAIL, ANA)
    assert (accepted.code, sink.letters[0].body) == ("250", BODY)
    assert (sink.letters[0].sender, sink.letters[0].recipients) == ("alerts@news-alerts.example", (ANA,))


def test_bounces_go_to_the_return_path(sink: SmtpSink) -> None:
    mailer(sink).send(Outgoing("msg_1", "x", BODY, return_path="b+77@news-alerts.example"), ANA)
    assert sink.letters[0].sender == "b+77@news-alerts.example"


def test_one_connection_carries_many_mails(sink: SmtpSink) -> None:
    sender = mailer(sink)
    for _ in range(5):
        sender.send(MAIL, ANA)
    assert (len(sink.letters), sink.sessions) == (5, 1)


def test_a_connection_that_the_server_closed_is_opened_again(sink: SmtpSink) -> None:
    sender = mailer(sink)
    sender.send(MAIL, ANA)
    sender._own.smtp.sock.shutdown(socket.SHUT_RDWR)
    sender.send(MAIL, ANA)
    assert (len(sink.letters), sink.sessions) == (2, 2)


@pytest.mark.parametrize(
    ("stage", "answer", "outcome", "code"),
    [
        ("CONNECT", "421 4.3.2 shutting down", Outcome.RETRY, "421"),
        ("CONNECT", "554 5.7.1 go away", Outcome.CONFIG, "554"),
        ("CONNECT", DROP, Outcome.RETRY, "connect"),
        ("MAIL", "450 4.7.1 slow down", Outcome.RETRY, "450"),
        ("MAIL", "530 5.7.0 sign in first", Outcome.CONFIG, "530"),
        ("MAIL", "550 5.7.1 not this sender", Outcome.PERMANENT, "550"),
        ("MAIL", DROP, Outcome.RETRY, "connect"),
        ("RCPT", "451 4.3.0 greylisted", Outcome.RETRY, "451"),
        ("RCPT", "452 4.2.2 mailbox full", Outcome.RETRY, "452"),
        ("RCPT", "550 5.1.1 no such user", Outcome.PERMANENT, "550"),
        ("RCPT", "552 5.2.2 full", Outcome.PERMANENT, "552"),
        ("RCPT", "554 5.7.1 blocked", Outcome.PERMANENT, "554"),
        ("RCPT", DROP, Outcome.RETRY, "connect"),
        ("DATA", "451 4.3.0 not now", Outcome.RETRY, "451"),
        ("DATA", "554 5.5.1 no", Outcome.PERMANENT, "554"),
        ("DATA", DROP, Outcome.RETRY, "connect"),
        ("END", "451 4.3.0 try later", Outcome.RETRY, "451"),
        ("END", "452 4.3.1 no space", Outcome.RETRY, "452"),
        ("END", "550 5.7.1 looks like spam", Outcome.PERMANENT, "550"),
        ("END", "552 5.3.4 too big", Outcome.PERMANENT, "552"),
        ("END", DROP, Outcome.UNCERTAIN, "no_answer"),
    ],
)
def test_each_refusal_has_its_class(sink: SmtpSink, stage: str, answer: str, outcome: Outcome, code: str) -> None:
    sink.say(stage, answer)
    begun: list[str] = []
    error = refused(lambda: mailer(sink).send(MAIL, ANA, lambda: begun.append("inflight")))
    assert (error.outcome, error.code) == (outcome, code)
    assert error.permanent is (outcome is Outcome.PERMANENT)
    assert begun == (["inflight"] if stage == "END" else [])


def test_after_a_refusal_the_same_connection_takes_the_next_mail(sink: SmtpSink) -> None:
    sender = mailer(sink)
    sink.say("RCPT", "550 5.1.1 no such user")
    refused(lambda: sender.send(MAIL, ANA))
    sender.send(MAIL, "bo@example.org")
    assert ([letter.recipients for letter in sink.letters], sink.sessions) == ([("bo@example.org",)], 1)


def test_a_mail_dropped_after_it_arrived_is_in_the_ledger_before_the_answer(tmp_path: Path) -> None:
    with SmtpSink(ledger=tmp_path / "ledger.jsonl") as sink:
        sink.say("END", DROP)
        refused(lambda: mailer(sink).send(MAIL, ANA))
    entry = json.loads((tmp_path / "ledger.jsonl").read_text())
    assert (entry["sink"], entry["id"], entry["seq"], entry["action"]) == ("smtp", "msg_1", 1, "accepted_then_cut")


def test_a_stopped_send_leaves_nothing_at_the_server(sink: SmtpSink) -> None:
    sender = mailer(sink)

    def stop() -> None:
        raise KeyError("fence")

    with pytest.raises(KeyError):
        sender.send(MAIL, ANA, stop)
    sender.send(MAIL, ANA)
    assert len(sink.letters) == 1


def test_a_slow_server_before_the_mail_is_not_uncertain() -> None:
    error = refused(lambda: Mailer(SmtpServer("127.0.0.1", 1, Security.NONE), SENDER, timeout_s=2).send(MAIL, ANA))
    assert (error.outcome, error.code) == (Outcome.RETRY, "connect")


@pytest.mark.parametrize("address", ["ána@example.org", "ana@example.org>\r\nRCPT TO:<bo@example.org"])
def test_an_address_that_is_none_never_reaches_the_server(sink: SmtpSink, address: str) -> None:
    error = refused(lambda: mailer(sink).send(MAIL, address))
    assert (error.outcome, error.code, sink.sessions) == (Outcome.PERMANENT, "bad_address", 0)


def test_the_recipient_is_not_in_what_is_stored(sink: SmtpSink) -> None:
    sink.say("RCPT", f"550 5.1.1 <{ANA}> is unknown")
    error = refused(lambda: mailer(sink).send(MAIL, ANA))
    assert ANA not in error.detail
    assert "5.1.1" in error.detail


@pytest.mark.parametrize("implicit", [True, False])
def test_tls_is_used_with_a_certificate_that_is_trusted(tmp_path: Path, implicit: bool) -> None:
    server, trusting = contexts(tmp_path)
    way = Security.TLS if implicit else Security.STARTTLS
    with SmtpSink(tls=server, implicit_tls=implicit) as sink:
        Mailer(SmtpServer("127.0.0.1", sink.port, way), SENDER, tls=trusting).send(MAIL, ANA)
        assert len(sink.letters) == 1


def test_an_unknown_certificate_is_a_matter_of_settings(tmp_path: Path) -> None:
    server, _ = contexts(tmp_path)
    with SmtpSink(tls=server) as sink:
        error = refused(lambda: Mailer(SmtpServer("127.0.0.1", sink.port, Security.STARTTLS), SENDER).send(MAIL, ANA))
    assert (error.outcome, error.code, sink.letters) == (Outcome.CONFIG, "tls", [])


def test_without_starttls_nothing_is_sent_in_clear() -> None:
    with SmtpSink(password="s3cret") as sink:
        server = SmtpServer("127.0.0.1", sink.port, Security.STARTTLS, "ana", "s3cret")
        error = refused(lambda: Mailer(server, SENDER).send(MAIL, ANA))
    assert (error.outcome, error.code, sink.letters) == (Outcome.CONFIG, "tls", [])


def test_a_wrong_password_is_a_matter_of_settings_and_not_shown() -> None:
    with SmtpSink(password="right-one") as sink:
        address = f"smtp://ana:wr0ng-one@127.0.0.1:{sink.port}"
        error = refused(lambda: Mailer(read_smtp_url(address), SENDER).send(MAIL, ANA))
        assert (error.outcome, error.code) == (Outcome.CONFIG, "535")
        assert "wr0ng-one" not in error.detail + error.message
        Mailer(read_smtp_url(address.replace("wr0ng", "right")), SENDER).send(MAIL, ANA)


def test_the_folder_keeps_a_mail_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    folder.send(MAIL, ANA)
    folder.send(MAIL, ANA)
    kept = list((tmp_path / "mail").iterdir())
    assert [path.name for path in kept] == ["msg_1.eml"]
    assert (kept[0].read_bytes(), kept[0].stat().st_mode & 0o777) == (BODY, 0o600)


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    error = refused(lambda: MailFolder(tmp_path / "mail").send(MAIL, ANA))
    assert (error.outcome, error.code) == (Outcome.RETRY, "folder")
