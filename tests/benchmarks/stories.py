"""How well and how fast stories are found: `python -m tests.benchmarks.stories [--speed] [--json FILE]`.

Needs ../shared/data: the development events and, as a dense stream, local news that tells other events. Prints each
figure beside the mark that is asked for and beside MinHash, SimHash and TF-IDF centroids of the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from services.store.packs import terms_table
from services.stories.decision import Decision, Relation
from services.stories.frequencies import Frequencies
from services.stories.grouping import Groups
from services.stories.signature import sign
from tests.benchmarks.copies import KINDS, Text, strangers
from tests.benchmarks.floors import Centroids, MinHash, SimHash
from tests.benchmarks.hard_pairs import hard_pairs
from tests.benchmarks.templated import templated, varied

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
JOINED = (Relation.COPY, Relation.RETELLING)


class Floor(Protocol):
    name: str

    def find(self, one: Text) -> str | None: ...
    def add(self, one: Text, story: str) -> None: ...


def events() -> list[Text]:
    lines = (SHARED / "stories" / "news-events-dev.jsonl").read_text(encoding="utf-8").strip().split("\n")
    return [Text(row["id"], row["title"], row["text"], row["cluster"]) for row in map(json.loads, lines)]


def dates() -> dict[str, float]:
    """Give when each of the events' articles was published, in seconds."""
    lines = (SHARED / "stories" / "news-events-dev.jsonl").read_text(encoding="utf-8").strip().split("\n")
    return {row["id"]: datetime.fromisoformat(row["date"] + "+00:00").timestamp() for row in map(json.loads, lines)}


def local_news() -> list[Text]:
    lines = (SHARED / "places" / "lgl-dev.jsonl").read_text(encoding="utf-8").strip().split("\n")
    found = []
    for row in map(json.loads, lines):
        title, _, text = row["text"].partition(". ")
        found.append(Text(row["id"], title, text, row["id"]))
    return found


def b_cubed(gold: Sequence[str], found: Sequence[str]) -> tuple[float, float, float]:
    """Give precision, recall and F1."""
    n, g, f, both = len(gold), Counter(gold), Counter(found), Counter(zip(gold, found, strict=True))
    precision = sum(both[pair] / f[pair[1]] for pair in zip(gold, found, strict=True)) / n
    recall = sum(both[pair] / g[pair[0]] for pair in zip(gold, found, strict=True)) / n
    return precision, recall, 2 * precision * recall / (precision + recall)


def run(
    texts: Sequence[Text], at: Mapping[str, float] | None = None
) -> tuple[Groups, list[str], list[str], list[Decision]]:
    groups, stories, threads, decisions = Groups(Frequencies(terms_table())), [], [], []
    for one in texts:
        when = (at or {}).get(one.id)
        new = sign(one.title, one.text, groups.frequencies.weight)
        found = groups.decide(new, when)
        stories.append(found.story or one.id)
        threads.append(found.thread or stories[-1])
        decisions.append(found)
        groups.join(one.id, new, story=stories[-1], thread=threads[-1], at=when or 0.0, relation=found.relation)
    return groups, stories, threads, decisions


def run_floor(floor: Floor, texts: Sequence[Text]) -> list[str]:
    found = []
    for one in texts:
        found.append(floor.find(one) or one.id)
        floor.add(one, found[-1])
    return found


DENSE: Mapping[str, Callable[[], list[Text]]] = {
    "local news": local_news, "hard pairs": hard_pairs, "templated": templated, "templated, varied": varied,
    "templated, other seeds": lambda: templated(12, 55) + varied(12, 77),
}  # fmt: skip


