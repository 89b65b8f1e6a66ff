"""Quarantine as operators see it: the API, the page, the commands, and the warning of a check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import clock
from services.acts import subscription_acts
from services.cli.app import run
from services.cli.queues import Counted, _needs
from services.queries.tree import Not
from services.rules import anyway
from services.rules.budget import Breach, Fault
from services.store import quarantine
from services.store.packs import shipped
from services.store.states import Role
from tests.integration.api import Api, problem, running
from tests.integration.poison import POISON, key_of


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        one.subscription(Role.SUBSCRIBER, name="Poison", query=POISON)
        yield one


@pytest.fixture
def held(api: Api) -> str:
    key = key_of(POISON)
    with api.store.write() as work:
        quarantine.record_breach(work.session, Breach(key, Fault.ENDED, "ended the process that tried it"), clock.now())
    return key


def test_an_operator_sees_the_rule_and_releases_it_with_an_audit_row(api: Api, held: str) -> None:
    [rule] = api.v1("GET", "rules?quarantined=true", role=Role.OPERATOR).json()["items"]
    assert (rule["id"], rule["query"], rule["people"], rule["fault"]) == (held, POISON, 1, "ended")
    counted = api.v1("GET", "queues", role=Role.OPERATOR).json()
    assert (counted["rules_quarantined"], counted["rules_on_every_article"]) == (1, 0)
    assert 'tocsin_rules{state="quarantined"} 1.0' in api.call("GET", "/metrics").text
    problem(api.v1("POST", f"rules/{held}/release", role=Role.SUBSCRIBER), 403)
    released = api.v1("POST", f"rules/{held}/release", role=Role.OPERATOR).json()
    assert (released["quarantined_at"], released["breaches"]) == (None, 0)
    assert api.v1("GET", "audit", role=Role.OPERATOR).json()["items"][0]["action"] == "rule released"
    problem(api.v1("POST", f"rules/{held}/release", role=Role.OPERATOR), 409)
    problem(api.v1("POST", "rules/nothing/release", role=Role.OPERATOR), 404)


def test_the_page_lists_it_and_its_button_releases_it(api: Api, held: str) -> None:
    shown = api.call("GET", "/rules").text
    assert "1 rule is in quarantine" in shown
    assert "Release for 1 person" in shown
    assert api.call("POST", f"/rules/{held}/release").headers["location"] == "/rules?said=released"
    assert "No rule is in quarantine" in api.call("GET", "/rules").text


def test_the_commands_list_and_release_it(api: Api, held: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data", str(api.settings.data)]
    assert run(["rules", *where]) == 1
    out = capsys.readouterr().out
    assert "in quarantine" in out
    assert held in out
    assert "ended the process that tried it" in out
    run(["doctor", *where])
    assert "1 is in quarantine" in capsys.readouterr().out
    assert "1 rule is in quarantine: tocsin rules" in _needs(Counted([], [], 0, quarantined=1))
    assert run(["rules", "release", held, *where]) == 0
    assert "runs again for 1 subscription; they are told" in capsys.readouterr().out
    assert run(["rules", "list", "--json", "--quarantined", *where]) == 0
    assert capsys.readouterr().out == ""


def test_a_check_warns_of_a_query_that_would_be_tried_on_every_article(monkeypatch: pytest.MonkeyPatch) -> None:
    found = subscription_acts.check_query(POISON, shipped().lookups).tree
    assert anyway.warning(found) is None
    said = anyway.warning(Not(found))
    assert said is not None
    assert said.startswith("This query is tried on every article, because no word")
