"""The commands that work on the database of a data folder, with no server running."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services import clock, pipeline
from services.addressing import Options
from services.cli.app import run
from services.rules.engine import Engine
from services.store import claims, deliveries
from services.store.deliveries import Ending
from services.store.packs import shipped
from services.store.rules import LiveRules
from services.store.states import DeliveryState, Outcome
from services.store.tables import Delivery
from services.store.work import Store, open_store

Ask = Callable[..., tuple[int, str, str]]


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


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def an_active_channel(ask: Ask) -> str:
    """Add Ana with a confirmed e-mail channel; give the channel's id."""
    assert ask("people", "add", "ana@example.org", "--name", "Ana")[0] == 0
    code, out, _ = ask(
        "channels", "add", "--person", "ana@example.org", "email", "ana@example.org", "--confirmed", "--json"
    )
    assert code == 0
    assert objects(out)[0]["state"] == "active"
    return str(objects(out)[0]["id"])


def a_subscription(ask: Ask, channel: str, query: str = "sanctuary city") -> str:
    code, out, _ = ask(
        "subscribe", "--person", "ana@example.org", "--name", "Sanctuary", "--channel", channel, query, "--json"
    )
    assert code == 0
    return str(objects(out)[0]["id"])


def a_dead_delivery(store: Store, channel: str) -> str:
    """Put a message on its way that was refused for good."""
    now = clock.now()
    with store.write() as work:
        id_ = deliveries.put(work.session, channel=channel, dedupe_key="k", kind="confirm", story=None, now=now)
        assert id_ is not None
        row = work.session.get_one(Delivery, id_)
        row.state, row.reason, row.reason_code, row.ended_at = DeliveryState.DEAD, "404 no_service", "refused", now
        work.session.add(row)
    return id_


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


