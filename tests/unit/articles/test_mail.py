"""A newsletter becomes an article: what it tells counts, what every mail says does not."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from services.articles.mail import looks_like_mail, read_mail
from services.articles.read import understand
from services.articles.sniff import read_any
from services.errors import InvalidError

HTML = """<html><head><style>p {color: red}</style></head><body><table><tr><td><a href="https://ledger.example/n/17">View in
browser</a></td></tr><tr><td><h2><a href="https://ledger.example/1">Oakton becomes a sanctuary city</a></h2>
<p>The council voted 5-2 on Monday.</p></td></tr><tr><td><p>Rents are capped from June on.</p></td></tr>
<tr><td>You are receiving this because you signed up. <a href="https://ledger.example/u">Unsubscribe</a></td></tr></table></body></html>"""


def letter(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {"From": "The Ledger <news@ledger.example>", "To": "desk@office.example", "Subject": "Der Überblick: sanctuary 漢字",
             "Date": "Mon, 04 May 2026 09:00:00 +0000 (UTC)", "Message-ID": "<17@ledger.example>"}  # fmt: skip
    for name, value in (given | headers).items():
        mail[name] = value
    return mail


def newsletter(**headers: str) -> bytes:
    mail = letter(**headers)
    mail.set_content("The council voted 5-2 on Monday.")
    mail.add_alternative(HTML, subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes()


def test_a_newsletter_is_an_article() -> None:
    (item,) = read_any(newsletter(), name="letter.eml")
    assert (item.external_id, item.title) == ("17@ledger.example", "Der Überblick: sanctuary 漢字")
    assert (item.authors, item.url) == (("The Ledger",), "https://ledger.example/n/17")
    assert item.published == datetime(2026, 5, 4, 9, tzinfo=UTC)
    told = understand(item)
    words = " ".join(told.text[p.start : p.end] for p in told.passages if p.zone in ("lead", "body"))
    assert "Oakton becomes a sanctuary city" in words  # a headline that is a link is what a newsletter tells
    assert "Rents are capped" in words
    assert "Unsubscribe" not in told.text
    assert "browser" not in told.text


def test_a_mail_of_plain_text_is_read_in_its_encoding() -> None:
    mail = letter()
    mail.set_content("Im Rat gab es Überraschungen.\n\nTo unsubscribe, write to us.\n", charset="iso-8859-1")
    item = read_mail(mail.as_bytes())
    assert (item.text, item.url) == ("Im Rat gab es Überraschungen.", None)


def test_a_mail_in_a_mailbox_file_is_read_without_its_mark() -> None:
    assert (
        read_mail(b"From news@ledger.example Mon May  4 09:00:00 2026\n" + newsletter()).external_id
        == "17@ledger.example"
    )


@pytest.mark.parametrize(
    ("data", "is_mail"),
    [
        (newsletter(), True),
        (newsletter().replace(b"\n", b"\r\n"), True),
        (b"From: the mayor\n\nDear citizens.", False),
        (b"From: a@b.example\nDate: today\n\nx", True),
        (b"Subject: x\nFrom here on nothing is a header\n\nx", False),
        (b"The council voted.\n\nFrom: x\nDate: y\n", False),
        (b"", False),
    ],
)
def test_mails_are_told_from_texts(data: bytes, is_mail: bool) -> None:
    assert looks_like_mail(data) is is_mail


@pytest.mark.parametrize(
    ("headers", "said"),
    [({"Auto-Submitted": "auto-replied"}, "automatic answer"), ({"Return-Path": "<>"}, "report of a mail server")],
)
def test_what_nobody_wrote_to_be_read_is_refused(headers: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        read_mail(newsletter(**headers))


@pytest.mark.parametrize(
    "data",
    [
        b"From: =?utf-8?q?=00=FF?= <a@b>\nDate: x\nSubject: =?x-none?b?!!!?=\n\nx",
        b"From: a\nDate: x\nContent-Type: multipart/mixed; boundary=\n\n--\n",
        b"From: a\nDate: x\nContent-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: base64\n\n!!!!",
        b'From: a\nDate: x\nContent-Type: text/html; charset="\0"\n\n<p>x',
        b"From: a\nDate: x\nContent-Type: "
        + b"multipart/mixed; boundary=a\n\n--a\nContent-Type: " * 200
        + b"text/plain\n\nx",
        b"From: " + b"(" * 50_000 + b"\nDate: x\n\nx",
        b"From: a\nDate: x\n\n" + b"\xff\0" * 1000,
    ],
)
def test_broken_mails_are_read_or_refused(data: bytes) -> None:
    with suppress(InvalidError):
        assert read_mail(data).external_id
