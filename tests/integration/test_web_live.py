"""The stream of the first page ends with the right to see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from services import clock
from services.accounts import signin, tokens
from services.accounts.tokens import Caller
from services.store import people
from services.store.states import Role
from services.store.tables import BrowserSession
from services.store.work import Work
from services.web import live
from tests.integration.api import Api, running


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr(live, "EVERY_S", 0.25)
    with running(tmp_path) as one:
        yield one


class Request:
    """A request of a caller whose browser stays."""

    def __init__(self, caller: Caller) -> None:
        self.state = SimpleNamespace(caller=caller, csrf=None)
        self.url = SimpleNamespace(path="/live")
        self.query_params: dict[str, str] = {}

    async def is_disconnected(self) -> bool:
        return False


def by_session(api: Api) -> tuple[Caller, str]:
    now = clock.now()
    with api.store.write() as work:
        secret = signin.begin(work.session, api.people[Role.OPERATOR], now)
    with api.store.read() as session:
        return signin.caller_of(session, secret, now), secret


def by_token(api: Api) -> tuple[Caller, str]:
    token = api.token(Role.OPERATOR, ("ops",))
    with api.store.read() as session:
        return tokens.caller_of(session, token, clock.now()), token


def sign_out(work: Work, caller: Caller, secret: str) -> None:
    signin.end(work.session, secret)


def idle(work: Work, caller: Caller, secret: str) -> None:
    past = clock.now() - timedelta(hours=1)
    work.session.execute(update(BrowserSession).where(BrowserSession.person == caller.person).values(seen_at=past))


def demote(work: Work, caller: Caller, secret: str) -> None:
    people.get(work.session, caller.person).role = Role.SUBSCRIBER


def revoke(work: Work, caller: Caller, secret: str) -> None:
    tokens.revoke(work.session, secret[4:12], caller, clock.now())


async def read(events: AsyncIterator[bytes], after: Callable[[], None] | None = None) -> list[bytes]:
    found = []
    async for one in events:
        found.append(one)
        if after is not None and one.startswith(b"event: board"):
            after()
            after = None
    return found


@pytest.mark.parametrize(
    ("caller", "ended"), [(by_session, sign_out), (by_session, idle), (by_session, demote), (by_token, demote), (by_token, revoke)]
)  # fmt: skip
def test_the_stream_ends_when_its_caller_would_not_be_let_in_any_more(api: Api, caller, ended) -> None:
    who, secret = caller(api)

    def end() -> None:
        with api.store.write() as work:
            ended(work, who, secret)

    site = api.client.app.state.site
    found = asyncio.run(asyncio.wait_for(read(live._events(Request(who), site), end), 20))
    assert [one[:12] for one in found] == [b"retry: 3000\n", b"event: board"]


def test_the_stream_goes_on_for_who_may_see_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LASTS_S", 1.0)
    made = iter(f"board {number}" for number in range(1000))
    monkeypatch.setattr(live, "board", lambda site, request: next(made))
    who, _ = by_session(api)
    found = asyncio.run(asyncio.wait_for(read(live._events(Request(who), api.client.app.state.site)), 20))
    assert len(found) > 2