def test_people_are_added_once_and_listed(ask: Ask) -> None:
    code, out, _ = ask("people", "add", "Ana@Example.org", "--name", "Ana", "--timezone", "America/Los_Angeles")
    assert code == 0
    assert out.startswith("✓ added   ana@example.org")
    code, _, err = ask("people", "add", "ana@example.org")
    assert code == 2
    assert "already" in err
    code, out, _ = ask("people", "list", "--json")
    assert [one["email"] for one in objects(out)] == ["admin@localhost", "ana@example.org"]
    code, out, _ = ask("people")
    assert out.splitlines()[0] == "id\temail\tname\ttimezone\trole"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["people", "add", "nonsense"], "e-mail address"),
        (["people", "add", "a@example.org", "--timezone", "Mars/Base"], 'There is no time zone "Mars/Base"'),
        (["people", "add", "a@example.org", "--role", "king"], 'There is no role "king"'),
        (
            ["channels", "add", "--person", "nobody@example.org", "email", "a@example.org"],
            'There is no person "nobody@example.org"',
        ),
        (["channels", "add", "--person", "admin@localhost", "pigeon", "loft"], 'There is no kind of channel "pigeon"'),
        (["channels", "add", "--person", "admin@localhost", "webhook", "https://10.0.0.1/x"], "private network"),
        (["channels", "add", "--person", "admin@localhost", "chat", "ftp://x"], "ftp://"),
        (["channels", "test", "nothing"], 'There is no channel "nothing"'),
        (
            ["subscribe", "--person", "admin@localhost", "--name", "x", "--channel", "nothing", "rent"],
            'no channel "nothing"',
        ),
        (["subscribe", "--person", "admin@localhost", "--name", "x", "--channel", "c", "rent OR"], "^^ character 6"),
        (["alerts", "--subscription", "nothing"], 'There is no subscription "nothing"'),
        (["deliveries", "--state", "lost"], 'There is no state "lost"'),
        (["deliveries", "show", "nothing"], 'There is no delivery "nothing"'),
        (["deliveries", "replay", "nothing"], 'There is no delivery "nothing"'),
        (["sources", "add", "feed.xml"], "https://"),
        (["sources", "poll", "nothing"], 'There is no source "nothing"'),
        (["ingest", "/nowhere.txt"], "There is no file /nowhere.txt"),
        (["ingest", "http://127.0.0.1:9/page"], "private network"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(ask: Ask, data: Path, arguments: list[str], said: str) -> None:
    code, out, err = ask(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("x ")
    assert said in err
    assert len(objects(ask("people", "list", "--json")[1])) == 1
    assert ask("channels", "list", "--json")[1] == ""


def test_a_mail_address_waits_for_its_link_unless_it_is_confirmed_here(ask: Ask) -> None:
    ask("people", "add", "ana@example.org")
    code, out, _ = ask("channels", "add", "--person", "ana@example.org", "email", "ana@example.org")
    assert code == 0
    assert "! not confirmed: ana@example.org gets a message with a link that confirms it" in out
    assert [one["kind"] for one in objects(ask("deliveries", "--json")[1])] == ["confirm"]


def test_a_webhook_secret_is_shown_once(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_ALLOW_PRIVATE", "127.0.0.0/8")
    ask("people", "add", "ana@example.org")
    code, out, _ = ask(
        "channels", "add", "--person", "ana@example.org", "webhook", "http://127.0.0.1:9/hook", "--confirmed"
    )
    assert code == 0
    assert "whsec_" in out
    listed = ask("channels", "list")[1] + ask("channels", "list", "--json")[1]
    assert "whsec_" not in listed
    assert "127.0.0.1:9" in listed


def test_a_test_message_to_a_mail_channel_is_kept_in_the_folder_without_a_server(ask: Ask, data: Path) -> None:
    channel = an_active_channel(ask)
    code, out, _ = ask("channels", "test", channel)
    assert code == 0
    assert out.startswith("✓ accepted   e-mail ana@example.org")
    assert any("Test message from Tocsin" in file.read_text() for file in (data / "mail").rglob("*.eml"))


def test_a_webhook_that_does_not_answer_is_a_no(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_ALLOW_PRIVATE", "127.0.0.0/8")
    ask("people", "add", "ana@example.org")
    _, out, _ = ask("channels", "add", "--person", "ana@example.org", "webhook", "http://127.0.0.1:9/h", "--json")
    code, out, _ = ask("channels", "test", objects(out)[0]["id"])
    assert code == 1
    assert out.startswith("x not accepted   webhook 127.0.0.1:9")


def test_a_subscription_is_stored_in_its_canonical_form(ask: Ask) -> None:
    channel = an_active_channel(ask)
    a_subscription(ask, channel, '"sanctuary city"  (California | Chicago)')
    [row] = objects(ask("subscriptions", "--json")[1])
    assert row["query"] == '"sanctuary city" AND (California OR Chicago)'
    assert row["channels"] == [channel]
    code, _, err = ask("subscribe", "--person", "ana@example.org", "--name", "Sanctuary", "--channel", channel, "rent")
    assert code == 2
    assert 'You already have a subscription called "Sanctuary"' in err


def test_an_article_is_taken_in_once_and_waits_for_a_worker(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text("Council votes on rent\n\nThe council voted on Tuesday to cap rents for a year.\n")
    code, out, _ = ask(
        "ingest", str(file), "--source", "Sierra Wire", "--url", "https://paper.example/a", "--title", "Rents"
    )
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "✓ taken in   Rents"
    assert lines[1].endswith("waits to be read")
    assert lines[2].startswith("! It waits, because no worker is at work: tocsin up --data ")
    again = ask("ingest", str(file), "--source", "Sierra Wire", "--url", "https://paper.example/a", "--title", "Rents")[
        1
    ]
    assert again.startswith("– known already   Rents")
    waiting = {row["stage"]: row["waiting"] for row in objects(ask("queues", "--json")[1])}
    assert waiting["ingest"] == 1


def test_a_feed_file_gives_an_article_an_item(ask: Ask, tmp_path: Path) -> None:
    items = "".join(
        f"<item><guid>g{n}</guid><title>Story {n}</title><description>Text {n}.</description></item>" for n in (1, 2)
    )
    file = tmp_path / "feed.xml"
    file.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>')
    found = objects(ask("ingest", str(file), "--json")[1])
    assert [(one["external_id"], one["title"], one["state"], one["new"]) for one in found] == [
        ("g1", "Story 1", "new", True), ("g2", "Story 2", "new", True),
    ]  # fmt: skip
    code, _, err = ask("ingest", str(file), "--title", "One")
    assert code == 2
    assert "--title names one article" in err


def test_a_dead_delivery_is_shown_with_its_reason_and_replayed_under_its_id(ask: Ask, store: Store) -> None:
    id_ = a_dead_delivery(store, an_active_channel(ask))
    [listed] = objects(ask("deliveries", "list", "--state", "dead", "--json")[1])
    assert (listed["id"], listed["reason"]) == (id_, "404 no_service")
    shown = ask("deliveries", "show", id_)[1]
    assert shown.startswith("x dead   e-mail ana@example.org")
    assert shown.rstrip().endswith(f"tocsin deliveries replay {id_}")
    assert ask("deliveries", "replay", id_)[:2] == (
        0,
        f"✓ 1 delivery is on the way again\n  {id_}   e-mail ana@example.org\n",
    )
    code, _, err = ask("deliveries", "replay", id_)
    assert code == 2
    assert "Only a dead delivery can be replayed" in err


def test_replaying_several_is_all_or_nothing(ask: Ask, store: Store) -> None:
    id_ = a_dead_delivery(store, an_active_channel(ask))
    assert ask("deliveries", "replay", id_, "nothing")[0] == 2
    assert len(objects(ask("deliveries", "--state", "dead", "--json")[1])) == 1


def test_a_source_is_watched_once_and_its_password_is_not_shown(ask: Ask) -> None:
    code, out, _ = ask("sources", "add", "https://reader:secret@8.8.8.8/feed.xml", "--name", "Paper", "--as-is")
    assert code == 0
    assert out.startswith("✓ watched   Paper")
    assert "secret" not in ask("sources")[1] + ask("sources", "list", "--json")[1]
    assert ask("sources", "add", "https://reader:secret@8.8.8.8/feed.xml", "--as-is")[0] == 2
    assert ask("sources", "poll", "Paper")[0] == 0


def test_lists_are_empty_but_for_their_header(ask: Ask) -> None:
    for command in ("alerts", "deliveries", "channels", "subscriptions", "sources"):
        code, out, _ = ask(command)
        assert code == 0
        assert out.count("\n") == 1
        assert "\t" in out
        assert ask(command, "--json")[:2] == (0, "")


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


def test_endings_are_shown_by_their_words(ask: Ask, store: Store) -> None:
    channel = an_active_channel(ask)
    now = clock.now()
    with store.write() as work:
        id_ = deliveries.put(work.session, channel=channel, dedupe_key="k2", kind="confirm", story=None, now=now)
    with store.write() as work:
        [row] = claims.claim(work.session, "w1", now, timedelta(seconds=60))
        ending = Ending(Outcome.RETRY, DeliveryState.PENDING, code="http_503", detail="try later", due_at=now)
        deliveries.finish(work.session, row, ending, now)
    assert id_ is not None
    shown = ask("deliveries", "show", id_)[1]
    assert "try 1" in shown
    assert "http_503 try later" in shown
    assert objects(ask("deliveries", "show", id_, "--json")[1])[0]["attempt_log"][0]["outcome"] == "retry"


def go_on(store: Store) -> None:
    """Do what ingest and match workers do."""
    lease, topics = timedelta(seconds=60), shipped()
    pipeline.ingest(store, clock.now, lease)
    rules = LiveRules(Engine(topics=topics.trees), topics)
    pipeline.match(store, rules, clock.now, lease, Options(group=timedelta(minutes=5)))


def test_an_alert_is_listed_with_its_reason_and_what_became_of_it(ask: Ask, store: Store, tmp_path: Path) -> None:
    subscription = a_subscription(ask, an_active_channel(ask), '"sanctuary city"')
    file = tmp_path / "news.txt"
    file.write_text("Council votes\n\nThe council made San Bernardino a sanctuary city on Tuesday.\n")
    ask("ingest", str(file), "--source", "Sierra Wire")
    go_on(store)
    [alert] = objects(ask("alerts", "--subscription", subscription, "--json")[1])
    assert (alert["subscription_name"], alert["kind"], alert["article"]["title"]) == (
        "Sanctuary",
        "new",
        "Council votes",
    )
    assert alert["reason"]["clause"] == '"sanctuary city"'
    assert [link["state"] for link in alert["links"]] == ["open"]
    rows = [line.split("\t") for line in ask("alerts")[1].splitlines()]
    assert [rows[1][rows[0].index(name)] for name in ("subscription", "source", "clause")] == [
        "Sanctuary", "Sierra Wire", '"sanctuary city"',
    ]  # fmt: skip
    assert len(objects(ask("deliveries", "--state", "pending", "--json")[1])) == 1


# ---- previews ----


def _read_all(store: Store) -> None:
    rules = LiveRules(Engine(shipped().trees), shipped())
    pipeline.ingest(store, clock.now, timedelta(seconds=60))
    pipeline.match(store, rules, clock.now, timedelta(seconds=60), Options(timedelta(minutes=5)))


def test_a_preview_shows_what_a_query_would_have_caught(ask: Ask, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "council.txt"
    file.write_text("Council votes\n\nOakton became a sanctuary city on Monday.\n\nREAD MORE: A fair opens\n")
    ask("ingest", str(file))
    _read_all(store)
    code, out, _ = ask("preview", '"sanctuary city" OR detainer*')
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "✓ 1 story in 30 days   expect about one alert a day"
    assert any("became a [sanctuary city] on Monday" in line for line in lines)
    assert 'sanctuary city"\t1\t1\t\teither' in out
    code, out, _ = ask("preview", "fair", "--json")
    [found] = objects(out)
    assert (code, found["stories"], found["checked"], found["ignored_articles"]) == (1, 0, 1, 1)
    assert found["ignored"][0]["ignored"][0]["zone"] == "teaser"


def test_a_diff_compares_a_query_with_another_or_with_a_subscription(ask: Ask, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "council.txt"
    file.write_text("Council votes\n\nOakton became a sanctuary city on Monday.\n")
    ask("ingest", str(file))
    _read_all(store)
    code, out, _ = ask("diff", '"sanctuary city"', '"sanctuary city" -Oakton')
    assert code == 0
    assert out.splitlines()[0] == "✓ This change gains no story and loses 1   kept: 0"
    assert any(line.startswith("      x Oakton") for line in out.splitlines())
    assert ask("diff", "Oakton", "Monday")[0] == 1
    [found] = objects(ask("diff", "Oakton", "Tuesday", "--json")[1])
    assert (found["old"], found["query"], found["lost"]["stories"]) == ("Oakton", "Tuesday", 1)


@pytest.mark.parametrize("command", [["preview", "a OR (b"], ["diff", "a", "a OR (b"]])
def test_a_mistake_in_a_previewed_query_shows_the_spot(ask: Ask, command: list[str]) -> None:
    code, _, err = ask(*command)
    assert code == 2
    assert "^ character" in err
