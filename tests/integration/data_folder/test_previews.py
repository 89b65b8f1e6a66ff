"""Previews and diffs by commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.store.work import Store
from tests.integration.data_folder.commands import Ask, go_on, objects


def test_a_preview_shows_what_a_query_would_have_caught(ask: Ask, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "council.txt"
    file.write_text("Council votes\n\nOakton became a sanctuary city on Monday.\n\nREAD MORE: A fair opens\n")
    ask("ingest", str(file))
    go_on(store)
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
    go_on(store)
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
