"""Adding people, channels, subscriptions and sources by commands, and the mistakes one can make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.data_folder.commands import Ask, a_subscription, an_active_channel, objects


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
