"""Chat messages and webhook bodies."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from services.alerts.body import webhook_body
from services.alerts.chat import FORMS, notice_text, render_chat
from services.alerts.message import Evidence, Section
from tests.unit.alerts.message_examples import COUNCIL, DAILY, FOOT, LISTENED, RENT, marked

PUSHY = "@everyone <!channel> <@U123> *bold* [x](javascript:alert(1)) `c` <b>tag</b> & ~s~ _i_ @here"


def test_slack_gets_the_story_in_its_own_markup() -> None:
    lines = render_chat(COUNCIL, FOOT, "slack").body.splitlines()
    url = "https://inlandcourier.example/2026/11/19/council-vote"
    assert lines[0] == f"*<{url}|San Bernardino council votes 5–2 to limit work with immigration officers>*"
    assert lines[1] == "Inland Courier, also in 14 outlets"
    assert "*sanctuary city* early Thursday" in lines[2]
    assert lines[2].startswith("> ")
    assert lines[3].startswith("*Why:* Sanctuary city: first sentence of the lead. ")
    assert lines[4] == "_Published 09:12:04, seen 09:13:31, matched 09:13:32, sent 09:13:34_"
    assert lines[5].startswith("<https://news-alerts.example/alerts/a1k9|Why and feedback> · ")


def test_discord_opens_no_card() -> None:
    assert "](<https://inlandcourier.example/2026/11/19/council-vote>)**" in render_chat(COUNCIL, FOOT, "discord").body


def test_a_short_form_says_it_in_three_lines() -> None:
    text = render_chat(COUNCIL, FOOT, "ntfy")
    assert text.title == "San Bernardino council votes 5–2 to limit work with immigration officers"
    assert text.body.splitlines() == [
        "Inland Courier +14. Why: Sanctuary city; San Bernardino, California",
        "https://inlandcourier.example/2026/11/19/council-vote",
    ]


def test_an_sms_fits_and_keeps_its_link() -> None:
    text = render_chat(COUNCIL, FOOT, "sms")
    assert len(text.body) <= 160
    assert text.body.endswith("\nhttps://news-alerts.example/alerts/a1k9")


@pytest.mark.parametrize("service", FORMS)
@pytest.mark.parametrize(
    "story",
    [
        replace(COUNCIL, evidence=Evidence("word " * 3000, ((5000, 5004),))),
        replace(COUNCIL, title="title " * 500),
        replace(COUNCIL, clauses=COUNCIL.clauses * 60),
        replace(COUNCIL, title=PUSHY * 20, outlet=PUSHY * 20, evidence=marked(PUSHY * 50, "bold")),
        replace(COUNCIL, url=None, evidence=None, clauses=(), links=replace(COUNCIL.links, why=None, mute=None)),
    ],
    ids=["sentence", "title", "clauses", "signs", "bare"],
)
def test_a_message_never_passes_the_limit_and_keeps_its_headline(service: str, story: object) -> None:
    text = render_chat(story, FOOT, service)  # type: ignore[arg-type]
    assert 0 < len(text.body) <= FORMS[service].limit
    many = replace(DAILY, sections=(Section("A", (story,) * 60),))  # type: ignore[arg-type]
    digest = render_chat(many, FOOT, service)
    assert 0 < len(digest.body) <= FORMS[service].limit
    assert "60 stories" in digest.title + digest.body


def test_the_passage_is_cut_before_the_reason() -> None:
    body = render_chat(replace(COUNCIL, evidence=Evidence("word " * 200, ())), FOOT, "teams").body
    assert "Why:" in body
    assert "…" in body
    assert "Mute this story" in body


# What would have a meaning to the service; the others of `FORMS` are read as plain text.
_SLACK = (r"<!channel>", r" \*bold\*", r"(?<!\u200b)`c`", r"(?<!\u200b)~s~")
_MARKDOWN = (r"(?<!\\)\]\(javascript", r"(?<!\\)\*bold", r"(?<!\\)`c", r"(?<!\\)<b>", r"(?<!\\)~s")
WRONG = {
    "slack": _SLACK, "google_chat": _SLACK, "rocketchat": _SLACK, "discord": _MARKDOWN, "teams": _MARKDOWN,
    "mattermost": _MARKDOWN, "gotify": _MARKDOWN, "telegram": (r"<b>tag", r"<!"), "matrix": (r"<b>tag", r"<!"),
}  # fmt: skip


@pytest.mark.parametrize("service", WRONG)
def test_nobody_is_mentioned_and_no_markup_comes_from_outside(service: str) -> None:
    story = replace(COUNCIL, title=PUSHY, outlet=PUSHY, evidence=Evidence(PUSHY))
    digest = replace(DAILY, sections=(Section("A", (story,)),))
    wrong = [r"@everyone", r"@here", r"<@U123>", *WRONG[service]]
    for body in (render_chat(story, FOOT, service).body, render_chat(digest, FOOT, service).body):
        assert [pattern for pattern in wrong if re.search(pattern, body)] == []


def test_a_correction_says_when_it_was_told_before() -> None:
    body = render_chat(RENT, FOOT, "slack").body
    assert body.startswith("*<https://bayherald.example/rent|Correction: Pasadena")
    assert "*Why again:* you were told of this story on Tuesday 09:13." in body


def test_a_digest_lists_the_stories_and_proves_silence() -> None:
    body = render_chat(DAILY, FOOT, "slack").body
    assert body.startswith("*3 stories since yesterday 09:13*\n1. *<https://valleyregister.example/desk|San Joaquin")
    assert "Failing: Colton Star. Quiet: High Desert Mail." in body


@pytest.mark.parametrize("service", FORMS)
def test_a_notice_can_be_written_for_every_service(service: str) -> None:
    text = notice_text("Tocsin can reach this channel", "Nothing to do.", service)
    assert "Tocsin can reach this channel" in text.title + text.body


def test_a_webhook_gets_the_words_of_the_api() -> None:
    whole = json.loads(webhook_body(COUNCIL, "msg_1"))
    assert (whole["type"], whole["id"], whole["timestamp"]) == ("alert.new", "msg_1", "2026-11-19T17:13:34.000Z")
    data = whole["data"]
    assert (data["story"], data["kind"], data["copies"]) == ("st1", "new", 14)
    assert data["article"]["title"] == COUNCIL.title
    assert [one["name"] for one in data["subscriptions"]] == ["Sanctuary city, San Bernardino", "Detainers, California"]
    reason = data["reason"]
    assert (reason["clause"], reason["zone"], reason["places"]) == ('"sanctuary city"', "lead", [*COUNCIL.places])
    assert reason["sentence"][slice(*reason["marks"][0])] == "sanctuary city"


def test_a_webhook_digest_holds_the_stories_and_what_was_listened_to() -> None:
    whole = json.loads(webhook_body(DAILY, "msg_2", LISTENED))
    assert whole["type"] == "digest"
    assert [story["kind"] for story in whole["data"]["stories"]] == ["new", "new", "correction:1"]
    assert [one["state"] for one in whole["data"]["listened"]["unheard"]] == ["failing", "quiet"]


@pytest.mark.parametrize(("kind", "said"), [("update:3", "alert.update"), ("correction:1", "alert.correction")])
def test_the_type_says_what_changed(kind: str, said: str) -> None:
    assert json.loads(webhook_body(replace(COUNCIL, kind=kind), "msg_1"))["type"] == said


def test_half_a_surrogate_in_a_title_breaks_nothing() -> None:
    story = replace(COUNCIL, title="half \ud800 sign")
    json.loads(webhook_body(story, "msg_1"))
    render_chat(story, FOOT, "slack").body.encode()
