"""WebSub: leases, leaving, what hubs deliver and its signatures, and the slow poll behind it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services import clock
from services.sources.poll import Poller, due_polls
from services.store import sources
from services.store.source_tables import HubDelivery, Poll
from services.store.states import WebSubState
from services.store.tables import Article
from tests.feed_site import Said, rss
from tests.hub import Hub
from tests.subscriber import Subscriber, feed, subscribed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# ---- leases ----


def test_the_lease_that_the_hub_grants_counts(us: Subscriber, hub: Hub) -> None:
    us.watch(us.site.at("/feed", feed(us, hub)))
    us.work()
    hub.verify(hub_lease_seconds="7200")
    assert abs((us.subs[0].expires_at - us.clock()) - 2 * HOUR) < timedelta(minutes=1)


def test_a_subscription_is_renewed_before_its_lease_ends_and_the_old_one_left(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    us.ahead += timedelta(days=7, hours=23)
    us.work()
    assert len(hub.asked) == 1
    us.ahead += timedelta(hours=2)
    us.work()
    us.work()
    assert [one.mode for one in hub.asked] == ["subscribe", "subscribe"]
    assert us.states() == ["active", "asked"]
    assert hub.asked[0].callback != hub.asked[1].callback
    assert hub.asked[0].secret != hub.asked[1].secret
    assert hub.deliver(feed(us, hub, "meanwhile"), 0).status_code == 202
    assert hub.verify(1).status_code == 200
    us.work()
    assert [one.mode for one in hub.asked] == ["subscribe", "subscribe", "unsubscribe"]
    assert hub.asked[2].callback == hub.asked[0].callback
    assert hub.verify(2).status_code == 200
    assert us.states() == ["ended", "active"]
    assert hub.deliver("x", 0).status_code == 410


def test_a_lease_that_could_not_be_renewed_ends_and_the_source_is_polled(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    hub.says = Said("no", 403)
    us.ahead += timedelta(days=8, hours=1)
    us.work()
    us.work()
    us.ahead += timedelta(days=2)
    us.work()
    assert set(us.states()) == {"ended"}
    assert {row.reason for row in us.subs} >= {"The lease ran out"}
    assert us.due_in() < 2 * HOUR


def test_a_hub_may_confirm_again_while_it_lasts(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    assert hub.verify(hub_lease_seconds="3600").status_code == 200
    assert abs((us.subs[0].expires_at - us.clock()) - HOUR) < timedelta(minutes=1)


# ---- leaving ----


def test_a_deleted_source_is_unsubscribed(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    with us.store.write() as work:
        sources.delete(work.session, sources.get(work.session, "Gazette"), us.clock())
    us.work()
    assert [one.mode for one in hub.asked] == ["subscribe", "unsubscribe"]
    assert hub.asked[1].secret is None
    assert hub.verify(hub_mode="subscribe").status_code == 404
    assert hub.verify().status_code == 200
    assert us.states() == ["ended"]


def test_an_unsubscription_that_we_did_not_ask_for_is_not_found(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    assert hub.verify(hub_mode="unsubscribe").status_code == 404
    assert us.states() == ["active"]


def test_a_source_that_names_another_hub_moves_there(us: Subscriber, hub: Hub) -> None:
    with Hub() as other:
        subscribed(us, hub)
        us.site.at("/feed", feed(us, other, "b"))
        us.ahead += 2 * HOUR
        us.work()
        us.work()
        assert [one.mode for one in hub.asked] == ["subscribe", "unsubscribe"]
        assert [one.mode for one in other.asked] == ["subscribe"]


# ---- 7 Content distribution, 7.1 signatures (B33) ----


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_what_a_hub_delivers_is_read(us: Subscriber, hub: Hub, method: str) -> None:
    subscribed(us, hub)
    answer = hub.deliver(feed(us, hub, "pushed"), method=method)
    assert (answer.status_code, answer.content) == (202, b"")
    us.work()
    assert {row.external_id for row in us.all(Article)} == {"a", "pushed"}
    assert us.all(HubDelivery) == []
    assert (us.subs[0].heard, us.subs[0].ignored) == (1, 0)
    assert [poll.detail for poll in us.all(Poll)][-1] == "Pushed by its hub"


def test_a_delivery_may_name_another_topic_and_bring_only_what_is_new(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    hub.deliver(rss(("only-this", clock.now())), Link='<http://elsewhere.example/>; rel="self"')
    us.work()
    assert "only-this" in {row.external_id for row in us.all(Article)}


@pytest.mark.parametrize(
    "signature",
    [None, "sha256=", "sha256=00", "sha256=" + "0" * 64, "sha512=" + "0" * 64, "md5=" + "0" * 32, "none=", "=",
     "sha256", "SHA256=" + "f" * 63, "sha256=\xe4"],
)  # fmt: skip
def test_a_wrong_or_missing_signature_is_answered_as_any_and_ignored(
    us: Subscriber, hub: Hub, signature: str | None
) -> None:
    subscribed(us, hub)
    before = us.due_in()
    if signature is None:
        hub.asked[0].secret = None
    answer = hub.deliver(feed(us, hub, "forged"), signature=signature)
    assert (answer.status_code, answer.content) == (202, b"")
    us.work()
    assert {row.external_id for row in us.all(Article)} == {"a"}
    assert (us.subs[0].heard, us.subs[0].ignored) == (0, 1)
    assert us.due_in() > before - timedelta(minutes=1)


def test_a_signature_of_another_body_is_ignored(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    import hashlib
    import hmac

    right = hmac.new(hub.asked[0].secret.encode(), b"another body", hashlib.sha256).hexdigest()
    hub.deliver(feed(us, hub, "forged"), signature=f"sha256={right}")
    us.work()
    assert us.subs[0].ignored == 1


def test_sha1_proves_too_little_to_be_read_and_enough_to_poll_the_source(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    us.site.at("/feed", feed(us, hub, "real"))
    assert hub.deliver(feed(us, hub, "forged"), method="sha1").status_code == 202
    us.work()
    assert {row.external_id for row in us.all(Article)} == {"a", "real"}
    assert us.subs[0].ignored == 1


def test_the_same_delivery_again_changes_nothing(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    body = feed(us, hub, "pushed")
    for _ in range(3):
        assert hub.deliver(body).status_code == 202
    assert len(us.all(HubDelivery)) == 1
    us.work()
    hub.deliver(body)
    us.work()
    assert sorted(row.external_id for row in us.all(Article)) == ["a", "pushed"]


def test_a_delivery_that_is_no_feed_is_noted_and_harms_nothing(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    for body in ("", "<html>", "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "{" * 100_000):
        assert hub.deliver(body).status_code == 202
    us.work()
    assert us.all(HubDelivery) == []
    assert us.row().state == "healthy"
    assert [poll.ok for poll in us.all(Poll)][-1] is False


def test_a_flood_of_deliveries_is_held_back(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    answers = [hub.deliver(feed(us, hub, f"n{n}")).status_code for n in range(22)]
    assert answers == [202] * 20 + [503] * 2
    us.work()
    assert len(us.all(Article)) == 21


def test_a_delivery_that_is_too_large_is_refused(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    assert hub.deliver("x" * (5 * 1024 * 1024)).status_code == 413


# ---- the slow poll behind it ----


def test_a_pushed_source_is_polled_every_hour_only(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub, *[f"a{n}" for n in range(20)])
    us.ahead += timedelta(minutes=10)
    us.work()
    assert timedelta(minutes=50) < us.due_in() <= timedelta(minutes=67)


def test_a_hub_that_does_not_deliver_what_polls_find_is_given_up(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    for n in range(2):
        us.ahead += 2 * HOUR
        published = us.clock() - HOUR
        us.site.at("/feed", rss((f"missed{n}", published), head=f'<atom:link rel="hub" href="{hub.url}"/>'))
        us.work()
    assert us.subs[0].state == WebSubState.ENDED
    assert "does not deliver" in us.subs[0].reason


def test_what_a_hub_delivered_in_time_is_not_missed(us: Subscriber, hub: Hub) -> None:
    subscribed(us, hub)
    hub.deliver(feed(us, hub, "pushed"))
    us.work()
    us.site.at("/feed", feed(us, hub, "pushed", "a"))
    us.ahead += 2 * HOUR
    us.work()
    assert (us.subs[0].state, us.subs[0].missed) == (WebSubState.ACTIVE, 0)


def test_workers_beside_each_other_ask_a_hub_once(us: Subscriber, hub: Hub) -> None:
    hub.site.latency_s = 0.1
    us.watch(us.site.at("/feed", feed(us, hub)))
    Poller(us.kit(), (due_polls,)).once()
    threads = [threading.Thread(target=us.work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hub.asked) == 1
