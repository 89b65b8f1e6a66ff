"""Taking in articles by commands, and what is listed of alerts and deliveries."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services import clock
from services.store import claims, deliveries, sends
from services.store.sends import Ending
from services.store.states import DeliveryState, Outcome
from services.store.work import Store
from tests.integration.data_folder.commands import (
    Ask,
    a_dead_delivery,
    a_subscription,
    an_active_channel,
    go_on,
    objects,
)


def test_an_article_is_taken_in_once_and_waits_for_a_worker(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text("Council votes on rent\n\nThe council voted on Tuesday to cap rents for a year.\n")
    code, out, _ = ask(
        "ingest", str(file), "--source", "Sierra Wire", "--url", "https://paper.example/a", "--title", "Rents"
    )
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "✓ taken in   Rents"
    assert lines[1].endswith("waits to be read")
    assert lines[2].startswith("! It waits, because no worker is at work: tocsin up --data ")
    again = ask("ingest", str(file), "--source", "Sierra Wire", "--url", "https://paper.example/a", "--title", "Rents")[
        1
    ]
    assert again.startswith("– known already   Rents")
    waiting = {row["stage"]: row["waiting"] for row in objects(ask("queues", "--json")[1])}
    assert waiting["ingest"] == 1


def test_a_feed_file_gives_an_article_an_item(ask: Ask, tmp_path: Path) -> None:
    items = "".join(
        f"<item><guid>g{n}</guid><title>Story {n}</title><description>Text {n}.</description></item>" for n in (1, 2)
    )
    file = tmp_path / "feed.xml"
    file.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{items}</channel></rss>')
    found = objects(ask("ingest", str(file), "--json")[1])
    assert [(one["external_id"], one["title"], one["state"], one["new"]) for one in found] == [
        ("g1", "Story 1", "new", True), ("g2", "Story 2", "new", True),
    ]  # fmt: skip
    code, _, err = ask("ingest", str(file), "--title", "One")
    assert code == 2
    assert "--title names one article" in err


def test_a_dead_delivery_is_shown_with_its_reason_and_replayed_under_its_id(ask: Ask, store: Store) -> None:
    id_ = a_dead_delivery(store, an_active_channel(ask))
    [listed] = objects(ask("deliveries", "list", "--state", "dead", "--json")[1])
    assert (listed["id"], listed["reason"]) == (id_, "404 no_service")
    shown = ask("deliveries", "show", id_)[1]
    assert shown.startswith("x dead   e-mail ana@example.org")
    assert shown.rstrip().endswith(f"tocsin deliveries replay {id_}")
    assert ask("deliveries", "replay", id_)[:2] == (
        0,
        f"✓ 1 delivery is on the way again\n  {id_}   e-mail ana@example.org\n",
    )
    code, _, err = ask("deliveries", "replay", id_)
    assert code == 2
    assert "Only a dead delivery can be replayed" in err


def test_replaying_several_is_all_or_nothing(ask: Ask, store: Store) -> None:
    id_ = a_dead_delivery(store, an_active_channel(ask))
    assert ask("deliveries", "replay", id_, "nothing")[0] == 2
    assert len(objects(ask("deliveries", "--state", "dead", "--json")[1])) == 1


def test_endings_are_shown_by_their_words(ask: Ask, store: Store) -> None:
    channel = an_active_channel(ask)
    now = clock.now()
    with store.write() as work:
        id_ = deliveries.put(work.session, channel=channel, dedupe_key="k2", kind="confirm", story=None, now=now)
    with store.write() as work:
        [row] = claims.claim(work.session, "w1", now, timedelta(seconds=60))
        ending = Ending(Outcome.RETRY, DeliveryState.PENDING, code="http_503", detail="try later", due_at=now)
        sends.finish(work.session, row, ending, now)
    assert id_ is not None
    shown = ask("deliveries", "show", id_)[1]
    assert "try 1" in shown
    assert "http_503 try later" in shown
    assert objects(ask("deliveries", "show", id_, "--json")[1])[0]["attempt_log"][0]["outcome"] == "retry"


def test_an_alert_is_listed_with_its_reason_and_what_became_of_it(ask: Ask, store: Store, tmp_path: Path) -> None:
    subscription = a_subscription(ask, an_active_channel(ask), '"sanctuary city"')
    file = tmp_path / "news.txt"
    file.write_text("Council votes\n\nThe council made San Bernardino a sanctuary city on Tuesday.\n")
    ask("ingest", str(file), "--source", "Sierra Wire")
    go_on(store)
    [alert] = objects(ask("alerts", "--subscription", subscription, "--json")[1])
    assert (alert["subscription_name"], alert["kind"], alert["article"]["title"]) == (
        "Sanctuary",
        "new",
        "Council votes",
    )
    assert alert["reason"]["clause"] == '"sanctuary city"'
    assert [link["state"] for link in alert["links"]] == ["open"]
    rows = [line.split("\t") for line in ask("alerts")[1].splitlines()]
    assert [rows[1][rows[0].index(name)] for name in ("subscription", "source", "clause")] == [
        "Sanctuary", "Sierra Wire", '"sanctuary city"',
    ]  # fmt: skip
    assert len(objects(ask("deliveries", "--state", "pending", "--json")[1])) == 1
