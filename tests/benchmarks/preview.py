"""How fast a preview is: `python -m tests.benchmarks.preview [--days 30] [--per-day 1000] [--keep FILE] [--json]`.

An SQLite database is filled with so many articles a day, taken in, read and bundled by the pipeline's own functions
(`--keep` keeps it for the next run). Their text has natural word frequencies: function words first, then words of the
news, then made-up words, by Zipf's law, with some fixed pairs. Each query is previewed as the API does it, with counts,
shares, stories, ignored hits and twenty passages, in interleaved rounds; beside it stand, from the same run,

    floor        the text of every article read from the database, and nothing done with it
    one by one   every article analysed and evaluated, as without bundles (measured on some, multiplied)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import func, select, update
from sqlmodel import col

from services import pipeline
from services.articles.article import Item
from services.previews.preview import preview, span_of
from services.queries.document import document
from services.queries.evaluate import holds
from services.queries.parser import parse
from services.store import articles, bundles, schema, sources
from services.store.bundles import Bundle
from services.store.packs import shipped
from services.store.tables import Article, Story
from services.store.work import Store, open_store

UNTIL = datetime(2026, 11, 25, 12, tzinfo=UTC)
QUERIES = (
    '"sanctuary city" OR detainer*',
    "topic:sanctuary-city",
    "topic:policing-use-of-force",
    '"school board" -football',
    "police NEAR/5 chief",
    "city NEAR/10 council",
    "(police OR sheriff) (arrest* OR shot) -music",
    "title:(rent OR housing) council",
    "=ICE NEAR/10 (detainer* OR raid*)",
    "ATLEAST/2(warrant*)",
    "police",
)
COMMON = """
the to of and a in that for on is was said with at by it he as from his be has have an are not this will they but
were who or we their had its been she you would her more one about after when all there out up which
"""
NEWS = """
city police county school state council people year years new two court board federal officials law mayor government
public department officers home week house members vote million judge sheriff university community district plan
program chief health tuesday president family attorney case budget office water tax housing bill rent immigration
party arrest arrested election voters transit fire percent agency policy charges superintendent bond shot warrant
detainer detainers sanctuary ordinance music football raid raids deputy deputies use force body camera cameras
eviction tenants landlord homeless shelter wildfire evacuation ballot records meeting meetings drought bus rail fare
riders levee taser complaint oversight lawsuit
"""
PAIRS = (("city", "council"), ("school", "board"), ("police", "department"), ("police", "chief"), ("use", "of"),
         ("sanctuary", "city"), ("rent", "control"), ("body", "cameras"), ("arrest", "warrant"))  # fmt: skip
PAIR_SHARES = (40, 25, 40, 20, 6, 1, 3, 2, 4)  # of a hundred sentences that have one


class Writer:
    """Writes articles of about 450 words."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        made = ["".join(self.rng.choices(("ba", "de", "ko", "lin", "mer", "ro", "sta", "ti", "un", "vel"), k=k))
                for k in (2, 3, 4) for _ in range(20_000)]  # fmt: skip
        made = list(dict.fromkeys(made))
        # The words of the news stand among the others ever more thinly: "police" in a third of all articles, as in
        # local news, "levee" in one of a hundred.
        ranks = [(rank, word) for rank, word in enumerate(COMMON.split())]
        ranks += [(120 + 6 * n + n * n, word) for n, word in enumerate(NEWS.split())]
        taken = {rank for rank, _ in ranks}
        free = (rank for rank in range(len(made) + len(ranks)) if rank not in taken)
        ranks += list(zip(free, made, strict=False))
        self.words = [word for _, word in ranks]
        self.weights = list(accumulate(1 / (rank + 6) for rank, _ in ranks))

    def sentence(self) -> str:
        words = self.rng.choices(self.words, cum_weights=self.weights, k=self.rng.randint(8, 30))
        if self.rng.random() < 0.02:
            words[2:2] = self.rng.choices(PAIRS, weights=PAIR_SHARES)[0]
        if self.rng.random() < 0.001:
            words[1:1] = ["ICE", "agents"]
        words[0] = words[0].capitalize()
        return " ".join(words) + "."

    def item(self, number: int) -> Item:
        rng = self.rng
        parts = [" ".join(self.sentence() for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(6, 13))]
        if rng.random() < 0.3:
            parts.insert(rng.randint(1, len(parts)), "READ MORE: " + self.sentence())
        title = " ".join(rng.choices(self.words, cum_weights=self.weights, k=8)).capitalize()
        return Item(f"a{number}", url=f"https://paper{number % 40}.example/{number}", title=title,
                    text="\n\n".join(parts), language="en")  # fmt: skip


