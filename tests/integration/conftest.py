"""A town, a newsroom with its site, an application, and a subscriber with its web server and a hub."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from services import asgi, clock, first_run
from services.asgi import build
from services.settings import Settings
from services.store.work import Store, open_store
from tests.feed_site import FeedSite
from tests.hub import Hub
from tests.integration.api import Api, running
from tests.newsroom import Newsroom
from tests.parts import free_port, until
from tests.subscriber import Subscriber
from tests.town import Town


@pytest.fixture
def town(store: Store) -> Town:
    """One installation whose clock the test moves."""
    return Town(store)


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as one:
        yield one


@pytest.fixture
def room(store: Store, site: FeedSite, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Sources of one installation, polled without chance."""
    monkeypatch.setattr(random, "random", lambda: 0.5)
    return Newsroom(store, site)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An application of the test's own."""
    with running(tmp_path) as one:
        yield one


@pytest.fixture
def hub_settings(tmp_path: Path, database_url: str) -> Settings:
    port = free_port()
    return Settings(
        data=tmp_path / "data", database_url=database_url, broker_url="", allow_private=("127.0.0.0/8",), sweep_s=3600,
        port=port, base_url=f"http://127.0.0.1:{port}",
    )  # fmt: skip


@pytest.fixture
def hub_server(hub_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The subscriber's own web server, where hubs call back. It sweeps nothing while the tests move its clock."""
    monkeypatch.setattr(asgi, "WITHOUT_BROKER_S", 3600.0)
    first_run.prepare(hub_settings)
    config = uvicorn.Config(build(hub_settings), host="127.0.0.1", port=hub_settings.port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the server to start")
    yield
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as one:
        yield one


@pytest.fixture
def us(hub_settings: Settings, hub_server: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscriber]:
    store = open_store(hub_settings.database)
    with FeedSite() as site:
        one = Subscriber(store, site, hub_settings)
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + one.ahead)
        yield one
    store.close()
