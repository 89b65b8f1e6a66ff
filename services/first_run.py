"""What must be there before anything runs: the key, the tables, the first admin, the token file. Safe to run again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from services import clock
from services.accounts import signin, tokens
from services.settings import Settings
from services.store import articles, channels, schema, sealing
from services.store.secrets import open_vault
from services.store.work import Store, open_store


@dataclass(frozen=True, slots=True)
class Prepared:
    """The secret of a fresh sign-in link for the admin, and how many articles the database holds."""

    link: str
    articles: int


def prepare(settings: Settings) -> Prepared:
    """Make what is missing. Leaves no connection open, so that the caller may fork."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    vault = open_vault(settings.key_file, create=True)
    if not settings.database_url:
        # SQLite gives the files beside it the same rights.
        os.close(os.open(settings.data / "tocsin.db", os.O_RDWR | os.O_CREAT, 0o600))
    store = open_store(settings.database)
    try:
        schema.upgrade(store)
        channels.check_vault(store, vault)
        sealing.seal_addresses(store, vault)
        link = _admin(store, settings.data / "token")
        with store.read() as session:
            return Prepared(link, articles.count(session))
    finally:
        store.close()


def _admin(store: Store, file: Path) -> str:
    """Make a sign-in link, and a token unless the file holds one that works."""
    now = clock.now()
    with store.write() as work:
        admin = signin.first_admin(work.session, now)
        held = file.read_text().strip() if file.exists() else ""
        if not held or tokens.caller_of(work.session, held, now) is None:
            token = tokens.issue(work.session, admin, "first run", tokens.SCOPES, now)
            write_private(file, token)
        return signin.make_link(work.session, admin, now)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; another file is never followed or kept."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
