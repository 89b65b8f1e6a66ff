"""Passwords of sources that an older version kept in clear are sealed by the upgrade, and the sources go on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services import clock, first_run
from services.articles.url import canonical_url
from services.cli.app import run
from services.guard import Gate
from services.settings import Settings
from services.sources.poll import Kit, Poller
from services.sources.rhythm import Rhythm
from services.store import schema, sealing
from services.store.secrets import open_vault
from services.store.work import Store, open_store
from tests.feed_site import FeedSite, rss

BEFORE_SEALING = "0003"
PASSWORD = "s3c%40ret"
_OLD = text(
    "INSERT INTO source (id, name, url, url_norm, state, next_poll_at, fail_count, created_at) "
    "VALUES (:id, :id, :url, :norm, 'healthy', :at, 0, :at)"
)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database_url, broker_url="")


@pytest.fixture
def old(settings: Settings) -> Iterator[Store]:
    """A database of the version before passwords were sealed."""
    settings.data.mkdir(parents=True)
    opened = open_store(settings.database)
    schema.upgrade_to(opened, BEFORE_SEALING)
    yield opened
    opened.close()


def watched(store: Store, name: str, url: str) -> None:
    with store.write() as work:
        work.session.execute(
            _OLD, {"id": name, "url": url, "norm": canonical_url(url), "at": clock.now() - timedelta(days=1)}
        )
        line = text(
            "INSERT INTO audit (at, actor, action, object, after) VALUES (:at, 'ana', 'source added', :id, :url)"
        )
        work.session.execute(line, {"id": name, "url": url, "at": clock.now()})


def everything(store: Store) -> str:
    with store.read() as session:
        return str([session.execute(text(f"SELECT * FROM {table}")).all() for table in ("source", "audit")])


def test_a_password_of_an_older_version_is_sealed_by_the_upgrade_and_still_sent(old: Store, settings: Settings) -> None:
    with FeedSite() as site:
        feed = site.at("/feed", rss(("one", clock.now())))
        watched(old, "locked", feed.replace("http://", f"http://ana:{PASSWORD}@"))
        watched(old, "handle", "https://paper.example/@ana/feed")
        assert PASSWORD in everything(old)
        first_run.prepare(settings)
        said = everything(old)
        assert PASSWORD not in said
        assert "s3c@ret" not in said
        assert "https://paper.example/@ana/feed" in said
        gate = Gate(["127.0.0.0/8"], look_up=lambda _host, _port: ["127.0.0.1"], dial=_only(site.port))
        vault = open_vault(settings.key_file)
        while Poller(Kit(old, gate, vault, clock.now, Rhythm(gap=timedelta(0)))).once():
            pass
        assert [seen.headers["authorization"] for seen in site.asked("/feed")] == ["Basic YW5hOnMzY0ByZXQ="]


def test_the_command_that_upgrades_seals_too(old: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    watched(old, "locked", f"https://ana:{PASSWORD}@paper.example/feed")
    open_vault(settings.key_file, create=True)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", settings.database_url)
    assert run(["db", "upgrade", "--data", str(settings.data)]) == 0
    assert PASSWORD not in everything(old)


def test_an_upgrade_that_is_run_again_seals_nothing_twice(old: Store, settings: Settings) -> None:
    watched(old, "locked", f"https://ana:{PASSWORD}@paper.example/feed")
    first_run.prepare(settings)
    before = everything(old)
    assert sealing.seal_addresses(old, open_vault(settings.key_file)) == 0
    first_run.prepare(settings)
    assert everything(old) == before


def _only(port: int) -> Callable[[str, int, float], socket.socket]:
    def dial(address: str, asked: int, timeout_s: float) -> socket.socket:
        if asked != port:
            raise ConnectionRefusedError
        return socket.create_connection((address, asked), timeout_s)

    return dial
