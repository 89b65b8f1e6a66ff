from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from services.api import bodies
from services.api.bodies import MOST_BYTES, Bodies
from services.api.problems import Problem, respond

JSON = (b"content-type", b"application/json")


def refuse(scope: Scope, problem: Problem):
    return respond(problem)


class Line:
    """A client's side of a request: parts of a body, and what was answered."""

    def __init__(self, *parts: bytes, ends: bool = True) -> None:
        self.parts, self.ends, self.taken = list(parts), ends, 0
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body: bytes | None = None

    async def receive(self) -> Message:
        if self.taken < len(self.parts):
            self.taken += 1
            more = self.taken < len(self.parts) or not self.ends
            return {"type": "http.request", "body": self.parts[self.taken - 1], "more_body": more}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = (await receive())["body"]
        await respond(Problem(200, ""))(scope, receive, send)


def run(line: Line, *headers: tuple[bytes, bytes], path: str = "/api/v1/articles") -> int:
    scope = {"type": "http", "method": "POST", "path": path, "headers": [*headers]}
    asyncio.run(Bodies(line.app, refuse)(scope, line.receive, line.send))
    return line.status


def test_a_body_in_parts_is_handed_on_whole() -> None:
    line = Line(b'{"a"', b": 1", b"}")
    assert run(line, JSON, (b"transfer-encoding", b"chunked")) == 200
    assert line.body == b'{"a": 1}'


def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    line = Line(b"{}")
    assert run(line, JSON, (b"content-length", str(MOST_BYTES + 1).encode())) == 413
    assert line.taken == 0


def test_an_undeclared_length_over_the_limit_is_refused_before_the_end() -> None:
    line = Line(*[b"x" * (1 << 20)] * 100)
    assert run(line, JSON, (b"transfer-encoding", b"chunked")) == 413
    assert line.taken == 9


def test_a_body_that_does_not_arrive_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WITHIN_S", 0.01)
    line = Line(b"{", ends=False)
    assert run(line, JSON, (b"transfer-encoding", b"chunked")) == 408
    assert line.headers[b"connection"] == b"close"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"2"), (b"transfer-encoding", b"chunked"), JSON], 400),
        ([(b"content-length", b"2x"), JSON], 400),
        ([(b"content-length", b"2"), JSON, (b"content-encoding", b"gzip")], 415),
        ([(b"content-length", b"2"), JSON, (b"content-encoding", b"identity")], 200),
        ([(b"content-length", b"2"), (b"content-type", b"text/plain")], 415),
        ([(b"content-length", b"2")], 415),
        ([(b"content-length", b"2"), (b"content-type", b"application/json; charset=utf-8")], 200),
        ([(b"content-length", b"2"), (b"content-type", b"Application/JSON")], 200),
        ([(b"content-length", b"2"), (b"content-type", b"application/json" + b";a=" * 30_000)], 400),
        ([(b"content-length", b"2"), (b"content-type", b"multipart/form-data; boundary=x")], 415),
    ],
)
def test_headers_that_cannot_be_followed_are_refused(headers: list[tuple[bytes, bytes]], status: int) -> None:
    assert run(Line(b"{}"), *headers) == status


def test_many_parts_over_the_limit_are_too_large_whatever_their_type() -> None:
    headers = [(b"content-length", b"10000000"), (b"content-type", b"multipart/form-data; boundary=x")]
    assert run(Line(b""), *headers) == 413


def test_a_form_may_be_64_kib() -> None:
    form = (b"content-type", b"application/x-www-form-urlencoded")
    assert run(Line(b"a=1"), form, (b"content-length", b"3"), path="/sign-out") == 200
    assert run(Line(b""), form, (b"content-length", b"65537"), path="/sign-out") == 413


def test_a_client_that_leaves_gets_no_answer() -> None:
    class Gone(Line):
        async def receive(self) -> Message:
            return {"type": "http.disconnect"}

    line = Gone()
    assert run(line, JSON) == 0
    assert line.body is None