def quality(result: dict[str, Any]) -> None:
    texts = events()
    gold = [one.event for one in texts]
    for said, at in (("", dates()), (", no dates", None)):
        _, stories, threads, _ = run(texts, at)
        for name, found in (("threads", threads), ("stories", stories)):
            result[name + said] = dict(zip("PRF", b_cubed(gold, found), strict=True))
    heads = [Text(one.id, one.title, "", one.event) for one in texts]
    _, stories, threads, _ = run(heads, dates())
    result["headlines, threads"] = dict(zip("PRF", b_cubed(gold, threads), strict=True))
    result["headlines, stories"] = dict(zip("PRF", b_cubed(gold, stories), strict=True))
    for floor in (MinHash(), SimHash(), Centroids(texts)):
        result[f"floor {floor.name}"] = dict(zip("PRF", b_cubed(gold, run_floor(floor, texts)), strict=True))
    for name, make in DENSE.items():
        dense = make()
        _, _, _, decisions = run(dense)
        joined = sum(one.relation in JOINED for one in decisions)
        result[f"dense: {name}"] = {"articles": len(dense), "joined": joined / len(dense)}
        floor = Centroids(dense)
        result[f"dense: {name}"]["floor"] = 1 - sum(
            a == b.id for a, b in zip(run_floor(floor, dense), dense, strict=True)
        ) / len(dense)


def copies(result: dict[str, Any]) -> None:
    chance = random.Random(5)
    originals = [one for one in events() + local_news() if len(one.text.split()) >= 120] + templated()
    groups, stories, _, _ = run(originals)
    floors: list[Floor] = [MinHash(), SimHash(), Centroids(originals, 0.5)]
    home = dict(zip((one.id for one in originals), stories, strict=True))
    for floor in floors:
        for one in originals:
            floor.add(one, home[one.id])
    for kind, make in KINDS.items():
        made = [make(one, chance) for one in originals]
        right = sum(_story(groups, one) == home[one.id] for one in made)
        row = {"recall": right / len(made)}
        for floor in floors:
            row[floor.name] = sum(floor.find(one) == home[one.id] for one in made[::4]) / len(made[::4])
        result[f"copies: {kind}"] = row
    false = strangers([one for one in originals if one.event != one.id or "-" not in one.id], 1_000, chance)
    result["false joins in 1,000"] = {
        "copies": sum(groups.decide(_sign(groups, one)).relation is Relation.COPY for one in false)
    }
    result["false joins in 1,000"]["retellings"] = sum(
        groups.decide(_sign(groups, one)).relation is Relation.RETELLING for one in false
    )


def _sign(groups: Groups, one: Text) -> Any:
    return sign(one.title, one.text, groups.frequencies.weight)


def _story(groups: Groups, one: Text) -> str | None:
    found = groups.decide(_sign(groups, one))
    return found.story if found.relation in JOINED else None


def speed(result: dict[str, Any], count: int = 50_000) -> None:
    """Fill a window with articles of shuffled sentences, three in ten of them copies; time the last 2,000."""
    chance = random.Random(7)
    lines = [line + "." for one in events() + local_news() for line in one.text.split(". ") if len(line) > 30]
    groups = Groups(Frequencies(terms_table()))
    before, taken, recent = _rss_mib(), [], []
    began = time.perf_counter()
    for at in range(count):
        if recent and chance.random() < 0.3:
            title, text = KINDS["changed"](chance.choice(recent), chance).title, chance.choice(recent).text
        else:
            picked = chance.sample(lines, chance.randint(10, 22))
            title, text = " ".join(picked[0].split()[:9]), " ".join(picked)
            recent = [*recent[-200:], Text(str(at), title, text, "")]
        started = time.thread_time()  # other work on the machine does not count
        new = sign(title, text, groups.frequencies.weight)
        found = groups.decide(new)
        story = found.story or str(at)
        groups.join(str(at), new, story=story, thread=found.thread or story, at=float(at), relation=found.relation)
        taken.append(time.thread_time() - started)
        if at % 10_000 == 9_999:
            print(f"  {at + 1:,} articles, {time.perf_counter() - began:.0f} s, {_rss_mib():.0f} MiB", flush=True)
    last = sorted(taken[-2_000:])
    result["speed"] = {
        "articles": count, "mean_ms": sum(last) / len(last) * 1e3, "p95_ms": last[int(len(last) * 0.95)] * 1e3,
        "process_mib": _rss_mib(), "grown_mib": _rss_mib() - before, "learned": len(groups.frequencies.learned),
    }  # fmt: skip


def _rss_mib() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--speed", action="store_true", help="also fill a window of 50,000 articles")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    result: dict[str, Any] = {}
    quality(result)
    copies(result)
    if given.speed:
        speed(result)
    for name, row in result.items():
        print(f"{name:<24}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
    if given.json:
        rounded = {name: {key: round(value, 3) for key, value in row.items()} for name, row in result.items()}
        given.json.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
