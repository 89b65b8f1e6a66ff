"""`tocsin places`: files, lines of JSON and the gazetteer's search, with no server and no database."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.integration.answering import answer

ARTICLE = """Stockton weighs a curfew

STOCKTON, Calif. (AP) — The Stockton City Council will vote on a curfew, as Modesto and Lodi did.

READ MORE: Chicago river turns green
"""
KEYS = {"start", "end", "text", "division", "name", "type", "lat", "lon", "ambiguous", "evidence"}


def lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *asked: object
) -> tuple[int, list[dict], str]:
    """Put lines through `--jsonl`; texts go in as they are, everything else as JSON."""
    written = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in asked)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written.encode())))
    code, out, err = answer(capsys, "places", "--jsonl")
    return code, [json.loads(line) for line in out.split("\n") if line], err


def test_a_file_gives_its_places_and_not_its_teasers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    code, out, _ = answer(capsys, "places", str(file), "--json")
    found = json.loads(out)
    assert code == 0
    assert {one["name"] for one in found["mentions"]} == {"Stockton, CA", "California", "Modesto, CA", "Lodi, CA"}
    assert all(set(one) == KEYS for one in found["mentions"])
    assert all(ARTICLE[one["start"] : one["end"]] == one["text"] for one in found["mentions"])
    assert found["about"][0] == "ocd-division/country:us/state:ca/place:stockton"
    assert "ocd-division/country:us/state:ca/place:stockton" in found["gov"]


def test_people_see_what_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    _, out, _ = answer(capsys, "places", str(file))
    assert "“California” stands behind it" in out


def test_lines_come_out_in_order_with_their_ids(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found, _ = lines(monkeypatch, capsys, {"id": "a", "text": "Rain in Chicago."}, {"id": 7, "text": "No place."})
    assert code == 0
    assert [one["id"] for one in found] == ["a", 7]
    assert set(found[0]) == {"id", "mentions", "states", "counties", "about"}
    assert (found[0]["states"], found[0]["counties"]) == (["US-IL"], ["US-IL-031"])
    assert found[1]["mentions"] == []


def test_a_home_decides_what_the_text_leaves_open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "A fire in Springfield closed the mill for the day, the fire chief said."
    _, found, _ = lines(
        monkeypatch, capsys, {"id": 1, "text": text, "home": "US-OH"}, {"id": 2, "text": text, "home": "US-MA"}
    )
    assert [one["states"] for one in found] == [["US-OH"], ["US-MA"]]


def test_a_source_is_known_by_its_earlier_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = [
        {"id": n, "source": "News-Sun", "text": f"The council of {town}, Ohio, met in Columbus."}
        for n, town in enumerate(("Dayton", "Urbana", "Xenia", "Piqua"))
    ]
    last = {"id": "last", "source": "News-Sun", "text": "A fire in Springfield closed the mill for the day."}
    _, found, _ = lines(monkeypatch, capsys, *earlier, last)
    assert found[-1]["states"] == ["US-OH"]


def test_a_line_that_cannot_be_read_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"id": 3, "text": "Rain in Chicago."}
    code, found, err = lines(monkeypatch, capsys, "{bad", {"id": 2}, [1], {"id": 4, "text": 5}, good)
    assert code == 2
    assert [one["id"] for one in found] == [3]
    for number in (1, 2, 3, 4):
        assert f"line {number}:" in err


def test_separators_inside_a_text_do_not_cut_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = json.dumps({"id": 1, "text": "It rained in Chicago.\u2028The river rose."}, ensure_ascii=False)
    code, found, _ = lines(monkeypatch, capsys, asked)
    assert (code, found[0]["states"]) == (0, ["US-IL"])


def test_an_unknown_home_is_told_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found, err = lines(monkeypatch, capsys, {"id": 1, "text": "Rain in Chicago.", "home": "Illinois"})
    assert (code, len(found)) == (0, 1)
    assert "a home is a code such as US-CA" in err


def test_the_gazetteer_is_searched(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capsys, "places", "--find", "springfield", "--json", "--limit", "3")
    assert code == 0
    assert [json.loads(line)["name"] for line in out.splitlines()] == [
        "Springfield, MO",
        "Springfield, MA",
        "Springfield, IL",
    ]
    code, _, err = answer(capsys, "places", "--find", "Nowhereatallville")
    assert code == 1
    assert "Nothing in the gazetteer" in err


@pytest.mark.parametrize("arguments", [(), ("x.txt", "--jsonl"), ("--find", "x", "--jsonl")])
def test_one_way_of_asking_at_a_time(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = answer(capsys, "places", *arguments)
    assert code == 2
    assert "one of them" in err
