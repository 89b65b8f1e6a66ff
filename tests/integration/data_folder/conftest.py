"""A data folder as `tocsin setup` makes it, commands on it, and its database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.app import run
from services.store.work import Store, open_store
from tests.integration.data_folder.commands import Ask


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A data folder as `tocsin setup` makes it."""
    for name in ("TOCSIN_DATA", "TOCSIN_DATABASE_URL", "TOCSIN_BROKER_URL", "TOCSIN_SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOCSIN_CONFIG", "")
    folder = tmp_path / "data"
    assert run(["setup", "--data", str(folder)]) == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def ask(data: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command on the data folder; give its exit code and what it wrote."""

    def asked(*arguments: str) -> tuple[int, str, str]:
        code = run([*arguments, "--data", str(data)])
        out, err = capsys.readouterr()
        return code, out, err

    return asked


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    """The database behind the commands."""
    opened = open_store(f"sqlite:///{data / 'tocsin.db'}")
    yield opened
    opened.close()
