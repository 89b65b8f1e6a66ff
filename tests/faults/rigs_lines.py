"""Lines that break: to receivers and the database by a proxy, and those by which articles are pushed."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
from sqlalchemy import create_engine, text

from tests.faults.kills import Driver, load, outcome, settle
from tests.faults.place import Found, Place, running, steadily
from tests.faults.proxy import TOXICS, Proxy
from tests.parts import HOST

STRENGTHS: dict[str, tuple[float, ...]] = {
    "latency": (0.5, 0.1, 2.0), "bandwidth": (20_000, 100_000, 5_000), "slicer": (64, 512, 8), "slow_close": (1, 0.2, 3),
    "swallow": (0, 0, 0), "no_answer": (0, 0, 0), "limit": (3_000, 10_000, 500), "reset": (0, 0.05, 0.3), "down": (0, 0, 0),
}  # fmt: skip
PATIENT = {
    "TOCSIN_REST_MOST_S": "1", "TOCSIN_WEBHOOK_DELAYS_S": ",".join(["1"] * 60), "TOCSIN_MAIL_DELAYS_S": ",".join(["1"] * 60),
}  # fmt: skip
"""A line that was broken 27 times would keep a channel at rest for half an hour, and nothing more be pushed meanwhile."""


def network(place: Place) -> Found:
    cells, slowest = 0, 0.0
    with running(place, proxied=True, **PATIENT) as rig:
        links: dict[str, Proxy] = dict(rig.proxies)
        with load(rig, 4) as driver:
            for kind, proxy in links.items():
                for name in TOXICS:
                    for strength in STRENGTHS[name][: place.strengths]:
                        proxy.set(name, strength)
                        _misbehave(driver, kind)
                        proxy.set()
                        began = time.monotonic()
                        steadily(rig, driver, 0.5)
                        slowest = max(slowest, time.monotonic() - began)
                        cells += 1
        return outcome(rig) | {"cells": cells, "links": len(links), "longest_recovery_s": round(slowest, 1)}


def _misbehave(driver: Driver, kind: str) -> None:
    """Let a fault last; pushes may be refused meanwhile if it is the database that cannot be reached."""
    time.sleep(3.0)
    assert driver.error is None, (kind, driver.error)


def pushes(place: Place) -> Found:
    """Push each key twenty times at once, over connections that are cut at random."""
    chance = random.Random(5)
    with running(place) as rig:
        proxy, done = Proxy(rig.port), threading.Event()
        url = f"http://{HOST}:{proxy.port}/api/v1/articles"
        assert rig.api is not None
        token = rig.api.headers["Authorization"]

        def cut() -> None:
            while not done.wait(chance.uniform(0.05, 0.4)):
                proxy.set("reset")
                proxy.set()

        def push(name: str) -> None:
            body = {"external_id": name, "title": name, "text": f"Nobody asked for {name}, said the clerk at noon."}
            headers = {"Authorization": token, "Idempotency-Key": name}
            for _ in range(200):
                with suppress(httpx2.HTTPError):
                    answer = httpx2.post(url, json=body, headers=headers, timeout=10, trust_env=False)
                    if answer.status_code == 202:
                        return
                    assert answer.status_code in (409, 503), answer.text
                time.sleep(0.05)
            raise AssertionError(f"{name} was never taken")

        cutting = threading.Thread(target=cut, daemon=True)
        cutting.start()
        try:
            with ThreadPoolExecutor(20) as pool:
                list(pool.map(push, [f"key{number // 20}" for number in range(20 * place.count)]))
        finally:
            done.set()
            cutting.join()
            proxy.close()
        engine = create_engine(rig.url)
        with engine.connect() as connection:
            its = text("SELECT count(*) FROM article WHERE external_id LIKE 'key%'")
            articles = int(connection.execute(its).scalar() or 0)
        engine.dispose()
        settle(rig)
        return outcome(rig) | {"keys": place.count, "pushes": 20 * place.count, "articles": articles,
                               "lost": max(0, place.count - articles), "unexpected": max(0, articles - place.count)}  # fmt: skip