def main() -> None:
    """Fill, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--days", type=int, default=30)
    arguments.add_argument("--per-day", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--record", action="store_true", help="write the result beside this file")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        file = given.keep or Path(folder) / "tocsin.db"
        store = open_store(f"sqlite:///{file}")
        schema.upgrade(store)
        fill(store, given.days, given.per_day)
        before = os.getloadavg()[:1]
        found = measure(store, given.days, given.rounds)
        found["size"] = sizes(store, file)
        store.close()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    found |= {"commit": commit.stdout.strip(), "load": [round(one, 1) for one in (*before, *os.getloadavg()[:1])],
              "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"}  # fmt: skip
    if given.record:
        Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1) if given.json else shown(found))


def fill(store: Store, days: int, per_day: int) -> None:
    """Take in and read what is missing; every third article repeats the story of the one before it."""
    with store.read() as session:
        there = articles.count(session)
    writer, total = Writer(7), days * per_day
    items = (writer.item(number) for number in range(total))
    began = time.monotonic()
    for number, batch in enumerate(_batches(items, 100)):
        if number * 100 < there:
            continue
        at = UNTIL - timedelta(days=days) + timedelta(days=days * number * 100 / total)
        with store.write() as work:
            names = [sources.pushed(work.session, f"Paper {n}", at).id for n in range(40)]
            rows = [
                pipeline.take_in(work, names[n % 40], one, at + timedelta(seconds=n)) for n, one in enumerate(batch)
            ]
            ids = [row.id for row in rows]
        pipeline.ingest(store, lambda at=at: at + timedelta(minutes=5), timedelta(seconds=60))
        _tell(store, ids, at)
        if sys.stderr.isatty():
            print(
                f"\r{number * 100:,} of {total:,} articles, {time.monotonic() - began:.0f} s", end="", file=sys.stderr
            )


def _tell(store: Store, ids: list[str], at: datetime) -> None:
    """Give the articles stories, as matching does, three to a story."""
    with store.write() as work:
        for first in range(0, len(ids), 3):
            its = ids[first : first + 3]
            story = Story(id="s" + its[0], first_article=its[0], articles=len(its), first_seen_at=at, last_seen_at=at)
            work.session.add(story)
            work.session.flush()
            told = update(Article).where(col(Article.id).in_(its))
            work.session.execute(told.values(story=story.id, state="matched", matched_at=at))


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []


def measure(store: Store, days: int, rounds: int) -> dict:
    """Measure every query in interleaved rounds."""
    packs = shipped()
    parsed = {query: parse(query, packs.lookups) for query in QUERIES}
    taken: dict[str, list[float]] = {query: [] for query in QUERIES}
    cpu: dict[str, list[float]] = {query: [] for query in QUERIES}
    caught = {}
    floors = []
    for _ in range(rounds):
        floors.append(_floor(store))
        for query, read in parsed.items():
            began, worked = time.perf_counter(), time.thread_time()
            with store.read() as session:
                found = preview(session, packs.trees, read, span_of(days, UNTIL, "America/Los_Angeles"), 20)
            taken[query].append(time.perf_counter() - began)
            cpu[query].append(time.thread_time() - worked)
            caught[query] = found
    rows = []
    for query, times in taken.items():
        alone = _one_by_one(store, parsed[query].tree, packs.trees)
        found = caught[query]
        median = statistics.median(times)
        rows.append({"query": query, "articles": found.articles, "stories": found.stories,
                     "median_s": round(median, 3), "worst_s": round(max(times), 3), "best_s": round(min(times), 3),
                     "cpu_s": round(statistics.median(cpu[query]), 3),
                     "floor_ratio": round(median / statistics.median(floors), 2),
                     "one_by_one_ratio": round(alone / median, 1)})  # fmt: skip
    return {"checked": found.checked, "floor_s": round(statistics.median(floors), 3), "queries": rows}


def _floor(store: Store) -> float:
    began = time.perf_counter()
    with store.read() as session:
        sum(len(text or "") for text in session.scalars(select(col(Article.text))))
    return time.perf_counter() - began


def _one_by_one(store: Store, tree, topics, some: int = 300) -> float:
    with store.read() as session:
        rows = list(session.scalars(select(Article).limit(some)))
        total = articles.count(session)
        names = bundles.source_names(session)
    began = time.perf_counter()
    sum(holds(tree, document(articles.value_of(row, names[row.source])), topics) for row in rows)
    return (time.perf_counter() - began) * total / len(rows)


def sizes(store: Store, file: Path) -> dict:
    """Say what the bundles take, beside the text of the articles."""
    with store.read() as session:
        parts = [getattr(Bundle, name) for name in ("facts", "stems", "folded", "exact", "placed", "texts", "typed")]
        kept = sum(int(session.scalar(select(func.sum(func.length(col(part))))) or 0) for part in parts)
        text = int(session.scalar(select(func.sum(func.length(col(Article.text))))) or 0)
    return {"bundles_MiB": round(kept / 2**20, 1), "text_MiB": round(text / 2**20, 1),
            "database_MiB": round(file.stat().st_size / 2**20, 1)}  # fmt: skip


def shown(found: dict) -> str:
    """Give a table."""
    lines = [f"{found['checked']:,} articles, floor {found['floor_s']:.2f} s, {found['size']}", "",
             f"{'query':48}{'articles':>9}{'stories':>9}{'median s':>10}{'worst s':>9}{'CPU s':>8}{'/floor':>8}{'one by one/':>13}"]  # fmt: skip
    lines += [
        f"{row['query']:48}{row['articles']:9,}{row['stories']:9,}{row['median_s']:10.2f}{row['worst_s']:9.2f}{row['cpu_s']:8.2f}"
        f"{row['floor_ratio']:8.1f}{row['one_by_one_ratio']:13.1f}"
        for row in found["queries"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
