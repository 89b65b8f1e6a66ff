"""What reads words of strangers, each with what is thrown at it and what must hold of whatever comes out.

A case may be refused by the part's own error, which says what was expected; anything else is a finding, as is a file that
was opened, a name looked up or a connection made meanwhile. Half of the cases are made anew, half are changed from those
that were read before, so that changes heap up where they lead on.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from services.errors import InvalidError
from tests.benchmarks import hostile
from tests.fuzz import making, matching, oracles
from tests.fuzz.report import Run

_TOUCHES = (*hostile.FORBIDDEN, "socket.bind")
_USUAL = (".bin", ".json", ".py", ".pyc", ".so", ".dat", ".yaml", ".gz")  # what is imported or loaded late
_KEPT = 200  # cases that were read and are changed further
_KEPT_LENGTH = 16 * 1024
_watch = threading.local()

Maker = Callable[[Random], Any]  # Any: a case is what its target takes
Changer = Callable[[Random, Any], Any]  # Any: as above


@dataclass(frozen=True)
class Target:
    """A part: what is thrown, how a case is changed, and what takes it.

    `take` gives the part's result, raises `InvalidError` for a case that is refused, and `AssertionError` for a fault.
    """

    make: Maker
    take: Callable[[Any], object]
    change: Changer | None = None


TARGETS = {
    "query": Target(making.query, oracles.query, making.changed_text),
    "matcher": Target(matching.made, matching.compare, matching.changed),
    "feed": Target(making.document(0, 8), oracles.document, making.changed_document),
    "mail": Target(making.document(10, 10), oracles.document, making.changed_document),
    "html": Target(
        lambda rng: making.document(*rng.choice(((9, 9), (11, 11))))(rng), oracles.document, making.changed_document
    ),
    "json": Target(making.body, oracles.json_body, making.changed_document),
    "url": Target(making.url, oracles.url, making.changed_text),
    "places": Target(making.news, oracles.places, making.changed_text),
    "message": Target(making.facts, oracles.message, making.changed_facts),
}


def throw(run: Run, target: Target, cases: int, seconds: float) -> None:
    """Throw cases until there were enough or the time is over."""
    touched: list[str] = []
    sys.addaudithook(lambda event, arguments: _hear(touched, event, arguments))
    rng, kept = Random(run.seed), list[Any]()
    until = time.monotonic() + seconds
    while run.cases < cases and time.monotonic() < until:
        further = target.change is not None and kept and rng.random() < 0.5
        case = target.change(rng, rng.choice(kept)) if further and target.change else target.make(rng)
        if _take(run, target, case, touched) and len(case) <= _KEPT_LENGTH:
            if len(kept) < _KEPT:
                kept.append(case)
            else:
                kept[rng.randrange(_KEPT)] = case


def _take(run: Run, target: Target, case: Any, touched: list[str]) -> bool:
    """Let the target take a case; say whether it was read."""
    run.cases += 1
    _watch.on = run.cases > 1  # what is imported late is imported by the first
    began = time.thread_time()
    read = False
    try:
        told = target.take(case)
        run.taken += 1
        read = True
        if isinstance(told, dict):
            run.count(told)
    except InvalidError:
        pass
    except Exception as error:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f"{where.tb_frame.f_code.co_filename.rpartition('/')[2]}:{where.tb_lineno}" if where else ""
        run.found(f"{type(error).__name__} at {place}: {str(error)[:120]}", case)
    finally:
        _watch.on = False
    run.took(began, case)
    if touched:
        run.found(f"touched {touched[0]}", case)
        touched.clear()
    return read


def _hear(touched: list[str], event: str, arguments: tuple[object, ...]) -> None:
    if event not in _TOUCHES or not getattr(_watch, "on", False):
        return
    name = str(arguments[0]) if arguments else ""
    if event == "open" and (name.endswith(_USUAL) or "site-packages" in name or "/lib/python" in name):
        return
    touched.append(f"{event} {name[:100]}")
