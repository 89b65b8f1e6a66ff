"""The phases of a run, and what is measured in each: rates, times, and whether exactly what was owed has arrived."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

from rich.progress import Progress

from services.store.secrets import open_vault
from services.store.work import open_store
from tests.benchmarks.load.pusher import Pushes, push
from tests.benchmarks.load.service import Service
from tests.benchmarks.load.town import Planned, hot_article, owed, planned, plant_dead_channel

CONNECTIONS, AT_ONCE = 16, 200
STILL_S = 60.0  # without any arrival for so long, nothing more is waited for


class Run:
    """One run against one service."""

    def __init__(self, service: Service, given: argparse.Namespace, progress: Progress) -> None:
        self.service, self.given, self.progress = service, given, progress
        self._number = 0
        self._owed: set[tuple[str, str]] = set()
        self._hot: Planned | None = None

    async def all(self) -> dict[str, object]:
        """Go through the phases that were asked for."""
        await self._warm_up()
        found: dict[str, object] = {"steady": await self._steady("steady")}
        if self.given.burst:
            found["burst"] = await self._burst()
        if self.given.fan_out:
            self._hot = hot_article(self.given.fan_out)
            await push([self._hot], self.service.port, self.service.token, per_s=None, connections=1)
            found["beside_fan_out"] = await self._steady("beside the fan-out")
            told = sum(1 for path, _ in self.service.arrived() if path.startswith("/e/"))
            found["fan_out"] = {"subscriptions": self.given.fan_out, "arrived_until_then": told}
        if self.given.dead_channel:
            self._plant()
            found["beside_dead_channel"] = await self._steady("beside the dead channel")
        return found | {"ledger": self._ledger(), "used": self.service.used(), "logged": self.service.logged()}

    async def _warm_up(self) -> None:
        """Wait until the rules are loaded and everything has run once."""
        articles = self._articles(20)
        await push(articles, self.service.port, self.service.token, per_s=None, connections=2)
        await self._drain(articles, still_s=400.0)

    def _articles(self, count: int) -> list[Planned]:
        task = self.progress.add_task("articles are written", total=count)
        given = self.given
        its = planned(
            given.seed, given.subscriptions, count, lambda n: self.progress.advance(task, n), first=self._number
        )
        self._number += count
        self._owed |= owed(its)
        return its

    def _plant(self) -> None:
        store, vault = open_store(self.service.settings.database), open_vault(self.service.settings.key_file)
        task = self.progress.add_task("messages to nowhere", total=self.given.dead_channel)
        plant_dead_channel(store, vault, self.given.dead_channel, lambda n: self.progress.advance(task, n))
        store.close()

    async def _steady(self, name: str) -> dict[str, object]:
        per_s, minutes = self.given.per_s, self.given.minutes
        articles = self._articles(int(per_s * 60 * minutes))
        task = self.progress.add_task(name, total=len(articles))
        before, began = self.service.used(), time.monotonic()
        pushes = await push(articles, self.service.port, self.service.token, per_s=per_s, connections=CONNECTIONS,
                            tell=lambda n: self.progress.advance(task, n))  # fmt: skip
        pushed = time.monotonic()
        until_then = sum(1 for key in owed(articles) if key in self.service.arrived())
        await self._drain(articles)
        used = {role: round(its["cpu_s"] - before.get(role, {"cpu_s": 0})["cpu_s"], 1)
                for role, its in self.service.used().items()}  # fmt: skip
        return {
            "minutes": round((pushed - began) / 60, 2), "articles": len(articles), "asked_articles_per_s": per_s,
            "articles_per_s": round(len(articles) / (pushed - began), 1),
            "deliveries_per_s": round(until_then / (pushed - began), 1), **_push_times(pushes),
            **self._times(articles, pushes), "cpu_s": used,
        }  # fmt: skip

    async def _burst(self) -> dict[str, object]:
        articles = self._articles(self.given.burst)
        task = self.progress.add_task("burst", total=len(articles))
        began = time.monotonic()
        pushes = await push(articles, self.service.port, self.service.token, per_s=None, connections=AT_ONCE,
                            tell=lambda n: self.progress.advance(task, n))  # fmt: skip
        accepted = time.monotonic() - began
        await self._drain(articles)
        its = [at for key in owed(articles) for at in self.service.arrived().get(key, [])]
        return {
            "articles": len(articles), "connections": AT_ONCE, "accepted_s": round(accepted, 1), "asked_accepted_s": 60,
            "drained_s": round(max(its, default=began) - began, 1), "asked_drained_s": 300, **_push_times(pushes),
        }  # fmt: skip

    async def _drain(self, articles: Sequence[Planned], still_s: float = STILL_S) -> None:
        wanted = owed(list(articles))
        task = self.progress.add_task("messages arrive", total=len(wanted))
        missing, last = wanted, time.monotonic()
        while missing and time.monotonic() - last < still_s:
            await asyncio.sleep(0.25)
            left = missing - self.service.arrived().keys()
            if len(left) < len(missing):
                last = time.monotonic()
            missing = left
            self.progress.update(task, completed=len(wanted) - len(missing))

    def _times(self, articles: Sequence[Planned], pushes: Pushes) -> dict[str, float]:
        arrived = self.service.arrived()
        its = [arrived[path, one.title][0] - pushes.at[one.title]
               for one in articles for path in one.told if (path, one.title) in arrived]  # fmt: skip
        return {f"push_to_sink_{name}_s": round(at, 3) for name, at in _quantiles(its).items()} | {"asked_p99_s": 5.0}

    def _ledger(self) -> dict[str, int]:
        arrived = self.service.arrived()
        known = set(self._owed) | (owed([self._hot]) if self._hot else set())
        return {
            "owed": len(self._owed), "lost": len(self._owed - arrived.keys()),
            "unexpected": len(arrived.keys() - known), "twice": sum(len(its) > 1 for its in arrived.values()),
        }  # fmt: skip


def _push_times(pushes: Pushes) -> dict[str, object]:
    its = {f"push_{name}_s": round(at, 3) for name, at in _quantiles(pushes.took).items()}
    return {**its, "answers": dict(pushes.answers), **({"odd": pushes.odd} if pushes.odd else {})}


def _quantiles(its: list[float]) -> dict[str, float]:
    if len(its) < 2:
        return {}
    cuts = statistics.quantiles(its, n=1000, method="inclusive")
    return {"p50": cuts[499], "p95": cuts[949], "p99": cuts[989], "most": max(its)}
