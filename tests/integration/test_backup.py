"""A backup holds every row; it is restored whole or not at all, from one kind of database to the other."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from services import clock
from services.acts import article_acts, channel_acts
from services.acts.article_acts import Pushed
from services.articles.article import Item
from services.cli.app import run
from services.errors import ConflictError, InvalidError
from services.store import dump, people, schema
from services.store.secrets import open_vault
from services.store.tables import Audit, Delivery
from services.store.work import Store, open_store

NOW = clock.now()


def quiet(_done: int, _of: int) -> None:
    """Show no progress."""


def fill(store: Store, key: Path) -> None:
    vault = open_vault(key, create=True)
    with store.write() as work:
        person = people.add(work.session, email="a@b.org", name="Ána", timezone="UTC", role="admin", now=NOW)
        target = channel_acts.Target("email", "a@b.org", "a@b.org")
        home = channel_acts.Home("http://x", "t@x.org")
        channel_acts.add_channel(
            work, vault, "test", person=person.id, target=target, confirmed=False, home=home, now=NOW
        )
        for begun in (0, 350):
            items = [
                Item(f"n{number}", title=f"Story {number} — \u2028", text="A council met.", published=NOW)
                for number in range(begun, begun + 350)
            ]
            article_acts.push(work, [Pushed("Wire", item) for item in items], NOW + timedelta(seconds=begun))


def rows(store: Store) -> dict[str, list[tuple]]:
    with store.read() as session:
        return {
            one.name: [tuple(row) for row in session.execute(select(*one.columns).order_by(*one.primary_key.columns))]
            for one in SQLModel.metadata.sorted_tables
        }


@pytest.fixture
def filled(database_url: str, tmp_path: Path) -> Store:
    store = open_store(database_url)
    schema.upgrade(store)
    fill(store, tmp_path / "key")
    yield store
    store.close()


def write(store: Store, tmp_path: Path) -> Path:
    file = tmp_path / "backup"
    with file.open("wb") as opened:
        dump.write(store, opened, dump.fingerprint(tmp_path / "key"), "1", NOW, quiet)
    return file


def empty(tmp_path: Path, name: str = "other.db") -> Store:
    return open_store(f"sqlite:///{tmp_path / name}")


def test_every_row_comes_back_as_it_was(filled: Store, tmp_path: Path) -> None:
    file, other = write(filled, tmp_path), empty(tmp_path)
    assert dump.load(other, file, quiet) == sum(map(len, rows(filled).values()))
    assert rows(other) == rows(filled)
    with other.read() as session:
        assert session.scalars(select(Delivery.body)).one().startswith(b"From:")
    other.close()


def test_numbers_go_on_after_those_restored(database_url: str, tmp_path: Path) -> None:
    source = empty(tmp_path, "source.db")
    schema.upgrade(source)
    fill(source, tmp_path / "key")
    target = open_store(database_url)
    dump.load(target, write(source, tmp_path), quiet)
    assert rows(target) == rows(source)
    with target.write() as work:
        people.add(work.session, email="c@d.org", name="", timezone="UTC", role="subscriber", now=NOW)
        work.session.add(Audit(at=NOW, actor="x", action="y", object="z"))
    source.close()
    target.close()


def test_a_database_that_holds_rows_is_left_alone(filled: Store, tmp_path: Path) -> None:
    file, before = write(filled, tmp_path), rows(filled)
    with pytest.raises(ConflictError, match="holds rows already"):
        dump.load(filled, file, quiet)
    assert rows(filled) == before


@pytest.mark.parametrize("harm", ["cut", "half a line", "changed", "no backup", "empty", "missing"])
def test_a_backup_that_was_harmed_is_refused_before_anything_is_stored(tmp_path: Path, harm: str) -> None:
    source = empty(tmp_path, "source.db")
    schema.upgrade(source)
    fill(source, tmp_path / "key")
    file = write(source, tmp_path)
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    match harm:
        case "cut":
            file.write_bytes(gzip.compress(b"".join(lines[:-1]), mtime=0))
        case "half a line":
            file.write_bytes(file.read_bytes()[:-40])
        case "changed":
            file.write_bytes(gzip.compress(b"".join(lines).replace(b"Wire", b"Fire"), mtime=0))
        case "no backup":
            file.write_bytes(b"hello")
        case "empty":
            file.write_bytes(b"")
        case "missing":
            file.unlink()
    other = empty(tmp_path)
    with pytest.raises(InvalidError):
        dump.load(other, file, quiet)
    source.close()
    other.close()


def test_a_backup_of_a_later_version_is_refused(tmp_path: Path) -> None:
    head = {"tocsin": "9", "revision": "9999", "at": NOW.isoformat(), "key": "", "rows": 0}
    line = json.dumps(head).encode() + b"\n"
    end = json.dumps({"end": 0, "sha256": hashlib.sha256(line).hexdigest()}).encode()
    file = tmp_path / "later"
    file.write_bytes(gzip.compress(line + end, mtime=0))
    other = empty(tmp_path)
    with pytest.raises(InvalidError, match="later version"):
        dump.load(other, file, quiet)
    other.close()


def test_the_commands_back_up_and_restore(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two, file = tmp_path / "one", tmp_path / "two", tmp_path / "tocsin.backup"
    store = open_store(f"sqlite:///{one / 'tocsin.db'}")
    schema.upgrade(store)
    fill(store, one / "secret.key")
    assert run(["backup", str(file), "--data", str(one)]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(["backup", str(file), "--data", str(one)]) != 0  # never over another
    capsys.readouterr()
    assert run(["backup", str(file / "in-a-file"), "--data", str(one)]) != 0
    assert f"{file / 'in-a-file'} cannot be written: Not a directory" in capsys.readouterr().err
    assert run(["ingest", "ftp://paper.example/feed", "--data", str(one)]) != 0
    assert "http" in capsys.readouterr().err
    assert run(["restore", str(file), "--data", str(two)]) == 0
    assert "Put the key file" in capsys.readouterr().out
    (two / "tocsin.db").unlink()
    (two / "secret.key").write_text("another")
    assert run(["restore", str(file), "--data", str(two)]) != 0
    assert "not the key file" in capsys.readouterr().err
    store.close()
