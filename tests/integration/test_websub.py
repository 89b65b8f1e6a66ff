"""WebSub, requirement by requirement of the W3C recommendation, against a hub of our own on loopback."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from services.guard import Gate
from services.store.tables import Article
from tests.feed_site import Said, rss
from tests.hub import Hub
from tests.subscriber import Subscriber, feed, subscribed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# ---- 4 Discovery ----


def test_hub_and_topic_are_discovered_by_link_headers_first(us: Subscriber, hub: Hub) -> None:
    other = f'<atom:link rel="hub" href="{us.site.url}/wrong"/><atom:link rel="self" href="{us.site.url}/wrong"/>'
    links = f'<{hub.url}>; rel="hub", <{us.site.url}/topic?x=1>; rel="self"'
    us.watch(us.site.at("/feed", Said(rss(("a", None), head=other), headers={"Link": links})))
    us.work()
    assert [(one.mode, one.topic) for one in hub.asked] == [("subscribe", f"{us.site.url}/topic?x=1")]


def test_hub_and_topic_are_discovered_by_links_of_the_feed(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert [one.topic for one in hub.asked] == [f"{us.site.url}/feed"]


def test_a_topic_that_redirects_is_subscribed_to_where_it_says_it_is(us: Subscriber, hub: Hub) -> None:
    us.site.at("/feed", feed(us, hub))
    for path, status in (("/temporary", 302), ("/permanent", 301)):
        us.watch(us.site.at(path, Said(status=status, headers={"Location": "/feed"})), path)
    us.work()
    us.work()
    assert {one.topic for one in hub.asked} == {f"{us.site.url}/feed"}


def test_without_a_self_link_the_address_is_the_topic(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", Said(rss(("a", None)), headers={"Link": f"<{hub.url}>; rel=hub"})))
    us.work()
    assert [one.topic for one in hub.asked] == [f"{us.site.url}/feed"]


def test_the_next_hub_is_asked_when_one_fails(us: Subscriber, hub: Hub) -> None:
    us.site.at("/bad", Said("no", 400))
    links = f'<{us.site.url}/bad>; rel="hub", <{hub.url}>; rel="hub", <{us.site.url}/feed>; rel="self"'
    n = iter(range(9))
    us.watch(us.site.at("/feed", lambda _seen: Said(rss((f"a{next(n)}", None)), headers={"Link": links})))
    us.work()
    assert us.states() == ["ended"]
    us.ahead += 2 * HOUR
    us.work()
    assert len(hub.asked) == 1


def test_no_hub_is_asked_by_an_installation_that_hubs_cannot_reach(us: Subscriber, hub: Hub) -> None:
    us.settings = us.settings.model_copy(update={"base_url": ""})
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert (hub.asked, us.subs) == ([], [])


def test_a_hub_inside_is_never_asked(us: Subscriber) -> None:
    us.watch(us.site.at("/feed", Said(rss(("a", None)), headers={"Link": '<http://10.0.0.1/hub>; rel="hub"'})))
    us.work()
    assert us.states() == ["ended"]
    assert "private network" in us.subs[0].reason


# ---- 5.1 the request ----


def test_the_request_carries_what_the_recommendation_asks_for(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    (one,) = hub.asked
    assert one.callback.startswith(us.settings.base_url + "/websub/")
    assert len(one.callback.rpartition("/")[2]) >= 32
    assert one.lease_seconds == "864000"
    assert 32 <= len(one.secret) < 200
    assert us.states() == ["asked"]
    dump = " ".join(f"{row.token_sealed}{row.secret_sealed}{row.token_sha256}" for row in us.subs)
    assert one.secret not in dump
    assert one.callback.rpartition("/")[2] not in dump


def test_callbacks_and_secrets_are_never_used_twice(us: Subscriber, hub: Hub) -> None:
    for n in range(3):
        us.watch(us.site.at(f"/{n}", feed(us, hub).replace("/feed", f"/{n}")), f"S{n}")
    us.work()
    assert len({one.callback for one in hub.asked}) == len({one.secret for one in hub.asked}) == 3


def test_a_hub_without_https_is_told_no_secret_and_its_deliveries_count(us: Subscriber, hub: Hub) -> None:
    tried = []

    def dial(address: str, port: int, timeout_s: float) -> socket.socket:
        if address == "93.184.215.14":
            tried.append(port)
            if port == 443:
                raise ConnectionRefusedError
            port = hub.site.port
        return socket.create_connection(("127.0.0.1", port), timeout_s)

    us.gate = Gate(
        ["127.0.0.0/8"], look_up=lambda host, _p: ["93.184.215.14" if host == "hub.example" else "127.0.0.1"], dial=dial
    )
    links = f'<http://hub.example/hub>; rel="hub", <{us.site.url}/feed>; rel="self"'
    us.watch(us.site.at("/feed", Said(rss(("a", None)), headers={"Link": links})))
    us.work()
    assert tried == [443, 80]
    assert hub.asked[0].secret is None
    assert hub.verify().status_code == 200
    assert hub.deliver(feed(us, hub, "pushed")).status_code == 202
    us.work()
    assert "pushed" in {row.external_id for row in us.all(Article)}


@pytest.mark.parametrize("status", [307, 308])
def test_a_hub_may_redirect_to_another(us: Subscriber, hub: Hub, status: int) -> None:
    us.site.at("/old-hub", Said(status=status, headers={"Location": hub.url}))
    us.watch(us.site.at("/feed", feed(us, hub).replace(hub.url, us.site.url + "/old-hub")))
    us.work()
    assert [one.mode for one in hub.asked] == ["subscribe"]
    assert us.states() == ["asked"]


def test_a_hub_that_errs_is_asked_again_later_and_one_that_refuses_is_not(us: Subscriber, hub: Hub) -> None:
    hub.says = Said("not now", 503)
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert (us.states(), us.subs[0].reason) == (["wanted"], "The hub answers 503: not now")
    us.ahead += timedelta(minutes=2)
    hub.says = Said("topic is not ours", 403)
    us.work()
    assert (us.states(), len(hub.asked)) == (["ended"], 2)
    us.ahead += HOUR
    us.work()
    assert len(hub.asked) == 2
    us.ahead += DAY
    us.site.at("/feed", feed(us, hub, "b"))
    us.work()
    assert len(hub.asked) == 3


# ---- 5.2 refusal, 5.3 verification of intent ----


def test_a_verification_is_answered_with_its_challenge_as_plain_text(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    answer = hub.verify()
    assert (answer.status_code, answer.text) == (200, hub.challenge)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert us.states() == ["active"]
    assert abs((us.subs[0].expires_at - us.clock()) - 10 * DAY) < timedelta(minutes=1)


def test_a_hub_may_verify_before_it_answers(us: Subscriber, hub: Hub) -> None:
    hub.verifies_at_once = True
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert us.states() == ["active"]


def test_parameters_that_nobody_knows_are_ignored(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert hub.verify(hub_verify_token="x", hub_extra="y", other="z").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"hub_topic": "http://other.example/feed"}, {"hub_topic": ""}, {"hub_mode": "unsubscribe"}, {"hub_mode": "publish"},
        {"hub_mode": ""}, {"hub_challenge": ""}, {"hub_challenge": "x" * 1001}, {"hub_challenge": "ä"},
        {"hub_lease_seconds": "-1"}, {"hub_lease_seconds": "0"}, {"hub_lease_seconds": "soon"},
        {"hub_lease_seconds": "9" * 30},
    ],
)  # fmt: skip
def test_what_we_did_not_ask_for_is_not_found(us: Subscriber, hub: Hub, changed: dict[str, str]) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert hub.verify(**changed).status_code in (400, 404)
    assert us.states() == ["asked"]


def test_a_callback_that_nobody_was_told_is_not_found(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    hub.asked[0].callback = us.settings.base_url + "/websub/" + "x" * 43
    assert hub.verify().status_code == hub.deliver("x").status_code == 404


def test_a_challenge_is_no_way_to_run_script(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    answer = hub.verify(hub_challenge="<script>alert(1)</script>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_refusal_ends_the_wish_and_says_why(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    assert hub.deny(reason="not\u202e ours").status_code == 200
    assert (us.states(), us.subs[0].reason) == (["denied"], "The hub refused: not ours")


def test_a_subscription_may_be_refused_later_and_the_source_is_polled_again(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    hub.deny(reason="closed")
    assert us.states() == ["denied"]
    assert us.due_in() <= timedelta(0)


def test_a_hub_that_never_verifies_is_given_up_after_some_tries(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    for _ in range(4):
        us.ahead += timedelta(minutes=16)
        us.work()
        us.work()
    assert us.states() == ["ended"]
    assert "never verified" in us.subs[0].reason
