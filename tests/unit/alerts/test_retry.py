"""What an answer means, and when the next try comes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.alerts.retry import (
    CONFIG_DELAYS_S,
    MAIL_DELAYS_S,
    WEBHOOK_DELAYS_S,
    Again,
    Dead,
    Outcome,
    http_code,
    http_outcome,
    is_hard_bounce,
    next_try,
    retry_after_s,
    smtp_outcome,
    spread,
)

NOW = datetime(2026, 11, 19, 17, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, None), (204, None), (299, None), (300, Outcome.CONFIG), (301, Outcome.CONFIG), (308, Outcome.CONFIG),
        (400, Outcome.RETRY), (401, Outcome.CONFIG), (403, Outcome.CONFIG), (404, Outcome.CONFIG), (408, Outcome.RETRY),
        (409, Outcome.RETRY), (410, Outcome.PERMANENT), (413, Outcome.RETRY), (422, Outcome.RETRY),
        (425, Outcome.RETRY), (429, Outcome.RETRY), (500, Outcome.RETRY), (503, Outcome.RETRY), (599, Outcome.RETRY),
    ],
)  # fmt: skip
def test_a_status_has_its_class(status: int, outcome: Outcome | None) -> None:
    assert http_outcome(status) is outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (421, Outcome.RETRY), (450, Outcome.RETRY), (452, Outcome.RETRY), (500, Outcome.PERMANENT),
        (550, Outcome.PERMANENT), (554, Outcome.PERMANENT), (530, Outcome.CONFIG), (535, Outcome.CONFIG),
        (-1, Outcome.RETRY), (0, Outcome.RETRY), (999, Outcome.RETRY),
    ],
)  # fmt: skip
def test_an_smtp_code_has_its_class(code: int, outcome: Outcome) -> None:
    assert smtp_outcome(code) is outcome


@pytest.mark.parametrize(
    ("code", "detail", "bounced"),
    [
        ("550", "550 5.1.1 no such user", True),
        ("550", "550 5.1.10 null MX", True),
        ("550", "550 5.7.1 blocked", False),
        ("550", "550 15.1.1", False),
        ("451", "451 4.1.1 later", False),
        ("http_500", "5.1.1", False),
    ],
)
def test_only_a_missing_mailbox_is_a_hard_bounce(code: str, detail: str, bounced: bool) -> None:
    assert is_hard_bounce(code, detail) is bounced


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("17", 17.0), (" 17 ", 17.0), ("1.5", 1.5), ("0", 1.0), ("-1", 1.0),
        ("9" * 30, 86400.0),
        ("9" * 400, None), ("1e99", None), ("soon", None), ("Fri, 31 Feb", None),
        ("Thu, 19 Nov 2026 17:15:00 GMT", 60.0),
        ("Thu, 19 Nov 2026 17:15:00", 60.0), ("Thu, 19 Nov 2020 17:15:00 GMT", 1.0),
        ("Thu, 19 Nov 2099 17:15:00 GMT", 86400.0),
    ],
)  # fmt: skip
def test_retry_after_is_read_and_clamped(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


def test_the_schedules_last_as_long_as_promised() -> None:
    assert sum(WEBHOOK_DELAYS_S) == 75 * 3600 + 35 * 60 + 5
    assert len(WEBHOOK_DELAYS_S) == 9
    assert 71 * 3600 < sum(MAIL_DELAYS_S) <= 72 * 3600


@pytest.mark.parametrize(("jitter", "delay_s"), [(0.0, 80.0), (0.5, 100.0), (1.0, 120.0), (7.0, 120.0), (-7.0, 80.0)])
def test_jitter_moves_a_delay_by_a_fifth_at_most(jitter: float, delay_s: float) -> None:
    assert spread(100.0, jitter) == pytest.approx(delay_s)


@pytest.mark.parametrize(
    ("outcome", "code", "tries", "told_s", "then"),
    [
        (Outcome.RETRY, "http_500", 1, None, Again(5.0)),
        (Outcome.RETRY, "http_500", 2, None, Again(300.0)),
        (Outcome.RETRY, "http_500", 9, None, Again(86400.0)),
        (Outcome.RETRY, "http_500", 10, None, Dead.TRIES_EXHAUSTED),
        (Outcome.RETRY, "connect", 10, None, Dead.TRIES_EXHAUSTED),
        (Outcome.RETRY, "http_429", 1, 17.0, Again(17.0, whole_channel=True)),
        (Outcome.RETRY, "http_429", 10, 17.0, Dead.TRIES_EXHAUSTED),
        (Outcome.RETRY, "http_400", 2, None, Again(300.0)),
        (Outcome.RETRY, "http_400", 3, None, Dead.HTTP_4XX),
        (Outcome.RETRY, "http_413", 3, None, Dead.HTTP_4XX),
        (Outcome.RETRY, "http_422", 3, None, Dead.HTTP_4XX),
        (Outcome.RETRY, "http_408", 3, None, Again(1800.0)),
        (Outcome.CONFIG, "http_404", 1, None, Again(CONFIG_DELAYS_S[0])),
        (Outcome.CONFIG, "http_404", 3, None, Again(CONFIG_DELAYS_S[2])),
        (Outcome.CONFIG, "http_404", 8, None, Dead.CONFIG_ERROR),
        (Outcome.UNCERTAIN, "no_answer", 1, None, Again(0.0)),
        (Outcome.UNCERTAIN, "no_answer", 2, None, Again(300.0)),
        (Outcome.UNCERTAIN, "no_answer", 10, None, Dead.TRIES_EXHAUSTED),
        (Outcome.PERMANENT, "550", 1, None, Dead.SMTP_5XX),
        (Outcome.PERMANENT, "gone", 1, None, Dead.GONE),
        (Outcome.PERMANENT, "blocked_address", 1, None, Dead.BLOCKED_ADDRESS),
        (Outcome.PERMANENT, "blocked_port", 1, None, Dead.BLOCKED_ADDRESS),
        (Outcome.PERMANENT, "something", 1, None, Dead.CONFIG_ERROR),
    ],
)
def test_the_next_try_or_the_end_follows_from_the_answer(
    outcome: Outcome, code: str, tries: int, told_s: float | None, then: Again | Dead
) -> None:
    assert next_try(outcome, code, tries, WEBHOOK_DELAYS_S, 0.5, told_s) == then


def test_410_is_told_by_its_own_code() -> None:
    assert (http_code(410), http_code(500)) == ("gone", "http_500")
