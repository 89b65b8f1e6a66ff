"""What `tocsin up` says while it starts and when it stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.cli import told
from services.errors import ConflictError
from services.settings import Settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOCSIN_CONFIG", "TOCSIN_SMTP_URL", "TOCSIN_DATABASE_URL", "TOCSIN_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_start_says_what_is_there_and_how_to_sign_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data=tmp_path, port=8123)
    told.database(settings, 1312)
    told.broker("redis+socket:///x/valkey.sock", embedded=True)
    told.ready(settings, "7Qd2-hKx9", 1.25)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"   data in {tmp_path}   Ctrl-C stops it")
    assert lines[2] == "  ✓ database     SQLite, 1,312 articles"
    assert lines[3].startswith("  ✓ broker       embedded ")
    assert lines[4] == "  ✓ workers      ingest 1, match 1, deliver 1"
    assert lines[5].startswith("  ✓ places       ")
    assert lines[5].endswith(" divisions")
    assert lines[6].startswith("  ✓ topics       ")
    assert lines[6].endswith(" examples pass")
    assert lines[7] == f"  ! mail         no SMTP server set: mail is kept in {tmp_path}/mail"
    assert lines[8] == "  ✓ dashboard    http://127.0.0.1:8123"
    assert lines[10] == "Sign in once with this link (10 minutes):"
    assert lines[12] == "  http://127.0.0.1:8123/in/7Qd2-hKx9"
    assert lines[14] == f"API token in {tmp_path}/token. Next: tocsin sources add URL --data {tmp_path}"


def test_no_secret_of_an_address_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(
        data=tmp_path,
        smtp_url="smtps://me:hunter2@mail.example:465",
        database_url="postgresql://me:hunter2@db.example/t",
    )
    told.database(settings, 0)
    told.broker("redis://:hunter2@broker.example:6379/0", embedded=False)
    told.ready(settings, "x", 1.0)
    out = capsys.readouterr().out
    assert "hunter2" not in out
    for said in ("PostgreSQL at db.example, 0 articles", "broker.example:6379", "sent through mail.example:465"):
        assert said in out


def test_without_a_broker_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    told.broker("", embedded=False)
    assert capsys.readouterr().out == "  – broker       none: waiting rows are looked for every second\n"


def test_a_clean_stop_and_one_by_force_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    told.stopped(1.2, 0)
    assert capsys.readouterr().out == "\nStopped in 1.2 s; nothing is left half done.\n"
    told.stopped(25.0, 2)
    out = capsys.readouterr().out
    assert "! Stopped in 25.0 s; 2 processes did not end in time." in out
    assert "nothing is left half done" not in out


def test_a_failure_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    told.failure(ConflictError("Port 8000 on 127.0.0.1 cannot be used"))
    out, err = capsys.readouterr()
    assert (out, err) == ("", "x Port 8000 on 127.0.0.1 cannot be used\n")


def test_that_nobody_reads_any_more_does_not_end_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        told.broker("", embedded=False)
        monkeypatch.undo()
        with pytest.raises(OSError):
            full.flush()
        with Path("/dev/null").open("w") as null:
            import os

            os.dup2(null.fileno(), full.fileno())
