"""What a run of a fuzz target found, as a line of `tests/fuzz/results/TARGET.jsonl`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_MOST_FINDINGS = 50


@dataclass
class Run:
    """One run: what was asked of it, and what came of it."""

    target: str
    seed: int
    cases: int = 0
    taken: int = 0
    """Cases that were read or answered with success; the others were refused in words."""
    slowest_ms: float = 0.0
    slowest: str = ""
    findings: list[dict[str, str]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    more: dict[str, object] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def found(self, what: str, sample: object) -> None:
        """Keep a finding, once for each kind of it."""
        if len(self.findings) < _MOST_FINDINGS and what not in [one["what"] for one in self.findings]:
            self.findings.append({"what": what, "sample": repr(sample)[:2_000]})

    def count(self, told: dict[str, int]) -> None:
        """Add up what a target counts of its cases."""
        for name, number in told.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def took(self, began: float, sample: object) -> None:
        """Keep the slowest case, in processor time of this thread."""
        self.spent((time.thread_time() - began) * 1000, sample)

    def spent(self, ms: float, sample: object) -> None:
        """Keep the slowest case."""
        if ms > self.slowest_ms:
            self.slowest_ms, self.slowest = ms, repr(sample)[:200]

    def line(self) -> dict[str, object]:
        """Give the line of the results."""
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
        return {
            "target": self.target, "seed": self.seed, "commit": commit.stdout.strip(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "cases": self.cases, "taken": self.taken, "seconds": round(time.monotonic() - self.began, 1),
            "slowest_ms": round(self.slowest_ms, 1), **self.more, **self.counts, "findings": self.findings,
        }  # fmt: skip

    def record(self) -> None:
        """Add the line to the results."""
        RESULTS.mkdir(exist_ok=True)
        with (RESULTS / f"{self.target}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(self.line(), ensure_ascii=False) + "\n")
