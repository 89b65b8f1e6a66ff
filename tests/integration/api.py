"""One application on a database of its own, with a token for each role, as tests of the API and the pages use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import lxml.html
from sqlalchemy import func, select
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from services import clock, first_run
from services.accounts import tokens
from services.asgi import build
from services.settings import Settings
from services.store import people
from services.store.states import Role
from services.store.work import Store
from tests.databases import Databases

ARTICLE = {"external_id": "a1", "title": "Council votes", "text": "The council voted to be a sanctuary city."}
ROLES = tuple(Role)


class Api:
    """A client without cookies; calls are made as an admin unless they say otherwise."""

    def __init__(self, client: TestClient, store: Store, settings: Settings, link: str) -> None:
        self.client, self.store, self.settings, self.link = client, store, settings, link
        self.people: dict[Role, str] = {}
        self.tokens = {role: self.token(role) for role in ROLES}

    def token(self, role: Role, scopes: tuple[str, ...] = tokens.SCOPES) -> str:
        """Issue a token of the one person of this role."""
        now = clock.now()
        email = f"{role.value}@example.org"
        with self.store.write() as work:
            person = people.find(work.session, email)
            if person is None:
                add = {"email": email, "name": role.value, "timezone": "America/Los_Angeles", "role": role, "now": now}
                person = people.add(work.session, **add)
            self.people[role] = person.id
            return tokens.issue(work.session, person, "test", scopes, now)

    def call(
        self, method: str, path: str, *, role: Role | None = Role.ADMIN, token: str = "", **given
    ) -> httpx2.Response:
        """Call a path as a role, with a token of one's own, or as nobody."""
        token = token or (self.tokens[role] if role else "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= given.pop("headers", {})
        return self.client.request(method, path, headers=headers, follow_redirects=False, **given)

    def v1(self, method: str, noun: str, **given) -> httpx2.Response:
        """Call a path of the API."""
        return self.call(method, f"/api/v1/{noun}", **given)

    def made(self, noun: str, **body) -> dict:
        """Make something, and give it."""
        answer = self.v1("POST", noun, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def channel(self, role: Role = Role.SUBSCRIBER) -> dict:
        """Make a confirmed e-mail channel of the person of a role."""
        address = f"{role.value}@example.org"
        return self.made("channels", person=self.people[role], kind="email", address=address, confirmed=True)

    def subscription(self, role: Role = Role.SUBSCRIBER, name: str = "All", query: str = "sanctuary") -> dict:
        """Make a subscription of the person of a role."""
        person = self.people[role]
        return self.made("subscriptions", person=person, name=name, query=query, channels=[self.channel(role)["id"]])

    def rows(self) -> dict[str, int]:
        """Count the rows of every table but those that say who is there and what the house keeper noticed meanwhile."""
        left_out = ("worker", "token", "incident", "counter")
        tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in left_out]
        with self.store.read() as session:
            return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}


@cache
def _model() -> bytes:
    """A database of SQLite with all tables: migrating one anew takes 0.6 s, and hundreds of tests want one."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "one.db"
        Databases(Path(folder), None).sqlite(file)
        return file.read_bytes()


@contextmanager
def running(folder: Path, database_url: str = "", **settings) -> Iterator[Api]:
    """Run an application for as long as the block."""
    given = Settings(
        data=folder / "data", database_url=database_url, broker_url="", allow_private=("127.0.0.0/8",), sweep_s=3600,
        **settings,
    )  # fmt: skip
    if not database_url:
        given.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (given.data / "tocsin.db").write_bytes(_model())
        (given.data / "tocsin.db").chmod(0o600)
    prepared = first_run.prepare(given)
    app = build(given)
    with TestClient(app, base_url=given.public_url, raise_server_exceptions=False) as client:
        yield Api(client, app.state.parts.store, given, prepared.link)


def problem(answer: httpx2.Response, status: int) -> dict:
    """Check that an answer is a problem with this status, complete and without anything of the program; give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert {"type", "title", "detail"} <= said.keys()
    assert not any(word in answer.text for word in ("Traceback", "sqlalchemy", "SELECT ", ".py"))
    return said


def text(answer: httpx2.Response) -> str:
    """The words of a page as they are read."""
    return " ".join(lxml.html.document_fromstring(answer.text).text_content().split())
