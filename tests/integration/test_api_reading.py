"""What can be read: alerts with their reasons, deliveries with their attempts, sources, counts, and the description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from services import clock
from services.articles.article import Item
from services.identity import story_id
from services.store import alerts, articles, claims, deliveries, sends, sources
from services.store.states import DeliveryState, Outcome, Role
from services.store.tables import Audit, Delivery, Source, Story, StoryMember
from tests.integration.api import ARTICLE, Api, problem, running

REASON = {
    "clause": "sanctuary",
    "zone": "lead",
    "sentence": "A sanctuary city.",
    "marks": [[2, 11]],
    "places": [],
    "clauses": [],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("api")) as one:
        yield one


@pytest.fixture(scope="module")
def told(api: Api) -> dict[str, str]:
    """One story told to a subscriber, and one to an admin; both deliveries are dead."""
    found: dict[str, str] = {}
    for role in (Role.SUBSCRIBER, Role.ADMIN):
        made = api.subscription(role)
        pushed = api.v1("POST", "articles", json=ARTICLE | {"external_id": role.value}).json()["id"]
        ids = _told(api, made, pushed)
        found |= {f"{role.value} {name}": id_ for name, id_ in ids.items()}
    return found


def _told(api: Api, subscription: dict, article: str) -> dict[str, str]:
    now, channel = clock.now(), subscription["channels"][0]
    with api.store.write() as work:
        row = articles.get(work.session, article)
        story = Story(id=story_id(article), title=row.title, first_article=article, first_seen_at=now, last_seen_at=now)
        work.session.add(story)
        work.session.flush()
        row.story = story.id
        alert = alerts.new(
            subscription["id"],
            story.id,
            "new",
            article=article,
            decision="tell",
            because="first",
            reason=REASON,
            now=now,
        )
        alerts.put(work.session, [alert])
        id_ = deliveries.put(work.session, channel=channel, dedupe_key=article, kind="new", story=story.id, now=now)
        assert id_
        alerts.link(work.session, [alerts.NewLink(alert=alert.id, channel=channel, delivery=id_)])
        (claimed,) = claims.claim(work.session, "w1", now, clock.now() - now + sends.MARGIN * 5)
        ended = sends.Ending(
            Outcome.PERMANENT,
            DeliveryState.DEAD,
            code="550",
            detail="unknown",
            reason_code="smtp_5xx",
        )
        assert sends.finish(work.session, claimed, ended, now)
    return {
        "alert": alert.id,
        "delivery": id_,
        "story": story.id,
        "article": article,
        "subscription": subscription["id"],
    }


def test_an_alert_says_why_of_what_and_what_became_of_it(api: Api, told: dict[str, str]) -> None:
    (alert,) = api.v1("GET", f"alerts?subscription={told['subscriber subscription']}").json()["items"]
    assert alert["id"] == told["subscriber alert"]
    assert alert["reason"] == REASON
    assert (alert["kind"], alert["decision"], alert["because"]) == ("new", "tell", "first")
    assert (alert["article"]["title"], alert["article"]["source"]) == ("Council votes", "push")
    assert alert["links"] == [
        {"channel": alert["links"][0]["channel"], "delivery": told["subscriber delivery"], "state": "dead"}
    ]
    assert api.v1("GET", f"alerts/{alert['id']}").json() == alert
    assert api.v1("GET", f"alerts?story={alert['story']}").json()["items"] == [alert]


def test_dead_deliveries_are_listed_with_their_reason(api: Api, told: dict[str, str]) -> None:
    items = {item["id"]: item for item in api.v1("GET", "deliveries?state=dead").json()["items"]}
    item = items[told["subscriber delivery"]]
    assert (item["state"], item["attempts"], item["reason"], item["reason_code"]) == ("dead", 1, "unknown", "smtp_5xx")
    assert item["channel_kind"] == "email"
    assert api.v1("GET", "deliveries?state=sent").json()["items"] == []


def test_a_delivery_shows_its_attempts(api: Api, told: dict[str, str]) -> None:
    shown = api.v1("GET", f"deliveries/{told['subscriber delivery']}").json()
    (attempt,) = shown["attempt_log"]
    assert (attempt["no"], attempt["outcome"], attempt["code"], attempt["detail"]) == (1, "permanent", "550", "unknown")


def test_a_dead_delivery_is_replayed_once_under_its_id(api: Api, told: dict[str, str]) -> None:
    id_ = told["admin delivery"]
    again = api.v1("POST", f"deliveries/{id_}/replay", role=Role.OPERATOR)
    assert (again.status_code, again.json()["state"], again.json()["id"]) == (202, "pending", id_)
    assert problem(api.v1("POST", f"deliveries/{id_}/replay"), 409)["detail"].startswith("Only a dead delivery")
    problem(api.v1("POST", "deliveries/nope/replay"), 404)
    with api.store.read() as session:
        actors = session.scalars(
            select(Audit.actor).where(Audit.action == "delivery replayed", Audit.object == id_)
        ).all()
    assert actors == ["operator@example.org"]


@pytest.mark.parametrize("noun", ["alert", "delivery", "story", "article"])
def test_a_subscriber_sees_what_they_were_told_and_nothing_else(api: Api, told: dict[str, str], noun: str) -> None:
    plural = {"story": "stories", "delivery": "deliveries"}.get(noun, noun + "s")
    own, other = told[f"subscriber {noun}"], told[f"admin {noun}"]
    listed = {item["id"] for item in api.v1("GET", plural, role=Role.SUBSCRIBER).json()["items"]}
    assert own in listed
    assert other not in listed
    assert api.v1("GET", f"{plural}/{own}", role=Role.SUBSCRIBER).status_code == 200
    problem(api.v1("GET", f"{plural}/{other}", role=Role.SUBSCRIBER), 404)
    assert {own, other} <= {item["id"] for item in api.v1("GET", plural, role=Role.OPERATOR).json()["items"]}


@pytest.mark.parametrize(
    ("noun", "by"), [("alerts", "subscription"), ("deliveries", "channel"), ("channels", "person")]
)
def test_a_list_of_somebody_elses_is_not_found(api: Api, told: dict[str, str], noun: str, by: str) -> None:
    row = api.v1("GET", f"subscriptions/{told['admin subscription']}").json()
    id_ = {"subscription": row["id"], "channel": row["channels"][0], "person": row["person"]}[by]
    problem(api.v1("GET", f"{noun}?{by}={id_}", role=Role.SUBSCRIBER), 404)


def test_an_empty_list_has_no_next_page(api: Api) -> None:
    assert api.v1("GET", "deliveries?state=suppressed").json() == {"items": [], "next": None}


def test_articles_are_paged_the_newest_first(api: Api) -> None:
    batch = [ARTICLE | {"external_id": f"p{n}", "source": "Paged"} for n in range(5)]
    api.v1("POST", "articles", json={"articles": batch})
    found, cursor = [], ""
    while cursor is not None:
        page = api.v1("GET", f"articles?source=Paged&limit=2{cursor and '&cursor=' + cursor}").json()
        found, cursor = found + page["items"], page["next"]
    assert len({item["id"] for item in found}) == 5
    assert [item["seen_at"] for item in found] == sorted((item["seen_at"] for item in found), reverse=True)


def test_articles_are_listed_by_state_and_story(api: Api, told: dict[str, str]) -> None:
    assert api.v1("GET", "articles?state=matched").json()["items"] == []
    (item,) = api.v1("GET", f"articles?story={told['admin story']}").json()["items"]
    assert item["id"] == told["admin article"]
    problem(api.v1("GET", "articles?state=lost"), 400)
    problem(api.v1("GET", "articles?source=lost"), 404)


def test_a_source_is_watched_and_polled_on_demand(api: Api) -> None:
    made = api.made("sources", url="http://127.0.0.1:9/feed.xml", language="EN")
    assert (made["name"], made["state"], made["language"]) == ("127.0.0.1", "healthy", "en")
    assert api.v1("POST", f"sources/{made['id']}/poll").status_code == 202
    assert problem(api.v1("POST", "sources", json={"url": "http://127.0.0.1:9/feed.xml"}), 409)["pointer"] == "/url"
    problem(api.v1("POST", "sources/nope/poll"), 404)


def test_a_source_that_pushes_is_not_polled(api: Api, told: dict[str, str]) -> None:
    problem(api.v1("POST", "sources/push/poll"), 422)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://10.0.0.1/feed", "ftp://a.example/", "x", "http://"],
)
def test_a_source_that_may_not_be_connected_to_is_refused(api: Api, url: str) -> None:
    before = api.rows()
    problem(api.v1("POST", "sources", json={"url": url}), 422)
    assert api.rows() == before


def test_a_password_in_a_sources_address_is_not_shown(api: Api) -> None:
    with api.store.write() as work:
        row = Source(
            id="pw", name="With a password", url="https://ana:canary@paper.example/feed", created_at=clock.now()
        )
        work.session.add(row)
    assert api.v1("GET", "sources/pw").json()["url"] == "https://…@paper.example/feed"


def test_every_stage_is_counted_the_same_everywhere(api: Api, told: dict[str, str]) -> None:
    stages = api.v1("GET", "queues").json()["items"]
    assert [stage["stage"] for stage in stages] == ["fetch", "ingest", "match", "deliver"]
    ingest = stages[1]
    assert ingest["waiting"] == api.rows()["article"]
    assert len(ingest["last_hour"]) == 12
    metrics = api.call("GET", "/metrics").text
    assert f'tocsin_stage_waiting{{stage="ingest"}} {float(ingest["waiting"])}\n' in metrics


def test_metrics_are_as_prometheus_reads_them(api: Api) -> None:
    answer = api.call("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert all(family.documentation for family in families.values())
    assert not [name for name in families if not name.startswith(("tocsin_", "process_", "python_"))]
    with api.store.read() as session:
        dead = len(session.scalars(select(Delivery).where(Delivery.state == "dead")).all())
    assert f'tocsin_deliveries{{state="dead"}} {float(dead)}\n' in answer.text


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json"])
def test_what_describes_the_inside_is_private(api: Api, path: str) -> None:
    problem(api.call("GET", path, role=None), 401)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_token_and_tells_nothing(api: Api, path: str) -> None:
    answer = api.call("GET", path, role=None)
    assert answer.status_code == 200
    assert len(answer.text) < 10


def test_every_path_of_the_api_is_described(api: Api) -> None:
    described = api.call("GET", "/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert described["components"]["schemas"]["Problem"]
    push = described["paths"]["/api/v1/articles"]["post"]
    assert "ArticleSent" in str(push["requestBody"])
    assert push["responses"].keys() == {"202", "default"}
    assert "HTTPValidationError" not in str(described)
    assert described == api.call("GET", "/openapi.json").json()


def test_topics_are_listed_by_name(api: Api) -> None:
    items = api.v1("GET", "topics").json()["items"]
    assert [item["name"] for item in items] == sorted(item["name"] for item in items)
    for item in items:
        assert api.v1("POST", "queries/check", json={"query": f"topic:{item['name']}"}).status_code == 200


def test_an_article_says_what_it_was_to_its_story_and_what_it_changed(api: Api) -> None:
    with api.store.write() as work:
        source = sources.pushed(work.session, "Ledger", clock.now()).id
        item = Item(external_id="rev", title="Budget", text="The budget is 5 million dollars.", url=None)
        row, _ = articles.put(work.session, source, item, clock.now())
        work.session.add(Story(id="s-rev", first_article=row.id, first_seen_at=row.seen_at, last_seen_at=row.seen_at))
        work.session.flush()
        work.session.add(
            StoryMember(
                seq=990_001, article=row.id, story="s-rev", relation="revision", because="the same article again",
                changed={"kind": "correction", "since": "x", "added": ["5"], "gone": ["4"], "title": None,
                         "corrections": [], "more": 0},
                signature=b"", at=row.seen_at,
            )
        )  # fmt: skip
    shown = api.v1("GET", f"articles/{row.id}").json()
    assert (shown["relation"], shown["because"]) == ("revision", "the same article again")
    assert (shown["changed"]["kind"], shown["changed"]["added"]) == ("correction", ["5"])
