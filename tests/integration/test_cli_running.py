"""`tocsin up`, `worker` and `api`: what is refused before anything runs, and what is handed on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from services.cli import running
from services.cli.app import run
from services.settings import Settings
from services.store.tables import Worker
from services.store.work import open_store
from tests.parts import until
from workers.start import has_broker


class BecameError(Exception):
    """Stands for the process that the command became."""


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Record what would be executed instead of executing it."""
    calls: list[list[str]] = []

    def become(_program: str, arguments: list[str]) -> None:
        calls.append(arguments)
        raise BecameError

    monkeypatch.setattr(running.os, "execv", become)
    monkeypatch.setattr(running.os, "environ", dict(os.environ) | {"TOCSIN_CONFIG": "", "TOCSIN_DATA": str(tmp_path)})
    return calls


def test_up_hands_its_options_on_by_the_environment(became: list[list[str]], tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with pytest.raises(BecameError):
        run(["up", "--data", str(folder), "--port", "8123", "--host", "127.0.0.2", "--no-broker"])
    assert became == [[sys.executable, "-P", "-m", "workers.up"]]
    names = ("TOCSIN_DATA", "TOCSIN_PORT", "TOCSIN_HOST", "TOCSIN_BROKER_URL")
    assert [running.os.environ[name] for name in names] == [str(folder), "8123", "127.0.0.2", ""]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_worker_is_told_its_role(became: list[list[str]]) -> None:
    with pytest.raises(BecameError):
        run(["worker", "deliver", "--concurrency", "6"])
    assert became == [[sys.executable, "-P", "-m", "workers.start", "deliver", "6"]]
    assert running.os.environ["TOCSIN_ROLE"] == "deliver"


def test_a_data_folder_that_cannot_be_made_is_told(
    became: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert run(["up", "--data", str(tmp_path / "file" / "data")]) == 3
    assert "Not a directory" in capsys.readouterr().err
    assert became == []


@pytest.mark.parametrize("command", ["api"])
def test_what_serves_is_not_started_without_its_database(
    became: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run([command, "--data", str(tmp_path / "none")]) == 2
    assert "There is no database" in capsys.readouterr().err
    assert became == []


def test_a_worker_without_any_broker_looks_for_rows_itself(tmp_path: Path) -> None:
    assert not has_broker(Settings(data=tmp_path))
    assert not has_broker(Settings(data=tmp_path, broker_url=""))
    assert has_broker(Settings(data=tmp_path, broker_url="redis://127.0.0.1:9/0"))


def tocsin(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start the command line in a process of its own, in a folder with files that must not be taken for ours."""
    for name in ("workers", "services", "config"):
        (folder / f"{name}.py").write_text("raise SystemExit('taken from the current folder')")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
    program = [sys.executable, "-P", "-c", "from services.cli.app import main; main()", *arguments]
    return subprocess.Popen(program, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def has_beaten(data: Path) -> bool:
    """Say whether a worker has begun to work, which is after it can be told to stop."""
    store = open_store(f"sqlite:///{data / 'tocsin.db'}")
    try:
        with store.read() as session:
            return any(row.seen_at > row.started_at for row in session.exec(select(Worker)))
    finally:
        store.close()


def test_a_worker_runs_and_ends_in_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert tocsin("setup", "--data", str(data), folder=tmp_path).wait(timeout=60) == 0
    worker = tocsin("worker", "match", "--no-broker", "--data", str(data), folder=tmp_path)
    try:
        until(lambda: has_beaten(data), "the worker's first beat")
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert (worker.returncode, out) == (0, b""), err
    assert not list((data / "run").glob("*.lock"))


def test_a_worker_without_a_database_says_so(tmp_path: Path) -> None:
    worker = tocsin("worker", "match", "--data", str(tmp_path / "none"), folder=tmp_path)
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 2
    assert err.startswith(b"x There is no database")
