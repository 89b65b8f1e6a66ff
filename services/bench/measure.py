"""Measure one size in a process of its own: `python -m services.bench.measure` reads a job and writes lines of JSON.

A process for each size, because memory is measured by what the process takes: what an earlier size gave back would be
used again and be missed.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from types import FrameType

from services import lifeline
from services.articles.article import Article
from services.bench import corpus, mix, parts, rounds, rulefile
from services.bench.contender import Contender
from services.bench.figures import Figures, SizeResult, Times, best_us, median_us, over_articles, ratio
from services.bench.loading import Loaded, Progress, Rules, load
from services.bench.ours import Ours
from services.bench.peers import PEERS, Peer
from services.bench.stems import Stems
from services.errors import TocsinError
from services.queries.tree import Node
from services.rules import frequent, snapshot
from services.rules.engine import Engine
from services.rules.packing import Packer

_MEASURED_EACH = 6  # of the articles made up, every sixth is matched; the others only give rules
_SPARE = 1000
_ROUNDS = 7


def main() -> int:
    """Read the job from standard input, tell progress and the result."""
    signal.signal(signal.SIGTERM, _leave)
    line = sys.stdin.readline()
    if not line:
        return 1  # the command was interrupted before it could say what to do
    job = json.loads(line)
    lifeline.end_with_parent(job["parent"])
    try:
        result = measure(job["size"], job["corpus"], job["rules"], [PEERS[name] for name in job["peers"]], _tell)
    except TocsinError as error:
        _say({"error": error.message, "field": error.field})
        return 1
    _say({"result": asdict(result)})
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)  # so that what peers started is ended


def _tell(what: str, done: float) -> None:
    _say({"progress": what, "done": round(done, 4)})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def measure(size: int, corpus_file: str | None, rule_file: str | None, peers: Sequence[Peer], progress: Progress
            ) -> SizeResult:  # fmt: skip
    """Load everything, compare what is found, and take the times."""
    notes: list[str] = []
    seed = 1
    own = rulefile.from_file(Path(rule_file)) if rule_file else None
    progress("articles", 0.0)
    articles = corpus.from_file(Path(corpus_file)) if corpus_file else list(corpus.made_up(seed))
    measured = articles if corpus_file else articles[::_MEASURED_EACH]
    drawn = mix.rules(articles, seed) if own is None else iter(own)
    rules = _packed(drawn, size, notes, progress)
    shares = frequent.learned(_others(articles, measured))
    notes.append("ours: knows from a sample of articles how frequent words are, as a worker does from the stored ones")
    for article in articles:
        Stems().of(article)  # what the text analysis remembers is not counted as rules' memory
    asked = [peer for peer in peers if peer.most_rules is None or rules.count <= peer.most_rules]
    notes += [f"{peer.name}: left out above {peer.most_rules:,} rules" for peer in peers if peer not in asked]
    with ExitStack() as stack:
        ours = load(partial(Ours, shares), rules, "loading ours", progress)
        theirs: dict[str, Loaded] = {}
        for peer in asked:
            theirs[peer.name] = load(peer.make, rules, f"loading {peer.name}", progress)
            stack.callback(theirs[peer.name].contender.close)
        gc.collect()
        gc.freeze()
        return _measured(ours, theirs, {peer.name: peer for peer in asked}, rules, measured, notes, progress)


def _others(articles: Sequence[Article], measured: Sequence[Article]) -> Sequence[Article]:
    """Give articles spread over all, none of them measured where not all are."""
    if len(measured) == len(articles):
        return articles[:: max(1, len(articles) // frequent.SAMPLE)]
    return articles[1 :: 2 * _MEASURED_EACH]


def _packed(drawn: Iterator[Node], size: int, notes: list[str], progress: Progress) -> Rules:
    packer, packed = Packer(), []
    for tree in islice(drawn, size + min(size, _SPARE)):
        packed.append(packer.pack(tree))
        if len(packed) % 2000 == 0:
            progress("rules", len(packed) / size)
    if len(packed) <= size:
        spare = max(1, len(packed) // 11)
        if len(packed) - spare < size:
            notes.append(f"only {len(packed):,} different rules: {spare:,} of them are kept for live adding")
        return Rules(packer, packed, spare if len(packed) > 1 else 0)
    return Rules(packer, packed, len(packed) - size)


def _measured(
    ours: Loaded, theirs: dict[str, Loaded], peers: dict[str, Peer], rules: Rules, articles: Sequence[Article],
    notes: list[str], progress: Progress,
) -> SizeResult:  # fmt: skip
    assert isinstance(ours.contender, Ours)
    turns: dict[str, tuple[Contender, Sequence[Article]]] = {"ours": (ours.contender, articles)}
    for name, its in theirs.items():
        share = peers[name].share(rules.count, len(articles))
        turns[name] = (its.contender, articles[:share])
        notes.append(f"{name}: {peers[name].says}{_asked_of(share, len(articles))}{_left_out(its, rules)}")
    agree, matches = _agreement(ours.contender, theirs, turns, progress)
    times = rounds.run(turns, _ROUNDS, progress)
    halves = parts.of(ours.contender.engine, articles, progress)
    progress("live rules", 0.0)
    figures = {
        name: _figures(its, times[name], rounds.live(its.contender, rules), matches[name])
        for name, its in theirs.items()
    }
    tried = ours.contender.tried / len(articles)
    own = _figures(ours, times["ours"], rounds.live(ours.contender, rules), matches["ours"], tried)
    progress("snapshot", 0.0)
    restart = _restart_s(ours.contender.engine)
    with_ratio = {name: _with_ratio(one, times["ours"], times[name]) for name, one in figures.items()}
    return SizeResult(rules.count, len(articles), agree, own, with_ratio, restart, halves, notes)


def _restart_s(engine: Engine) -> float:
    data = snapshot.dump(engine)
    began = time.thread_time()
    again = snapshot.load(data)
    took = time.thread_time() - began
    assert len(again) == len(engine)
    return round(took, 4)


def _agreement(
    ours: Ours, theirs: dict[str, Loaded], turns: dict[str, tuple[Contender, Sequence[Article]]], progress: Progress
) -> tuple[int, dict[str, float]]:
    """Give on how many articles all found the same, and the mean of what each found."""
    agree = 0
    found = dict.fromkeys(turns, 0)
    articles = turns["ours"][1]
    for at, article in enumerate(articles):
        own = ours.numbers(article)
        found["ours"] += len(own)
        same = True
        for name, its in theirs.items():
            if at < len(turns[name][1]):
                numbers = its.contender.numbers(article)
                found[name] += len(numbers)
                same &= numbers == (own if its.taken is None else own & its.taken)
        agree += same
        progress("comparing", at / len(articles))
    return agree, {name: round(count / len(turns[name][1]), 2) for name, count in found.items()}


def _figures(
    its: Loaded, times: Times, live: tuple[float | None, float | None], matches: float, tried: float | None = None
) -> Figures:
    p50, p99 = over_articles(times)
    return Figures(
        best_us(times), median_us(times), p50, p99, round(its.bytes_per_rule, 1), round(its.load_s, 4), *live,
        None if tried is None else round(tried, 2), matches,
    )  # fmt: skip


def _with_ratio(figures: Figures, ours: Times, peer: Times) -> Figures:
    return Figures(**{**asdict(figures), "ratio": ratio(ours, peer)})


def _asked_of(share: int, articles: int) -> str:
    return "" if share == articles else f"; asked about {share} articles"


def _left_out(its: Loaded, rules: Rules) -> str:
    return "" if its.taken is None else f"; {rules.count - len(its.taken):,} rules that it cannot say are left out"


if __name__ == "__main__":
    sys.exit(main())
