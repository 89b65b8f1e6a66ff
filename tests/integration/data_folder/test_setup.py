"""Making, checking and upgrading a data folder, and what is said of one that is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.cli.app import run
from services.store.work import Store
from tests.integration.data_folder.commands import Ask, objects


def test_setup_makes_a_folder_that_only_its_owner_reads_and_may_run_again(ask: Ask, data: Path) -> None:
    assert (data / "token").stat().st_mode & 0o777 == 0o600
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    code, out, _ = ask("setup")
    assert code == 0
    assert "Sign in once with this link (10 minutes):" in out


def test_without_a_database_the_command_that_makes_one_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", "")
    folder = tmp_path / "none"
    assert run(["queues", "--data", str(folder)]) == 2
    assert capsys.readouterr().err == f"x There is no database in {folder} yet.\n  tocsin up --data {folder}\n"
    assert not folder.exists()


def test_the_doctor_names_what_is_missing_and_how_to_mend_it(ask: Ask, data: Path) -> None:
    code, out, _ = ask("doctor")
    assert code == 0
    assert "✓ database     SQLite, 0 articles" in out
    assert "! broker       the embedded one does not run" in out
    assert f"tocsin up --data {data}" in out
    (data / "secret.key").chmod(0o644)
    assert "chmod 600" in ask("doctor")[1]
    (data / "secret.key").unlink()
    code, out, _ = ask("doctor", "--json")
    assert code == 3
    assert {row["name"]: row["state"] for row in objects(out)}["key"] == "bad"


def test_a_broker_that_does_not_answer_is_named_and_costs_no_article(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOCSIN_BROKER_URL", "redis://127.0.0.1:9/0")
    code, out, _ = ask("doctor")
    assert code == 3
    assert "x broker       does not answer" in out
    file = tmp_path / "news.txt"
    file.write_text("Rents are capped for a year, the council says.")
    code, out, err = ask("ingest", str(file))
    assert (code, err) == (0, "")
    assert out.startswith("✓ taken in")


def test_a_file_that_is_no_database_is_told_without_a_trace(ask: Ask, data: Path) -> None:
    for file in data.glob("tocsin.db*"):
        file.unlink()
    (data / "tocsin.db").write_bytes(b"no database at all " * 1000)
    code, _, err = ask("queues")
    assert code == 3
    assert err == "x The database cannot be used: file is not a database\n  tocsin doctor\n"


def test_a_database_of_another_version_is_told_with_the_command_that_mends_it(ask: Ask, store: Store) -> None:
    with store.write() as work:
        work.session.connection().exec_driver_sql("DELETE FROM alembic_version")
    code, _, err = ask("queues")
    assert code == 2
    assert err.splitlines()[-1].strip() == "tocsin db upgrade"


def test_upgrading_says_the_revision_and_may_run_again(ask: Ask) -> None:
    assert ask("db", "upgrade")[1].startswith("✓ up to date   the database is at revision ")
