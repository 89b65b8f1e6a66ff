"""The database as a command uses it: opened, checked to be of this version, closed again; hints leave at the end."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.cli.options import read_settings, with_data
from services.errors import NotFoundError

if TYPE_CHECKING:
    from services.acts.channel_acts import Home
    from services.broker import Stage
    from services.guard import Gate
    from services.settings import Settings
    from services.store.packs import Packs
    from services.store.secrets import Vault
    from services.store.work import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """The settings, the database, and what acts ask for besides. `actor` is who the audit log names."""

    settings: Settings
    store: Store
    actor: str

    @property
    def gate(self) -> Gate:
        """Give the gate to the network."""
        from services.guard import Gate

        return Gate(self.settings.allow_private, own=self.settings.own_urls, mail_folders=self.settings.mail_folders)

    @property
    def vault(self) -> Vault:
        """Give what opens the secrets of the database."""
        from services.store.secrets import open_vault

        return open_vault(self.settings.key_file)

    def packs(self) -> Packs:
        """Give the topic packs as they are now."""
        from services.store import topic_packs

        with self.store.read() as session:
            return topic_packs.current(session)

    @property
    def home(self) -> Home:
        """Give what messages say of this installation."""
        from services.acts.channel_acts import Home

        return Home(self.settings.public_url, self.settings.mail_from)


@contextmanager
def opened(data: Path | None, config: Path | None) -> Iterator[Opened]:
    """Open the database that the settings name; it must be there and of this version."""
    from services import logs
    from services.store import schema
    from services.store.work import open_store

    settings = read_settings(data, config)
    logs.configure("warning", json=False)
    require_database(settings)
    wanted: set[Stage] = set()
    store = open_store(settings.database, wanted.add)
    try:
        schema.check(store)
        yield Opened(settings, store, f"cli:{_me()}")
    finally:
        store.close()
    if wanted:
        _send(settings, wanted)


def check_ready(settings: Settings) -> None:
    """Check before a process starts to serve that its database and key are there and fit."""
    from services.store import channels, schema
    from services.store.secrets import open_vault
    from services.store.work import open_store

    require_database(settings)
    vault = open_vault(settings.key_file)
    store = open_store(settings.database)
    try:
        schema.check(store)
        channels.check_vault(store, vault)
    finally:
        store.close()


def require_database(settings: Settings) -> None:
    """Say that there is no database yet, rather than make an empty one."""
    if not settings.database_url and not (settings.data / "tocsin.db").is_file():
        message = f"There is no database in {settings.data} yet. Run: {with_data('tocsin up', settings)}"
        raise NotFoundError(message, field="--data")


def broker_url(settings: Settings) -> str:
    """Give the broker that is set, else the embedded one of a running `tocsin up`, else nothing."""
    from services import valkey

    run = settings.data / "run"
    if settings.broker_url is not None:
        return settings.broker_url
    return valkey.url(run) if valkey.answers(valkey.socket_path(run)) else ""


def _send(settings: Settings, stages: set[Stage]) -> None:
    """Send the hints from here, since a thread ends with the command. Without an answer the sweep finds the rows."""
    from services.broker import EXPIRES_S, TASK, celery_app, queue_of

    url = broker_url(settings)
    if not url:
        return
    app = celery_app(url)
    app.conf.broker_transport_options |= {"max_retries": 0, "interval_start": 0}
    for stage in sorted(stages):
        try:
            app.send_task(
                TASK, args=[stage.value], queue=queue_of(stage), ignore_result=True, retry=False, expires=EXPIRES_S
            )
        except Exception:  # noqa: BLE001  # kombu, redis and socket errors alike: the sweep finds the rows
            return


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
