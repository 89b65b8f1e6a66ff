from __future__ import annotations

import json

import pytest

from services.api.problems import MalformedError, Problem, from_error, respond
from services.errors import ConflictError, InvalidError, NotFoundError, OutsideError, TocsinError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidError("no"), 422),
        (MalformedError("no"), 400),
        (NotFoundError("no"), 404),
        (ConflictError("no"), 409),
        (OutsideError("no"), 503),
        (OutsideError("no", permanent=True), 503),
        (TocsinError("no"), 500),
    ],
)
def test_each_kind_of_error_has_its_status(error: TocsinError, status: int) -> None:
    assert from_error(error).status == status


@pytest.mark.parametrize(("wait_s", "expected"), [(None, "5"), (0.2, "1"), (30, "30"), (1.5, "2")])
def test_a_busy_part_says_when_to_try_again(wait_s: float | None, expected: str) -> None:
    assert from_error(OutsideError("no", retry_after_s=wait_s)).headers == {"Retry-After": expected}


@pytest.mark.parametrize(
    ("field", "body", "pointer"),
    [
        ("/query", {"query": "x"}, "/query"),
        ("query", {"query": "x"}, "/query"),
        ("/articles/3/text", {"articles": []}, "/articles/3/text"),
        ("/id", {"query": "x"}, None),
        ("/query", None, None),
        ("Idempotency-Key", {"text": "x"}, None),
        (None, {"text": "x"}, None),
    ],
)
def test_a_field_is_a_pointer_only_into_what_was_sent(field: str | None, body: object, pointer: str | None) -> None:
    assert from_error(InvalidError("no", field=field), body).pointer == pointer


def test_members_that_are_not_known_are_left_out() -> None:
    assert json.loads(respond(Problem(404, "no")).body) == {
        "type": "urn:tocsin:problem:not-found",
        "title": "There is no such thing, or it is not yours",
        "status": 404,
        "detail": "no",
    }


def test_one_mistake_is_not_listed_again() -> None:
    assert "errors" not in Problem(422, "no", errors=(("/a", "no"),)).members()
    assert len(Problem(422, "no", errors=(("/a", "no"), ("/b", "nor"))).members()["errors"]) == 2
