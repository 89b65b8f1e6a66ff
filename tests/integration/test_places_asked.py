"""Places by the API and from the command line: found in the gazetteer, shown with articles, the homes of sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.cli.app import run
from services.store.states import Role
from tests.integration.api import Api, problem, running

Ask = Callable[..., tuple[int, str, str]]
TEXT = "STOCKTON, Calif. — The Stockton City Council voted on Tuesday to plant trees.\n\nSpringfield may follow."


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with running(tmp_path, f"sqlite:///{tmp_path / 'tocsin.db'}") as one:
        yield one


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with a file `article.txt` in the folder it stands in; give its exit code and what it wrote."""
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        wrote = capsys.readouterr()
        return code, wrote.out, wrote.err

    return run_it


def test_the_api_finds_places_for_everybody(api: Api) -> None:
    found = api.v1("GET", "places", params={"find": "san bernardino"}, role=Role.SUBSCRIBER).json()["items"]
    city = found[0]
    assert (city["name"], city["shown"], city["type"]) == (
        "San Bernardino, CA", "San Bernardino, California (city)", "place",
    )  # fmt: skip
    assert "ocd-division/country:us/state:ca/county:san_bernardino" in city["within"]
    assert len(api.v1("GET", "places", params={"find": "Springfield", "limit": 3}).json()["items"]) == 3
    assert problem(api.v1("GET", "places"), 400)


def test_a_query_with_an_unclear_place_is_a_problem_with_its_position(api: Api) -> None:
    said = problem(api.v1("POST", "queries/check", json={"query": "fire place:Springfield"}), 422)
    assert said["position"] == 12
    assert "Did you mean Springfield, Missouri (170,000)" in said["detail"]
    assert api.v1("POST", "queries/check", json={"query": "place:Chicago"}).json()["query"] == 'place:"Chicago, IL"'


def test_a_query_is_explained_with_the_home_of_the_source(api: Api) -> None:
    body = {"query": 'place:"Springfield, IL"', "text": "Springfield police closed the road on Monday."}
    alone = api.v1("POST", "queries/explain", json=body).json()
    assert not alone["matched"]
    assert "ambiguous, it may be" in alone["ignored"][0]["how"]
    at_home = api.v1("POST", "queries/explain", json=body | {"home": "Illinois"}).json()
    assert at_home["matched"]
    assert at_home["evidence"][0]["how"].startswith("Springfield, Illinois (city): once in the text")
    assert (
        "There is no home area"
        in problem(api.v1("POST", "queries/explain", json=body | {"home": "Nowhere"}), 422)["detail"]
    )


def test_a_home_is_set_by_its_name_and_refused_if_there_is_none(api: Api) -> None:
    made = api.made("sources", url="http://127.0.0.1:9/feed.xml", name="Gazette", home="California")
    assert (made["home"], made["home_learned"]) == ("US-CA", None)
    path = f"sources/{made['id']}"
    assert api.v1("PATCH", path, json={"home": "Cook County, IL"}).json()["home"] == "US-IL-031"
    said = problem(api.v1("PATCH", path, json={"home": "Nowhereville"}), 422)
    assert said["errors"][0]["field"] == "/home" if "errors" in said else "home" in json.dumps(said)
    assert api.v1("PATCH", path, json={"home": ""}).json()["home"] is None


def test_an_article_shows_its_places(ask: Ask) -> None:
    code, out, _ = ask("article", "article.txt")
    assert code == 0
    assert "Stockton, California (city)" in out
    assert "in the dateline and once in the text; " in out
    assert "left out" in out
    code, out, _ = ask("article", "article.txt", "--json")
    found = json.loads(out)
    assert found["states"] == ["US-CA"]
    assert {one["name"] for one in found["places"] if not one["ambiguous"]} == {"Stockton, CA", "California"}
    assert found["about"][0] == "ocd-division/country:us/state:ca/place:stockton"


def test_match_takes_the_home_of_the_source(ask: Ask) -> None:
    Path("road.txt").write_text("Springfield police closed the road on Monday.", encoding="utf-8")
    assert ask("match", "place:Illinois", "road.txt")[0] == 1
    code, out, _ = ask("match", "place:Illinois", "road.txt", "--home", "US-IL")
    assert (code, "Springfield, Illinois (city)" in out) == (0, True)
    code, _, err = ask("match", "place:Illinois", "article.txt", "--home", "IL")
    assert (code, "may be Illinois or Israel" in err) == (2, True)
    assert ask("explain", 'about:"Stockton, CA"', "article.txt")[0] == 0


def test_check_asks_back(ask: Ask) -> None:
    code, _, err = ask("check", "place:Springfield")
    assert code == 2
    assert 'place:"Springfield, IL"' in err
    assert "character 7" in err
