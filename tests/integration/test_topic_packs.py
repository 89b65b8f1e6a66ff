"""Topic packs applied into a running service: by the command line and the API, counted at once, given back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from services.acts import subscription_acts, topic_acts
from services.cli.app import run
from services.errors import InvalidError
from services.store import topic_packs
from services.store.packs import data_folder, shipped
from services.store.states import Role
from services.store.tables import Alert
from services.store.topic_packs import LivePacks
from services.store.work import Store
from tests.builders import NOW
from tests.integration.api import Api, problem, running
from tests.town import Town

PACK = """# Reviewed by the desk in November.
name: goats
title: "Goats"
description: Goats in the news, and what becomes of them.
terms: ['goat*', "kid NEAR/3 herd"]
exclusions:
    - '"scape goat"'
must_match: ["Forty goats cleared the hill."]
must_not_match: ["The fair opened."]
"""


def applied(store: Store, text: str = PACK, file: str = "goats-of-the-desk.yaml") -> dict[str, str]:
    with store.write() as work:
        return topic_acts.apply_topics(work, "test", [topic_packs.read(text, file)], NOW)


def test_a_topic_counts_for_the_next_article_of_a_running_worker(store: Store) -> None:
    town, channel = Town(store), None
    town.push("a1", "Forty goats cleared the hill above Oakton on Monday.")
    town.run()
    assert applied(store) == {"goats": "new"}
    channel = town.channel()
    with store.write() as work:
        row = subscription_acts.add_subscription(
            work, LivePacks(store).now().lookups, "test", person=channel_person(store, channel), name="Goats",
            query="topic:goats", channel_ids=[channel], cadence="instant", urgent=False, now=town.now,
        )  # fmt: skip
        id_ = row.id
    town.push("a2", "Ninety goats came down from the hill after the rain, the herder said.")
    town.run()
    assert [alert.subscription for alert in town.all(Alert)] == [id_]
    assert applied(store, PACK.replace("goat*", "llama*").replace("goats cleared", "llamas cleared")) == {
        "goats": "changed"
    }
    town.later(hours=1)
    town.push("a3", "More goats were seen near the lake on Tuesday, walkers told the paper.")
    town.push("a4", "A llama was seen near the school on Tuesday, teachers told the paper.")
    town.run()
    with store.read() as session:
        told = [
            alert.reason["clauses"][0]["sentence"] for alert in session.scalars(select(Alert).order_by("created_at"))
        ]
    assert [("goats" in sentence, "llama" in sentence) for sentence in told] == [(True, False), (False, True)]


def channel_person(store: Store, channel: str) -> str:
    from services.store import channels

    with store.read() as session:
        return channels.get(session, channel).person


def test_a_pack_whose_examples_come_out_otherwise_changes_nothing(store: Store) -> None:
    with pytest.raises(InvalidError, match="1 of the examples come out otherwise") as caught:
        applied(store, PACK.replace("The fair opened.", "The goat fair opened."))
    assert "goats: must_not_match 1 matches by goat*" in caught.value.advice
    with store.read() as session:
        assert topic_packs.current(session) is shipped()


def test_what_was_applied_before_is_unchanged(store: Store) -> None:
    applied(store)
    assert applied(store) == {"goats": "unchanged"}
    with store.read() as session:
        assert topic_packs.changes(session) == 1
        assert len(topic_packs.current(session).packs) == len(shipped().packs) + 1


# ---- the command line and the API ----


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with running(tmp_path / "api") as one:
        yield one


def test_apply_then_export_gives_the_same_files_byte_for_byte(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, folder = str(api.settings.data), tmp_path / "packs"
    folder.mkdir()
    for file in (data_folder() / "topics").glob("*.yaml"):
        text = file.read_bytes().replace(b"\n", b"\r\n") if file.name == "transit.yaml" else file.read_bytes()
        (folder / file.name).write_bytes(text)
    (folder / "our goats.yaml").write_text(PACK)
    assert run(["topics", "apply", str(folder), "--data", data]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:3] for line in lines if "unchanged" not in line][:2] == [
        ["new", "goats"],
        ["changed", "transit"],
    ]
    assert sum("unchanged" in line for line in lines) == 11
    assert run(["topics", "export", "--to", str(tmp_path / "out"), "--data", data]) == 0
    written = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert written == {file.name: file.read_bytes() for file in folder.iterdir()}
    capsys.readouterr()
    assert run(["topics", "list", "--json", "--data", data]) == 0
    assert "goats" in [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()]


def test_the_api_applies_a_pack_and_gives_it_back(api: Api) -> None:
    shown = api.v1("PUT", "topics/goats", json={"yaml": PACK}, role=Role.OPERATOR).json()
    assert (shown["state"], shown["yaml"], shown["query"]) == (
        "new",
        PACK,
        '(goat* OR kid NEAR/3 herd) NOT "scape goat"',
    )
    assert api.v1("GET", "topics/goats", role=Role.SUBSCRIBER).json()["yaml"] == PACK
    names = [one["name"] for one in api.v1("GET", "topics", role=Role.SUBSCRIBER).json()["items"]]
    assert names == sorted([*shipped().packs, "goats"])
    checked = api.v1("POST", "queries/check", json={"query": "topic:goats"}, role=Role.SUBSCRIBER)
    assert checked.status_code == 200


@pytest.mark.parametrize(
    ("name", "yaml", "said"),
    [
        ("goats", "name: [", "goats.yaml, line 1: this is not YAML"),
        ("sheep", PACK, 'The pack is called "goats"; "sheep" is expected'),
        ("goats", PACK.replace("'goat*'", "'goat* OR (b'"), "goats.yaml, line 5, terms/1"),
        ("goats", PACK.replace("Forty goats", "Forty sheep"), "1 of the examples come out otherwise"),
    ],
)
def test_a_pack_that_cannot_be_applied_says_why(api: Api, name: str, yaml: str, said: str) -> None:
    answer = problem(api.v1("PUT", f"topics/{name}", json={"yaml": yaml}), 422)
    assert said in answer["detail"]
    assert answer["pointer"] == "/yaml"


def test_subscribers_may_not_apply_packs(api: Api) -> None:
    problem(api.v1("PUT", "topics/goats", json={"yaml": PACK}, role=Role.SUBSCRIBER), 403)
    problem(api.v1("GET", "topics/missing"), 404)
