"""What people do on the pages: subscribe, change, pause, add channels and sources, replay; and what they may not."""

from __future__ import annotations

import lxml.html
import pytest

from services import clock
from services.store import deliveries
from services.store.states import DeliveryState, Role
from services.store.tables import Delivery
from tests.feed_site import FeedSite, Said, rss
from tests.integration.api import Api, text

SUBSCRIBER = Role.SUBSCRIBER


def post(api: Api, path: str, by: Role = SUBSCRIBER, **fields):
    return api.call("POST", path, role=by, data=fields)


def test_a_subscription_is_added_by_its_form_and_counts(api: Api) -> None:
    channel = api.channel()
    answer = post(
        api, "/subscribe", query='"sanctuary city" -animal*', name="Mine", channel=channel["id"], cadence="daily"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/subscriptions?said=subscribed")
    (row,) = api.v1("GET", "subscriptions", role=SUBSCRIBER).json()["items"]
    assert (row["name"], row["query"], row["cadence"]) == ("Mine", '"sanctuary city" NOT animal*', "daily")
    listed = api.call("GET", "/subscriptions?said=subscribed", role=SUBSCRIBER)
    assert "Subscribed. It counts for the next article" in text(listed)
    assert "Mine" in text(listed)


def test_a_query_that_cannot_be_read_keeps_the_text_and_draws_the_caret(api: Api) -> None:
    channel = api.channel()
    answer = post(api, "/subscribe", query="a b OR c", name="Kept", channel=channel["id"])
    assert answer.status_code == 422
    shown = lxml.html.document_fromstring(answer.text)
    assert shown.xpath("//title")[0].text.startswith("Error: ")
    assert shown.xpath("//textarea[@aria-invalid='true']")[0].text.strip() == "a b OR c"
    assert shown.xpath("//input[@name='name']/@value") == ["Kept"]
    assert "^^ character 5" in shown.xpath("//pre[@class='caret']")[0].text
    assert api.v1("GET", "subscriptions").json()["items"] == []


def test_a_subscription_without_a_channel_is_refused_at_that_field(api: Api) -> None:
    api.channel()
    answer = post(api, "/subscribe", query="sanctuary", name="Mine")
    assert answer.status_code == 422
    assert "Choose where alerts should go" in text(answer)


def test_the_live_check_says_how_a_query_is_read(api: Api) -> None:
    assert "a AND b" in text(post(api, "/check", query="a b"))
    assert "character 5" in text(post(api, "/check", query="a b OR c"))


def test_a_subscription_is_changed_paused_and_started_again(api: Api) -> None:
    made = api.subscription()
    path, channel = f"/subscriptions/{made['id']}", made["channels"][0]
    wanted = {"query": "detainer*", "name": "Other", "channel": channel, "cadence": "instant"}
    assert "Neither query caught a story in 30 days" in text(post(api, path, **wanted))
    assert api.v1("GET", f"subscriptions/{made['id']}").json()["query"] == "sanctuary"
    assert post(api, path, **wanted, seen="1").status_code == 303
    assert post(api, path, act="pause").headers["location"] == f"{path}?said=paused"
    row = api.v1("GET", f"subscriptions/{made['id']}").json()
    assert (row["query"], row["name"], row["state"]) == ("detainer*", "Other", "paused")
    post(api, path, act="start")
    assert api.v1("GET", f"subscriptions/{made['id']}").json()["state"] == "active"


def test_what_belongs_to_somebody_else_is_not_found(api: Api) -> None:
    theirs = api.subscription(Role.ADMIN)
    channel = theirs["channels"][0]
    for path in (f"/subscriptions/{theirs['id']}", f"/channels/{channel}", f"/alerts?subscription={theirs['id']}",
                 f"/deliveries?channel={channel}"):  # fmt: skip
        assert api.call("GET", path, role=SUBSCRIBER).status_code == 404, path
    assert post(api, f"/subscriptions/{theirs['id']}", act="pause").status_code == 404
    assert post(api, f"/channels/{channel}/verify").status_code == 404


def test_a_webhook_is_added_and_its_secret_is_shown_once(api: Api) -> None:
    answer = post(api, "/channels", kind="webhook", target="http://127.0.0.1:9/hook")
    assert answer.status_code == 200
    assert "whsec_" in answer.text
    (row,) = api.v1("GET", "channels", role=SUBSCRIBER).json()["items"]
    assert "whsec_" not in api.call("GET", f"/channels/{row['id']}", role=SUBSCRIBER).text


@pytest.mark.parametrize(
    ("kind", "target", "said"),
    [
        ("email", "nobody", "Enter an e-mail address, such as name@office.example"),
        ("webhook", "http://10.0.0.1/hook", "10.0.0.1 is on a private network"),
        ("pigeon", "coop", "There is no kind of channel"),
    ],
)
def test_a_channel_that_cannot_be_is_refused_beside_what_was_typed(api: Api, kind: str, target: str, said: str) -> None:
    answer = post(api, "/channels", kind=kind, target=target)
    assert answer.status_code == 422
    assert said in text(answer)
    assert (target in answer.text) is (kind != "webhook")  # its address is a secret


def test_a_dead_delivery_is_replayed_by_staff_only(api: Api) -> None:
    channel = api.channel()
    with api.store.write() as work:
        id_ = deliveries.put(
            work.session, channel=channel["id"], dedupe_key="k", kind="new", story=None, now=clock.now()
        )
        row = work.session.get_one(Delivery, id_)
        row.state, row.reason, row.reason_code = DeliveryState.DEAD, "550 no such person", "smtp_5xx"
    assert "550 no such person" in text(api.call("GET", "/deliveries?state=dead"))
    assert post(api, f"/deliveries/{id_}/replay").status_code == 403
    assert post(api, f"/deliveries/{id_}/replay", by=Role.OPERATOR).status_code == 303
    assert api.v1("GET", f"deliveries/{id_}").json()["state"] == "pending"


def test_a_source_is_watched_and_polled_by_staff_only(api: Api) -> None:
    url = "http://127.0.0.1:9/feed"
    assert post(api, "/sources", url=url).status_code == 403
    assert post(api, "/sources", by=Role.OPERATOR, url=url, name="Star").status_code == 303
    refused = post(api, "/sources", by=Role.OPERATOR, url=url, name="Star")
    assert (refused.status_code, "watched already" in text(refused)) == (422, True)
    (row,) = api.v1("GET", "sources").json()["items"]
    assert post(api, f"/sources/{row['id']}/poll", by=Role.OPERATOR).status_code == 303
    assert "Star" in text(api.call("GET", f"/sources/{row['id']}", role=SUBSCRIBER))


def test_the_feed_of_a_site_is_found_by_its_home_page(api: Api, site: FeedSite) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/news.xml">'
    site.at("/", Said(f"<html><head>{head}</head><body>News</body></html>", headers={"Content-Type": "text/html"}))
    site.at("/news.xml", rss(("a", None), head="<language>de</language>"))
    assert post(api, "/sources", by=Role.OPERATOR, url=f"{site.url}/").status_code == 303
    (row,) = api.v1("GET", "sources").json()["items"]
    assert (row["url"], row["name"], row["language"]) == (f"{site.url}/news.xml", "Test Gazette", "de")


def test_a_site_without_a_feed_or_that_is_gone_is_said_at_its_address(api: Api, site: FeedSite) -> None:
    site.at("/", Said("<html><body>News</body></html>", headers={"Content-Type": "text/html"}))
    for path, said in (("/", "No feed was found"), ("/gone", "answers 404")):
        answer = post(api, "/sources", by=Role.OPERATOR, url=site.url + path)
        shown = lxml.html.document_fromstring(answer.text)
        assert (answer.status_code, shown.xpath("//*[@aria-invalid='true']/@name")) == (422, ["url"])
        assert said in text(answer)
    assert api.v1("GET", "sources").json()["items"] == []


def test_a_person_is_added_by_an_admin_and_stands_in_the_audit_log(api: Api) -> None:
    fields = {"email": "ana@example.org", "name": "Ana", "timezone": "America/Los_Angeles", "role": "subscriber"}
    assert post(api, "/people", by=Role.OPERATOR, **fields).status_code == 403
    assert post(api, "/people", by=Role.ADMIN, **fields).status_code == 303
    again = post(api, "/people", by=Role.ADMIN, **fields)
    assert (again.status_code, "already the address" in text(again)) == (422, True)
    assert "Person added" in text(api.call("GET", "/audit"))


def test_alerts_are_found_by_the_words_of_their_titles(api: Api) -> None:
    assert "No alert is like this" in text(api.call("GET", "/alerts?words=100%25"))


def test_topics_show_their_queries_and_examples(api: Api) -> None:
    listed = lxml.html.document_fromstring(api.call("GET", "/topics", role=SUBSCRIBER).text)
    names = [link.rpartition("/")[2] for link in listed.xpath("//h2/a/@href")]
    assert len(names) >= 12
    assert "Examples that must match" in text(api.call("GET", f"/topics/{names[0]}", role=SUBSCRIBER))
    assert api.call("GET", "/topics/nothing", role=SUBSCRIBER).status_code == 404


def test_a_channel_is_tested_rotated_and_given_a_stand_in_on_its_page(api: Api) -> None:
    mail = api.channel()
    person = api.people[SUBSCRIBER]
    hook = api.made("channels", person=person, kind="webhook", url="http://127.0.0.1:9/hook", confirmed=True)
    path = f"/channels/{hook['id']}"
    assert post(api, path, act="test").headers["location"] == f"{path}?said=tested"
    rotated = post(api, path, act="rotate")
    assert "whsec_" in rotated.text
    assert "Old secret" in rotated.text
    saved = post(api, path, act="fallback", fallback=mail["id"], after="300")
    assert saved.headers["location"] == f"{path}?said=saved"
    assert f"{mail['label']} is used instead, after 5 minutes" in text(api.call("GET", path, role=SUBSCRIBER))
    for fields in ({"act": "fallback", "fallback": hook["id"]}, {"act": "fallback", "fallback": "nobody"}):
        assert post(api, path, **fields).status_code == 422
    assert post(api, f"/channels/{mail['id']}", act="rotate").status_code == 422
    assert post(api, f"/channels/{api.channel(Role.ADMIN)['id']}", act="test").status_code == 404


def test_dead_letters_are_counted_by_channel_and_reason_and_replayed_by_filter(api: Api) -> None:
    channel = api.channel()
    with api.store.write() as work:
        for number, code in enumerate(("http_400", "http_400", "http_500")):
            id_ = deliveries.put(
                work.session, channel=channel["id"], dedupe_key=str(number), kind="new", story=None, now=clock.now()
            )
            row = work.session.get_one(Delivery, id_)
            row.state, row.reason_code, row.ended_at = DeliveryState.DEAD, code, clock.now()
            work.session.add(row)
    listed = api.call("GET", "/deliveries?state=dead")
    assert "By channel and reason" in listed.text
    assert "Replay all 3" in text(listed)
    asked = api.call("GET", f"/replays?channel={channel['id']}&reason=http_400")
    assert "Replay 2 dead letters?" in text(asked)
    answer = post(api, "/replays", by=Role.ADMIN, channel=channel["id"], reason="http_400")
    assert answer.headers["location"] == "/deliveries?state=pending&said=replayed"
    assert len(api.v1("GET", "deliveries?state=dead").json()["items"]) == 1
    assert "Nothing can be replayed" in text(api.call("GET", "/replays?reason=none"))
    assert post(api, "/replays").status_code == 403
    assert api.call("GET", "/replays", role=SUBSCRIBER).status_code == 403
