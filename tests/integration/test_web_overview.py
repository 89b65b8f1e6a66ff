"""The first page: what needs somebody, what is listened to, what was told today, to whom in whose zone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services import clock
from services.store.states import Role
from services.store.tables import Article, Delivery, Source
from tests.integration.api import ARTICLE, Api, running
from tests.integration.pages import at_work, page, tell, text_of


def test_when_all_is_well_the_headline_says_so_and_nothing_is_coloured(api: Api) -> None:
    present = at_work(api)
    shown = page(api)
    assert text_of(shown.find(".//h1")) == "Yes: nothing needs anybody"
    assert not shown.xpath("//*[contains(@class, 'bad') or contains(@class, 'needs')]")
    for one in present:
        one.leave()


def test_what_needs_somebody_is_counted_and_listed_worst_first(api: Api) -> None:
    at_work(api)
    channel = api.channel()["id"]
    now = clock.now()
    with api.store.write() as work:
        failing = {"state": "failing", "reason": "The address answers with a web page", "failing_since": now}
        work.session.add(Source(id="s", name="Colton Star", url="https://star.example/", created_at=now, **failing))
        dead = {"state": "dead", "due_at": now, "created_at": now, "ended_at": now}
        work.session.add(Delivery(id="msg_d", channel=channel, dedupe_key="k", kind="new", **dead))
    shown = page(api)
    assert text_of(shown.find(".//h1")) == "Nearly: 2 things need somebody"
    needs = [text_of(item) for item in shown.xpath("//ul[@class='needs-list']/li")]
    assert needs[0].startswith("Colton Star has failed since")
    assert "The address answers with a web page" in needs[0]
    assert needs[1].startswith("1 delivery is a dead letter")


def test_a_stage_without_a_worker_needs_somebody(api: Api) -> None:
    assert "Nobody works at the stage match" in text_of(page(api))


def test_the_stages_are_those_of_the_api(api: Api) -> None:
    api.v1("POST", "articles", json={"articles": [ARTICLE | {"external_id": str(n)} for n in range(7)]})
    rows = {text_of(row[0]): [text_of(cell) for cell in row] for row in page(api).xpath("//tbody/tr")}
    stages = {stage["stage"].capitalize(): stage for stage in api.v1("GET", "queues").json()["items"]}
    assert {name: row[1] for name, row in rows.items()} == {
        name: str(stage["waiting"]) for name, stage in stages.items()
    }
    assert rows["Ingest"][1] == "7"


def test_the_ear_says_what_is_listened_to(api: Api) -> None:
    assert "Listening to no source yet. No article yet." in text_of(page(api).find_class("ear")[0])
    id_ = api.v1("POST", "articles", json=ARTICLE).json()["id"]
    with api.store.write() as work:
        row = work.session.get_one(Article, id_)
        row.seen_at = clock.now() - timedelta(minutes=5)
        work.session.add(row)
    assert "Listening to 1 source. Last article 5 minutes ago." in text_of(page(api).find_class("ear")[0])


def test_the_day_is_counted(api: Api) -> None:
    tell(api)
    tiles = {text_of(tile[0]): text_of(tile[1]) for tile in page(api).find_class("tile")}
    assert tiles == {"Articles": "1", "Stories": "1", "Alerts": "1", "Deliveries sent": "0", "Dead letters": "0"}


def test_an_alert_is_told_with_its_reason(api: Api) -> None:
    tell(api)
    (brief,) = page(api).find_class("brief")
    assert text_of(brief.find(".//h3")) == "Council votes"
    assert text_of(brief.find(".//mark")) == "sanctuary"
    said = text_of(brief)
    assert "Valley Register" in said
    assert "first sentence of the lead" in said
    assert "Waiting" in said


def test_a_subscriber_sees_their_own_alerts_and_no_pipeline(api: Api) -> None:
    tell(api, title="Mine")
    tell(api, title="Of an admin", role=Role.ADMIN)
    shown = page(api, role=Role.SUBSCRIBER)
    assert text_of(shown.find(".//h1")) == "1 alert today"
    assert [text_of(brief.find(".//h3")) for brief in shown.find_class("brief")] == ["Mine"]
    assert not shown.xpath("//table")
    assert "Kept mail" not in text_of(shown)


def test_times_are_in_the_readers_zone(api: Api) -> None:
    assert "Los Angeles" in text_of(page(api, role=Role.OPERATOR).find_class("ear")[0])


def test_mail_that_reaches_nobody_is_said_on_every_page(api: Api, tmp_path: Path) -> None:
    for path in ("/", "/docs", "/mail"):
        assert "No mail server is set" in text_of(page(api, path))
    assert "No mail server is set" in text_of(page(api, role=Role.SUBSCRIBER))
    with running(tmp_path / "other", smtp_url="smtp://mail.example") as sends:
        assert "No mail server" not in text_of(page(sends))
        assert sends.call("GET", "/mail").status_code == 404
