"""`tocsin demo`: sample articles go through the real pipeline, on this machine only, and come out as alerts.

Starts `tocsin up` on a data folder of its own, with receivers for mail, webhooks and chat on loopback; adds people,
channels and subscriptions by the API; pushes the articles by the API and lets one feed be polled; then compares what
arrived with what the samples say must arrive, each once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from services import clock
from services.cli.catchers import HOST, Caught, MailCatcher, WebCatcher
from services.cli.demo_service import fresh, running
from services.errors import OutsideError
from services.store.packs import data_folder

Json = dict[str, Any]  # Any: JSON

ARRIVE_S = 60.0  # without anything new


@dataclass(slots=True)
class Sample:
    """What the demo sends and expects, from `config/demo`."""

    articles: list[Json]
    expected: Json
    feed: bytes

    @property
    def source(self) -> str:
        """Name the source whose feed is polled."""
        return str(self.expected["feed"]["source"])


@dataclass(slots=True)
class Result:
    """What came of it. `missing` and `twice` name what did not arrive exactly once."""

    articles: int = 0
    stories: int = 0
    sources: int = 0
    alerts: list[Json] = field(default_factory=list)
    deliveries: list[Json] = field(default_factory=list)
    received: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    pushed: list[Json] = field(default_factory=list)
    mails: Path | None = None

    @property
    def good(self) -> bool:
        """Whether all that was expected arrived exactly once."""
        return not self.missing and not self.twice


def load_sample() -> Sample:
    """Read the sample articles."""
    folder = data_folder() / "demo"
    expected = json.loads((folder / "expected.json").read_text())
    return Sample(
        json.loads((folder / "articles.json").read_text()), expected, (folder / expected["feed"]["file"]).read_bytes()
    )


def run(data: Path, progress: Callable[[str, float], None]) -> Result:
    """Run the demo in a folder; `progress` is told what goes on and how much of it is done, 0 to 1."""
    started = time.monotonic()
    fresh(data)
    sample = load_sample()
    caught = Caught()
    mail, web = MailCatcher(data / "mail", caught), WebCatcher(caught, sample.feed)
    try:
        progress("starting", 0.0)
        with running(data, mail.port) as api:
            result = play(api, sample, caught, web.port, progress)
    finally:
        mail.stop()
        web.stop()
    result.seconds = round(time.monotonic() - started, 1)
    result.mails = data / "mail"
    return result


def play(
    api: httpx2.Client, sample: Sample, caught: Caught, web_port: int, progress: Callable[[str, float], None]
) -> Result:
    names = _set_up(api, sample, web_port)
    _push(api, sample, progress)
    result = Result(sources=int(sample.expected["counts"]["sources"]))
    seen: object = None
    until = 0.0
    while True:
        quiet = _quiet(api)
        _collect(api, result, names)
        _compare(result, sample, caught)
        if (now := (result.articles, result.received, result.missing)) != seen:
            seen, until = now, time.monotonic() + ARRIVE_S
        progress("delivering", min(1.0, 0.5 + 0.5 * sum(result.received.values()) / max(1, len(result.deliveries))))
        if (quiet and result.good) or time.monotonic() > until:
            break
        time.sleep(0.1)
    return result


# ---- setting up ----


def _set_up(api: httpx2.Client, sample: Sample, web_port: int) -> dict[str, str]:
    """Add a person, the three channels and the subscriptions; give the subscriptions' names by id."""
    person = _post(
        api, "people", {"email": "dana@demo.example", "name": "Dana Okafor", "timezone": "America/Los_Angeles"}
    )
    wanted = {
        "email": {"kind": "email", "address": "dana@demo.example"},
        "webhook": {"kind": "webhook", "url": f"http://{HOST}:{web_port}/hook"},
        "chat": {"kind": "chat", "url": f"ntfy://{HOST}:{web_port}/tocsin-demo"},
    }
    channels = {
        name: _post(api, "channels", {"person": person["id"], "confirmed": True, **body})["id"]
        for name, body in wanted.items()
    }
    names = {}
    for one in sample.expected["subscriptions"]:
        body = {
            "person": person["id"], "name": one["name"], "query": one["query"], "cadence": "instant",
            "channels": [channels[name] for name in one["channels"]],
        }  # fmt: skip
        names[_post(api, "subscriptions", body)["id"]] = one["name"]
    _post(api, "sources", {"name": sample.source, "url": f"http://{HOST}:{web_port}/feed.xml"})
    return names


