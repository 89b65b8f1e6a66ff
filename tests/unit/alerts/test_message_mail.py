"""The mail: its text, its HTML, its headers."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts import message
from services.alerts.mail import Envelope, Mail, compose, render_mail
from services.errors import InvalidError
from tests.unit.alerts.message_examples import COUNCIL, DAILY, FOOT, LISTENED, LOS_ANGELES, RENT, SENT, SITE

ENVELOPE = Envelope("msg_7h2kq9", "Tocsin <alerts@news-alerts.example>", "dana@policy-desk.example", SENT, LOS_ANGELES)
BARE = message.AlertFacts("s", "new", "Short", None, "", message.Clock(SENT, SENT, SENT), (message.Asked("1", "X"),))


def read(body: bytes) -> EmailMessage:
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_the_text_says_what_why_when_and_how_to_leave() -> None:
    text = render_mail(COUNCIL, FOOT).text
    for line in (
        "work with immigration officers\nInland Courier, today 09:12, also in 14 outlets",
        "early Thursday, barring police from\n  honouring *detainers* without a judge’s warrant.\"",
        "Read it:\nhttps://inlandcourier.example/2026/11/19/council-vote",
        "WHY YOU GOT THIS\n\nTopic       Sanctuary city: first sentence of the lead",
        "Meets       Sanctuary city, San Bernardino\n            Detainers, California",
        "Seen      09:13:31  87 s later",
        "Sent      09:13:34   2 s later   (Los Angeles time)",
        "Mute this story        https://news-alerts.example/alerts/a1k9/mute",
        "\n-- \nWhat was listened to: 2,318 articles from 48 sources",
        "Unsubscribe: https://news-alerts.example/u/9QeTz\n",
        "Message msg_7h2kq9",
    ):  # fmt: skip
        assert line in text


def test_no_line_of_text_is_longer_than_72_but_for_an_address() -> None:
    for facts in (COUNCIL, DAILY):
        lines = render_mail(facts, FOOT).text.splitlines()
        assert [line for line in lines if len(line) > 72 and "https://" not in line] == []


def test_links_that_are_not_given_are_not_shown() -> None:
    mail = render_mail(BARE, message.Foot("msg_1"))
    for words in ("Mute", "See it", "Was this right", "WAS THIS RIGHT", "Unsubscribe", "outlets", "Read it", "href="):
        assert words not in mail.html + mail.text


def test_a_digest_groups_numbers_and_proves_silence() -> None:
    text = render_mail(DAILY, FOOT).text
    assert text.startswith("3 stories since yesterday\n\n\nDETAINERS, CALIFORNIA\n\n1. San Joaquin")
    assert "3. Correction: Pasadena board" in text
    assert "You were told of this story on Tuesday 09:13." in text
    assert "Failing      Colton Star since yesterday 23:53. It concerns Detainers," in text
    assert "Longest gap  9 hours 20 minutes, Colton Star." in text


def test_when_all_was_well_the_proof_is_one_sentence_without_a_box() -> None:
    well = message.Listened(SENT - timedelta(days=1), 2318, 48)
    mail = render_mail(DAILY, replace(FOOT, listened=well))
    assert "All were healthy the whole time." in mail.html
    assert 'class="warn"' not in mail.html


def test_a_digest_stops_at_50_stories_and_says_how_many_more() -> None:
    many = replace(DAILY, sections=(message.Section("All", (COUNCIL,) * 62),), more_url=f"{SITE}/alerts")
    mail = render_mail(many, FOOT)
    assert mail.subject == "62 stories for Thursday 19 November"
    assert "and 12 more\nhttps://news-alerts.example/alerts" in mail.text
    assert "and 12 more" in mail.html
    assert len(mail.html.encode()) < 100_000


def test_a_digest_of_long_stories_stays_below_what_mail_programs_cut() -> None:
    long = replace(
        COUNCIL,
        title="t" * 500,
        outlet="o" * 500,
        evidence=message.Evidence("ü" * 5000),
        url="https://n.example/" + "u" * 1500,
    )
    html = render_mail(replace(DAILY, sections=(message.Section("All", (long,) * 60),)), FOOT).html  # fmt: skip
    assert len(html.encode()) < 100_000


def test_a_group_of_one_reads_like_an_alert() -> None:
    group = replace(DAILY, cadence="group", sections=(message.Section("X", (COUNCIL,)),))
    assert render_mail(group, FOOT) == render_mail(COUNCIL, FOOT)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert compose(render_mail(COUNCIL, FOOT), ENVELOPE) == compose(render_mail(COUNCIL, FOOT), ENVELOPE)


def test_the_headers_make_one_thread_once_and_easy_to_leave() -> None:
    envelope = replace(
        ENVELOPE,
        list_id="s7",
        list_name='Städte "A"\r\nBcc: x@y.example',
        unsubscribe=f"{SITE}/u/" + "abcDEF123_-" * 12,
        unsubscribe_mail="leave+9QeTz@news-alerts.example",
        thread=("msg_a", "msg_b"),
        feedback_id="s7:alert:tocsin",
    )
    body = compose(render_mail(replace(RENT), FOOT), envelope)
    message = read(body)
    assert message["Subject"] == "Correction: Pasadena board raises the rent cap to 3 per cent"
    assert message["Message-ID"] == "<msg_7h2kq9@news-alerts.example>"
    assert message["Date"] == "Thu, 19 Nov 2026 09:13:34 -0800"
    assert message["In-Reply-To"] == "<msg_b@news-alerts.example>"
    assert message["References"].split() == ["<msg_a@news-alerts.example>", "<msg_b@news-alerts.example>"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{envelope.unsubscribe}>,\r\n <mailto:leave+9QeTz@" in body.decode()
    assert message["List-Id"].endswith(" <s7.news-alerts.example>")
    assert message["Bcc"] is None


def test_one_click_is_only_promised_over_https() -> None:
    message = read(compose(Mail("s", "t"), replace(ENVELOPE, unsubscribe="http://127.0.0.1:8000/u/x")))
    assert message["List-Unsubscribe-Post"] is None
    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/x>"


@settings(max_examples=60, deadline=None)
@given(title=st.text(max_size=300), name=st.text(max_size=60))
def test_whatever_a_title_holds_the_headers_are_ours_and_lines_are_short_ascii(title: str, name: str) -> None:
    sender = Envelope("msg_1", "Tocsin <alerts@news-alerts.example>", "a@b.example", SENT, list_id="s1", list_name=name)
    body = compose(Mail(title, title, f"<p>{'x' * 3000}</p>"), sender)
    message = read(body)
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message["To"].addresses[0].addr_spec == "a@b.example"
    assert body.isascii()
    assert max(map(len, body.split(b"\r\n"))) <= 998
    assert b"\n" not in body.replace(b"\r\n", b"")


TAGS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "p", "a", "b", "br"}
TAGS |= {"h1", "h2", "h3"}
NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</title><svg onload=x>",
        "{{ 7*7 }}{% for x in y %}", "<!--", "]]>", "&lt;b&gt;", "<iframe srcdoc='x'>", "<a href=data:text/html,x>",
        "\u202e\x00",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(NASTY | st.text(max_size=40), min_size=8, max_size=8))
def test_whatever_a_text_holds_the_html_stays_text_and_http_links(parts: list[str]) -> None:
    one, two, three, four, five, six, seven, eight = parts
    story = replace(
        COUNCIL,
        title=one,
        outlet=two,
        url=three,
        evidence=message.Evidence(four, ((0, 3),)),
        clauses=(message.Clause(five, six, seven),),
        asked=(message.Asked("1", eight), message.Asked("2", one)),
        note=two,
        links=message.Links(why=three, mute=four, copies=five, feedback=((six, seven),)),
    )
    digest = message.DigestFacts("daily", SENT, SENT, (message.Section(eight, (story,)),), more=3, more_url=one)
    foot = replace(FOOT, to=two, unsubscribe=three, listened=LISTENED)
    for facts in (story, digest):
        tree = lxml.html.document_fromstring(render_mail(facts, foot).html)
        tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
        assert tags <= TAGS
        for element in tree.iter("a"):
            assert str(element.get("href", "")).startswith(("https://", "http://"))
        attributes = {name for element in tree.iter() for name in element.attrib}
        assert not {name for name in attributes if str(name).startswith("on") or name in {"src", "srcdoc"}}


@pytest.mark.parametrize("sender", ["", "Tocsin", "no address"])
def test_a_sender_without_an_address_is_a_mistake_of_the_settings(sender: str) -> None:
    with pytest.raises(Exception, match="is not a sender"):
        compose(Mail("s", "t"), replace(ENVELOPE, sender=sender))


INJECTED = [
    "=?utf-8?q?x=0d=0aBcc:_evil@e.example?=", "=?utf-8?q?x=0d=0aBcc: evil@e.example?= more", "=?utf-8?b?eA0KQmNjOiBhQGIuZXhhbXBsZQ==?=",
    "=?utf-8?q?=0aX-Evil:_1?=", "==?utf-8?q?=0d=0aBcc:_a@b.example?=", "é =?utf-8?q?=0d=0aBcc:_a@b.example?=",
    "x\r\nBcc: a@b.example", "x\nBcc: a@b.example", "x\rBcc: a@b.example", "x\u2028Bcc: a@b.example", "x\x85Bcc: a@b.example",
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTED)
@pytest.mark.parametrize("where", ["subject", "list_name", "sender"])
def test_no_text_of_others_adds_a_header(text: str, where: str) -> None:
    """E1, E2; K17, as CVE-2019-11236, CVE-2020-26137 and CVE-2020-7695: the standard library decodes an encoded word."""
    sender = f"{text} <alerts@example.org>" if where == "sender" else "Tocsin <alerts@example.org>"
    if where == "sender" and any(sign in text for sign in "\r\n"):
        sender = "Tocsin <alerts@example.org>"
    envelope = Envelope(
        id="d1", sender=sender, to="ana@example.org", date=SENT, list_id="s1",
        list_name=text if where == "list_name" else "Goats",
    )  # fmt: skip
    try:
        body = compose(Mail(text if where == "subject" else "Goats", "text"), envelope)
    except InvalidError:
        return
    read = email.message_from_bytes(body, policy=email.policy.SMTP)
    assert {"bcc", "x-evil"} & {name.lower() for name in read} == set()
    assert len(read["to"].addresses) == 1
    assert b"\nBcc" not in body
