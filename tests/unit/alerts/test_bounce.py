"""Mail that comes back: reports are read, and nothing is believed that carries no token of ours."""

from __future__ import annotations

import pytest

from services.alerts.bounce import Leave, leave_address, read, return_path

ID, MARK = "msg_" + "0123456789abcdef0123456789", "Ab_cdef-12"
BACK = return_path("bounces@office.example", ID, MARK + "more")


def report(to: str, *, action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 no such user") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; ana@example.org\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {said}\r\n"
        "\r\n--x--\r\n"
    ).encode()


def test_a_report_names_its_delivery_and_what_became_of_it() -> None:
    assert BACK == "bounces+b.0123456789abcdef0123456789.Ab_cdef-12@office.example"
    found = read(report(BACK))
    assert found is not None
    assert not isinstance(found, Leave)
    assert (found.delivery, found.mark, found.status, found.hard) == (ID, MARK, "5.1.1", True)
    assert found.said == "smtp; 550 no such user"


@pytest.mark.parametrize(
    ("action", "status", "hard"),
    [("failed", "5.1.1", True), ("failed", "5.2.2", False), ("failed", "4.4.1", False), ("delayed", "5.1.1", False)],
)
def test_only_a_mailbox_that_does_not_exist_is_a_hard_bounce(action: str, status: str, hard: bool) -> None:
    found = read(report(BACK, action=action, status=status))
    assert found is not None
    assert not isinstance(found, Leave)
    assert found.hard is hard


@pytest.mark.parametrize(
    "mail",
    [
        report("bounces@office.example"), report("bounces+b.0123.x@office.example"), b"", b"\x00\xff" * 1000,
        f"To: {BACK}\r\n\r\nOut of office\r\n".encode(), b"To: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_report_of_ours_is_nothing(mail: bytes) -> None:
    assert read(mail) is None


def test_a_mail_that_asks_to_leave_gives_its_token() -> None:
    token = "t" * 32
    assert read(f"To: {leave_address('bounces@office.example', token)}\r\n\r\n".encode()) == Leave(token)