def _push(api: httpx2.Client, sample: Sample, progress: Callable[[str, float], None]) -> None:
    """Push the articles in the order of their times."""
    now = clock.now()
    for number, article in enumerate(sample.articles):
        progress("pushing articles", 0.1 + 0.4 * number / len(sample.articles))
        body = {key: value for key, value in article.items() if key != "minutes_ago"}
        body["published"] = (now - timedelta(minutes=article["minutes_ago"])).isoformat()
        _post(api, "articles", body)


# ---- collecting and comparing ----


def _quiet(api: httpx2.Client) -> bool:
    stages = api.get("/api/v1/queues").raise_for_status().json()
    waiting = stages["items"] if isinstance(stages, dict) else stages
    return all(stage["waiting"] == 0 for stage in waiting)


def _collect(api: httpx2.Client, result: Result, names: dict[str, str]) -> None:
    alerts = list(_items(api, "alerts"))
    result.alerts = [
        {
            "subscription": names[alert["subscription"]], "story": alert["story"], "kind": alert["kind"],
            "title": alert["article"]["title"], "url": alert["article"]["url"],
            "reason": {key: alert["reason"].get(key) for key in ("clause", "zone", "sentence", "places")},
            "article": alert["article"]["id"], "because": alert["because"], "links": alert["links"],
        }
        for alert in reversed(alerts)
    ]  # fmt: skip
    kinds = {channel["id"]: channel["kind"] for channel in _items(api, "channels")}
    result.deliveries = [
        {"channel": kinds[d["channel"]]} | {key: d[key] for key in ("id", "kind", "state", "attempts")}
        for d in _items(api, "deliveries")
    ]  # fmt: skip
    stories = list(_items(api, "stories"))
    result.stories = len(stories)
    result.pushed = list(_items(api, "articles"))
    result.articles = len({(one["source"], one["external_id"]) for one in result.pushed})


def _compare(result: Result, sample: Sample, caught: Caught) -> None:
    """Name what was expected and is not there, and what is there more than once or was not expected."""
    result.received = {"email": len(caught.mails), "webhook": len(caught.webhooks), "chat": len(caught.chats)}
    result.missing, result.twice = [], []
    counts = sample.expected["counts"]
    for name, found in (("articles", result.articles), ("stories", result.stories)):
        if found != counts[name]:
            (result.missing if found < counts[name] else result.twice).append(f"{counts[name]} {name}, found {found}")
    _compare_alerts(result, sample)
    for kind, arrived in (("email", caught.mails), ("webhook", caught.webhooks)):
        sent = {d["id"] for d in result.deliveries if d["channel"] == kind}
        result.missing += [f"{kind} {id_}" for id_ in sorted(sent - set(arrived))]
        result.twice += sorted({f"{kind} {id_}" for id_ in arrived if arrived.count(id_) > 1 or id_ not in sent})
    chats = sum(1 for d in result.deliveries if d["channel"] == "chat")
    if len(caught.chats) != chats:
        (result.missing if len(caught.chats) < chats else result.twice).append(
            f"{chats} chat messages, {len(caught.chats)} came"
        )
    result.missing += [f"delivery {d['id']} is {d['state']}" for d in result.deliveries if d["state"] != "sent"]


def _compare_alerts(result: Result, sample: Sample) -> None:
    """Compare counts of (subscription, kind): which copy of a story came first is chance."""
    expected: dict[tuple[str, str], int] = {}
    for one in sample.expected["subscriptions"]:
        for alert in one["alerts"]:
            key = (one["name"], alert["kind"])
            expected[key] = expected.get(key, 0) + 1
    found: dict[tuple[str, str], int] = {}
    for alert in result.alerts:
        key = (alert["subscription"], alert["kind"])
        found[key] = found.get(key, 0) + 1
        waits = any(link["state"] == "open" for link in alert["links"])
        if waits:
            result.missing.append(f"alert for {key[0]} still waits")
    for key in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(key, 0), found.get(key, 0)
        if wanted != there:
            (result.missing if there < wanted else result.twice).append(
                f"{wanted} {key[1]} for {key[0]}, found {there}"
            )


# ---- the API ----


def _post(api: httpx2.Client, path: str, body: Json) -> Json:
    answer = api.post(f"/api/v1/{path}", json=body)
    if answer.status_code >= 400:
        raise OutsideError(f"{path}: {answer.json().get('detail', answer.text)}", permanent=True, code="api")
    return dict(answer.json())


def _items(api: httpx2.Client, path: str) -> Iterator[Json]:
    cursor: str | None = None
    while True:
        answer = api.get(f"/api/v1/{path}", params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        page = answer.raise_for_status().json()
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return
