"""Times and gaps as people say them, and texts from outside made harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.alerts.message import Evidence
from services.alerts.message_clean import clip, cut_evidence, plain, web_link
from services.alerts.message_words import age, clock_rows, gap, headline, length, moment, number, subject
from tests.unit.alerts.message_examples import COUNCIL, DAILY, LOS_ANGELES, SENT


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(0), "today 09:13"),
        (timedelta(hours=9), "today 00:13"),
        (timedelta(hours=10), "yesterday 23:13"),
        (timedelta(days=2), "Tuesday 09:13"),
        (timedelta(days=6), "Friday 09:13"),
        (timedelta(days=7), "12 November 09:13"),
        (timedelta(days=365), "19 November 2025 09:13"),
        (timedelta(days=-1), "Friday 09:13"),
    ],
)
def test_a_time_is_said_as_seen_from_now(back: timedelta, words: str) -> None:
    assert moment(SENT - back, SENT, LOS_ANGELES) == words


def test_the_change_to_winter_time_moves_no_clock() -> None:
    before = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    after = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert (moment(before, after, LOS_ANGELES), moment(after, after, LOS_ANGELES)) == ("today 01:30", "today 01:30")


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=0), "0 s later"), (timedelta(seconds=119), "119 s later"),
        (timedelta(seconds=120), "2 min later"),
        (timedelta(minutes=119), "119 min later"), (timedelta(hours=11, minutes=31), "11 h 31 min later"),
        (timedelta(days=3), "3 days later"), (timedelta(seconds=-5), ""),
    ],
)  # fmt: skip
def test_a_gap_keeps_seconds_while_it_is_short_and_says_nothing_if_clocks_disagree(
    delta: timedelta, words: str
) -> None:
    assert gap(delta) == words


@pytest.mark.parametrize(
    ("delta", "rounded", "exact"),
    [
        (timedelta(seconds=87), "87 seconds", "1 minute"),
        (timedelta(minutes=12), "12 minutes", "12 minutes"),
        (timedelta(hours=31), "31 hours", "31 hours"),
        (timedelta(hours=9, minutes=20), "9 hours", "9 hours 20 minutes"),
        (timedelta(days=3), "3 days", "72 hours"),
    ],
)
def test_a_length_of_time_is_said(delta: timedelta, rounded: str, exact: str) -> None:
    assert (age(delta), length(delta)) == (rounded, exact)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "no stories"), (1, "1 story"), (2, "2 stories"), (2318, "2,318 stories")]
)
def test_a_count_is_said_with_its_thing(count: int, words: str) -> None:
    assert number(count, "story") == words


def test_a_step_on_another_day_carries_its_date() -> None:
    clock = replace(COUNCIL.clock, published=SENT - timedelta(days=2))
    assert [row[1] for row in clock_rows(clock, LOS_ANGELES)][:2] == ["17 Nov 09:13:34", "09:13:31"]


def test_a_missing_publication_time_is_left_out() -> None:
    rows = clock_rows(replace(COUNCIL.clock, published=None), LOS_ANGELES)
    assert [name for name, _, _ in rows] == ["Seen", "Matched", "Sent"]


@pytest.mark.parametrize(
    ("kind", "title", "said"),
    [
        ("new", "Mayor resigns", "Mayor resigns"),
        ("update:1", "Mayor resigns", "Update: Mayor resigns"),
        ("correction:2", "Mayor resigns", "Correction: Mayor resigns"),
        ("correction:1", "Correction: Mayor resigns", "Correction: Mayor resigns"),
        ("new", "  a\r\nBcc: x@y\u2028 \x00z ", "a Bcc: x@y z"),
        ("new", "", "Untitled"),
    ],
)
def test_a_headline_says_what_changed_and_is_one_line(kind: str, title: str, said: str) -> None:
    assert headline(replace(COUNCIL, kind=kind, title=title)) == said


def test_the_subject_counts_the_stories_and_names_the_day() -> None:
    assert subject(DAILY, LOS_ANGELES) == "3 stories for Thursday 19 November"
    assert subject(replace(DAILY, sections=()), LOS_ANGELES, 2318) == "No stories, 2,318 articles checked"
    assert len(subject(replace(COUNCIL, title="word " * 20_000), LOS_ANGELES)) <= 200


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [("short", 10, "short"), ("one two three", 9, "one two…"), ("x" * 20, 10, "x" * 9 + "…"), ("ab, cd ef", 5, "ab…")],
)
def test_a_text_is_cut_at_a_word(text: str, limit: int, cut: str) -> None:
    assert clip(text, limit) == cut
    assert len(cut) <= limit


def test_signs_that_turn_the_text_around_are_taken_out() -> None:
    assert plain("safe\u202egnp.exe\u2066\x07\ud800") == "safegnp.exe"


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://news.example/a?b=c&d=%20e#f", "https://news.example/a?b=c&d=%20e#f"),
        ("https://ok.example@evil.example/", "https://evil.example/"),
        ("http://user:pass@news.example:8080/x", "http://news.example:8080/x"),
        ('https://news.example/"><script>', "https://news.example/%22%3E%3Cscript%3E"),
        ("https://news.example/a b|c)d]", "https://news.example/a%20b%7Cc%29d%5D"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//news.example/", None),
        ("https://", None),
        ("https://[bad/", None),
        ("https://news.example:port/", None),
        ("https://news.example/\ud800", None),
        ("https://\ud800.example/?\udfff", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_http_without_credentials_and_safe_in_markup(url: str | None, link: str | None) -> None:
    assert web_link(url) == link


def test_marks_that_overlap_or_leave_the_sentence_do_no_harm() -> None:
    evidence = Evidence("one two three", ((4, 7), (6, 13), (40, 50), (3, 3), (-5, 1)))
    assert cut_evidence(evidence) == [("o", True), ("ne ", False), ("two three", True)]


@pytest.mark.parametrize("at", [0, 1500, 4990])
def test_a_long_sentence_is_cut_around_its_first_mark(at: int) -> None:
    words = ("word " * 1000).rstrip()
    sentence = words[:at] + "MARK" + words[at:]
    pieces = cut_evidence(Evidence(sentence, ((at, at + 4),)), 200)
    text = "".join(piece for piece, _ in pieces)
    assert ("MARK", True) in pieces
    assert len(text) <= 202
    assert text.startswith("…") == (at > 200)
