"""Poison among good articles: texts, queries and channels that end, hold, fill up or fail whoever works on them.

Articles are pushed at a steady pace, first none but good ones, then among them texts of four kinds, queries of three and
channels of three. Every good one must be told once, each poisonous text be set aside and each poisonous query be put in
quarantine. How late the good ones are is told for both halves. The service is as it ships, but for the planted faults and
for a reading that is given up after two seconds instead of minutes.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from pathlib import Path

from tests.faults.kills import outcome
from tests.faults.place import Found, Place
from tests.faults.rig import WORD, Rig
from tests.parts import HOST, free_port, until

PER_S = 10.0
EVE = "eve@example.org"  # hears of what becomes of the poison, and is owed nothing
TEXTS = ("zqraise", "zqkill", "zqhang", "zqeat")
QUERIES = ("zqboom", "zqslow", "zqdie")
CHANNELS = ("closed", "/hook/refused", "/hook/slow")
ONE_IN = 100  # articles that are poisonous; 4 queries and 2 channels for every thousand articles, one of each at least
SHIM = '''"""Read by Python before anything else: words that end, hold or fill up whoever works on a text or a query with them."""

import os
import signal
import time

from services import careful, finding, pipeline
from services.rules import budget, engine

careful.CPU_S, careful.WALL_S, pipeline.LONGEST_READ_S = 1, 2.0, 2.0
_understand, _is_true = pipeline.understand_for, engine.is_true


def understand_for(item, page, home):
    text = item.text or ""
    if "zqraise" in text:
        raise ValueError("planted")
    if "zqkill" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "zqeat" in text:
        held = bytearray(2 << 30)  # refused where memory is bounded
        os.kill(os.getpid(), signal.SIGKILL)  # as the system does that has no more of it
    while "zqhang" in text:
        pass
    return _understand(item, page, home)


def is_true(tree, *given):
    said = repr(tree)
    if "zqboom" in said:
        raise ValueError("planted")
    if "zqdie" in said:
        os.kill(os.getpid(), signal.SIGKILL)
    if "zqslow" in said:
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
    return _is_true(tree, *given)


pipeline.understand_for = understand_for
for module in (budget, engine, finding):
    module.is_true = is_true
'''


def poison(place: Place) -> Found:
    """Push so many articles, half of them with poison around."""
    folder = place.folder / "one"
    shim = folder / "shim"
    shim.mkdir(parents=True)
    (shim / "sitecustomize.py").write_text(SHIM)
    rig = Poisoned(folder, place.database("poison"), PYTHONPATH=str(shim))
    try:
        rig.start()
        rig.set_up()
        half = place.count // 2
        rig.push_all("calm", half, poisonous=False)
        until(rig.all_told, "every article without poison", 120, 0.2)
        queries, channels = rig.plant(max(1, place.count // 1000))
        began = time.monotonic()
        rig.push_all("amid", half, poisonous=True)
        until(rig.all_told, "every good article amid poison", 600, 0.5)
        until(lambda: not rig.unsettled(), "the end of what is poisonous", 300, 1.0)
        calm, amid = rig.late("calm"), rig.late("amid")
        return outcome(rig) | {
            "articles": place.count, "poisonous": len(rig.poisonous), "queries": queries, "channels": channels,
            "odd": len(rig.unsettled()), "p50_s": rig.middle(calm), "p99_s": rig.most(calm),
            "p50_amid_s": rig.middle(amid), "p99_amid_s": rig.most(amid),
            "lasted_s": round(time.monotonic() - began, 1), "seed": 12,
        }  # fmt: skip
    finally:
        rig.close()


class Poisoned(Rig):
    """An installation with planted faults, which remembers when it pushed what."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        super().__init__(folder, database_url, **settings)
        self.pushed_at: dict[str, float] = {}
        self.poisonous: list[str] = []

    def push_all(self, name: str, count: int, *, poisonous: bool) -> None:
        """Push at a steady pace; one in so many is followed by a poisonous one."""
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number / PER_S - time.monotonic()))
            its = f"{name}{number}"
            self.pushed_at[f"Case {its}"] = time.monotonic()
            self.push(its)
            if poisonous and number % ONE_IN == 0:
                kind = TEXTS[len(self.poisonous) % len(TEXTS)]
                body = {
                    "external_id": f"{kind}{number}",
                    "title": kind,
                    "text": f"The {WORD} holds {kind} for {number}.",
                }
                self.poisonous.append(str(self.call("POST", "articles", json=body)["id"]))

    def plant(self, each: int) -> tuple[int, int]:
        """Add queries and channels that are poisonous, so many of each kind; give how many."""
        port = self.port_of("http")
        person = self.call("POST", "people", json={"email": EVE, "timezone": "UTC"})["id"]
        mine = {"person": person, "kind": "webhook", "confirmed": True}
        for number in range(each):
            for word in QUERIES:
                url = f"http://{HOST}:{port}/hook/{word}{number}"
                self._ask(f"{word}{number}", f"({WORD} NEAR/50 stands) -{word}{number}", mine | {"url": url})
            for kind in CHANNELS:
                its = f"http://{HOST}:{free_port()}/closed{number}" if kind == "closed" else ""
                self._ask(f"{kind}{number}", WORD, mine | {"url": its or f"http://{HOST}:{port}{kind}{number}"})
        return each * len(QUERIES), each * len(CHANNELS)

    def _ask(self, name: str, query: str, channel: dict) -> None:
        id_ = self.call("POST", "channels", json=channel)["id"]
        wish = {"person": channel["person"], "name": name, "query": query, "channels": [id_], "cadence": "instant"}
        self.call("POST", "subscriptions", json=wish)

    def all_told(self) -> bool:
        """Whether all that is owed has arrived, whatever else waits."""
        return self.owed <= set(self.arrived())

    def copies(self):
        """Give what came to the plan's channels."""
        return [copy for copy in super().copies() if copy.to in self.channels]

    def unsettled(self) -> list[str]:
        """Say which poisonous text is not set aside, and whether a poisonous query still runs."""
        found = []
        for id_ in self.poisonous:
            shown = self.call("GET", f"articles/{id_}")
            if shown["state"] != "set_aside" or not str(shown["reason"]).startswith("poison"):
                found.append(f"{shown['title']} is {shown['state']}")
        for shown in self.call("GET", "subscriptions", params={"limit": 200})["items"]:
            if shown["name"].startswith(QUERIES) and shown["state"] != "quarantined":
                found.append(f"{shown['name']} is {shown['state']}")
        return found

    def late(self, name: str) -> list[float]:
        """Give how many seconds after its push each message of a half came first, in order."""
        first: dict[tuple[str, str], float] = {}
        for kind in self.tails:
            for said in map(json.loads, (self.folder / f"{kind}.jsonl").read_text().splitlines()):
                if said["to"] in self.channels and said["title"].startswith(f"Case {name}"):
                    first.setdefault((said["to"], said["title"]), said["t"] - self.pushed_at[said["title"]])
        return sorted(first.values())

    @staticmethod
    def middle(seconds: list[float]) -> float:
        return round(statistics.median(seconds), 2)

    @staticmethod
    def most(seconds: list[float]) -> float:
        """Give the 99th percentile."""
        return round(seconds[math.ceil(0.99 * len(seconds)) - 1], 2)
