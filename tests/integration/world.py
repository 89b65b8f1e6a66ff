"""A small newsroom behind one application, in which everything belongs to somebody: what the access matrix asks for.

A subscriber, whose things are `own`; a team of theirs (`team`); somebody else in another team (`other`); an operator and
an admin. Each of the three owners has a channel, a subscription, an alert and a delivery, and was told of an article
that the others were not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from services import clock, pipeline
from services.accounts import signin, tokens
from services.addressing import Options
from services.api.callers import csrf_of
from services.rules.budget import Breach, Fault
from services.rules.engine import Engine
from services.store import invitations, quarantine
from services.store.rules import LiveRules
from services.store.states import Role
from services.store.tables import Alert, Delivery, Person, Token
from tests.integration.api import Api, running
from tests.town import LEASE

OTHER = "other@example.org"
WORDS = {"own": "walrus", "team": "pelican", "other": "badger"}


class World:
    """The newsroom, and what a test asks for of it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ids: dict[tuple[str, str], str] = {}
        self.owners = {"own": api.people[Role.SUBSCRIBER]}
        self._people()
        self._things()
        self._alerts()

    def _people(self) -> None:
        api = self.api
        self.owners["other"] = api.made("people", email=OTHER)["id"]
        self.owners["team"] = api.made("teams", name="Theirs", members=["subscriber@example.org"])["id"]
        self.ids["teams", "other"] = api.made("teams", name="Others'", members=[OTHER])["id"]
        self.ids["teams", "own"] = self.ids["teams", "team"] = self.owners["team"]
        for whose in ("own", "other"):
            self.ids["people", whose] = self.owners[whose]
        self.ids["people", "team"] = self.owners["own"]

    def _things(self) -> None:
        for whose, owner in self.owners.items():
            given = {"team" if whose == "team" else "person": owner}
            channel = self.api.made("channels", kind="webhook", url="http://127.0.0.1:9/x", confirmed=True, **given)
            made = self.api.made(
                "subscriptions", name=whose, query=WORDS[whose], channels=[channel["id"]], **given
            )  # fmt: skip
            self.ids["channels", whose], self.ids["subscriptions", whose] = channel["id"], made["id"]
        self.ids["sources", "own"] = self.api.made("sources", url="http://127.0.0.1:9/feed", name="Paper")["id"]
        self.ids["topics", "own"] = "sanctuary-city"

    def _alerts(self) -> None:
        for whose, word in WORDS.items():
            body = {"external_id": word, "title": word.capitalize(), "text": f"A {word} was seen at the town hall."}
            self.ids["articles", whose] = self.api.v1("POST", "articles", json=body).json()["id"]
        packs = self.api.client.app.state.parts.packs
        rules = LiveRules(Engine(packs.trees), packs)
        pipeline.ingest(self.api.store, clock.now, LEASE)
        pipeline.match(self.api.store, rules, clock.now, LEASE, Options(timedelta(minutes=5)))
        with self.api.store.read() as session:
            for whose in WORDS:
                alert = session.scalars(
                    select(Alert).where(Alert.subscription == self.ids["subscriptions", whose])
                ).one()
                delivery = session.scalars(
                    select(Delivery).where(Delivery.channel == self.ids["channels", whose])
                ).one()
                self.ids["alerts", whose], self.ids["stories", whose] = alert.id, alert.story
                self.ids["deliveries", whose] = delivery.id

    def thing(self, noun: str, whose: str, me: str, *, fresh: bool = False) -> str:
        """Give the id of a thing; a fresh one if the call would use it up. `me`: whose tokens are their own."""
        if whose == "missing":
            return "0" * 16
        noun = "tokens" if noun == "account" else noun
        if noun == "tokens":
            return self.token_of(self.owners["other"] if whose == "other" else me).split("_")[1]
        if noun == "invitations":
            return self._invitation()
        if noun == "rules":
            return self._rule()
        if noun == "teams" and fresh:
            member = OTHER if whose == "other" else "subscriber@example.org"
            return self.api.made("teams", name=secrets.token_hex(4), members=[member])["id"]
        if noun == "sources" and fresh:
            url = f"http://127.0.0.1:9/{secrets.token_hex(4)}"
            return self.api.made("sources", url=url, name=secrets.token_hex(4))["id"]
        return self.ids.get((noun, whose)) or self.ids.get((noun, "own")) or "0" * 16

    def _rule(self) -> str:
        """Give a rule in quarantine, which a release uses up."""
        key = secrets.token_hex(13)
        with self.api.store.write() as work:
            quarantine.record_breach(work.session, Breach(key, Fault.ENDED, "ended the process"), clock.now())
        return key

    def _invitation(self) -> str:
        with self.api.store.write() as work:
            now, address = clock.now(), f"{secrets.token_hex(4)}@example.org"
            row, _ = invitations.add(
                work.session,
                email=address,
                role=Role.SUBSCRIBER,
                team=None,
                by="test",
                lasts=timedelta(days=1),
                now=now,
            )
            return row.id

    def token_of(self, person: str, scopes: tuple[str, ...] = tokens.SCOPES, **changes) -> str:
        """Issue a token of a person; `changes` of its row, such as when it was revoked."""
        with self.api.store.write() as work:
            token = tokens.issue(work.session, work.session.get_one(Person, person), "t", scopes, clock.now())
            row = work.session.get_one(Token, token.split("_")[1])
            for name, value in changes.items():
                setattr(row, name, value)
            work.session.add(row)
        return token

    def session_of(self, person: str) -> tuple[dict[str, str], str]:
        """Begin a browser session; give its cookie as headers, and what its forms carry."""
        with self.api.store.write() as work:
            secret = signin.begin(work.session, person, clock.now())
        return {"Cookie": f"{self.api.client.app.state.site.cookie}={secret}"}, csrf_of(secret)


@contextmanager
def newsroom(folder: Path, database_url: str = "") -> Iterator[World]:
    """Run it for as long as the block. The page that changes by itself is told to end at once."""
    with running(folder, database_url) as api:
        api.client.app.state.site.ending.set()
        yield World(api)
