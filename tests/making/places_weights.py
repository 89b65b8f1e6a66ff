"""Learn the weights of places: `python -m tests.making.places_weights [--out config/places/weights.json]`.

Learned from `../shared/data/places/lgl-dev.jsonl`, each article twice: with the home of its outlet given, and without.

    1. a chance for each span from its signs alone
    2. weights of the evidence for what a name means, with the votes of chances that were learned on other outlets
    3. a second chance from signs, the first chances around, and the evidence for what it would mean
    4. thresholds: of mentions, states and counties

Whatever a later step builds on is made by models that did not see the outlet (five parts, by outlet).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.places.evidence import BY_HAND, EVIDENCE
from services.places.gazetteer import COUNTRY, COUNTY, PLACE, STATE, Gazetteer, shipped
from services.places.looks import first_look, looks_of, meant_signs
from services.places.rank import Meaning
from services.places.spans import Span
from services.places.understand import Draft, draft_of, meanings_of
from services.places.weights import SECOND, Weights, of_json
from tests.benchmarks.places_score import NEAR_KM, distance_km
from tests.making.linear import Signs, beside, choice, logistic

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data/places"
FOLDER = ROOT / "config/places"
PARTS = 5
C_FIRST, C_SECOND, RANK = 0.15, 0.1, 1.0
_LEAST = 0.004  # smaller weights change nothing


@dataclass(frozen=True, slots=True)
class Example:
    """An article read with or without a home: its draft, which spans are right, and which of their divisions."""

    gold: Mapping[str, Any]
    home: str | None
    draft: Draft
    right: list[float]
    rows: list[frozenset[int]]


def articles() -> list[dict[str, Any]]:
    """Give the articles, each with its outlet's home where that is known."""
    homes = json.loads((DATA / "lgl-dev-homes.json").read_text())
    found = [json.loads(line) for line in (DATA / "lgl-dev.jsonl").read_text().split("\n") if line]
    return [one | {"home": homes.get(one["domain"])} for one in found]


def example(gazetteer: Gazetteer, gold: Mapping[str, Any], home: str | None) -> Example:
    """Read an article and mark its spans."""
    draft = draft_of(gold["text"], gazetteer, home)
    wanted = {(one["start"], one["end"]): one for one in gold["mentions"] if one.get("lat") is not None}
    right, rows = [], []
    for span in draft.scene.spans:
        one = wanted.get((span.start, span.end))
        right.append(0.0 if one is None else 1.0)
        rows.append(frozenset() if one is None else meant(gazetteer, span, one))
    return Example(gold, home, draft, right, rows)


_KINDS = {"ADM1": STATE, "ADM2": COUNTY, "PCLI": COUNTRY, "PPL": PLACE}


def meant(gazetteer: Gazetteer, span: Span, one: Mapping[str, Any]) -> frozenset[int]:
    """Give the divisions of a span that the gold may mean: near its point, of its kind if any is."""
    near = {}
    for row in span.rows:
        point = gazetteer.lats[row] / 100, gazetteer.lons[row] / 100
        away = distance_km(*point, one["lat"], one["lon"])
        if away <= NEAR_KM:
            wanted = _KINDS.get("PPL" if one["fcode"].startswith("PPL") else one["fcode"])
            near[row] = away + (0 if gazetteer.kinds[row] == wanted else 60)
    best = min(near.values(), default=0.0)
    return frozenset(row for row, away in near.items() if away <= best + 8)


def parts_of(examples: Sequence[Example], seed: int, many: int = PARTS) -> list[int]:
    """Put each outlet into one of the parts."""
    outlets = sorted({one.gold["domain"] for one in examples})
    order = np.random.default_rng(seed).permutation(len(outlets))
    part = {outlet: int(at) % many for outlet, at in zip(outlets, order, strict=True)}
    return [part[one.gold["domain"]] for one in examples]


def learn(gazetteer: Gazetteer, examples: Sequence[Example], *, seed: int = 1) -> dict[str, dict[str, float]]:
    """Learn all weights but the thresholds."""
    first = _learn_first(examples)
    parts = parts_of(examples, seed)
    chances: list[list[float]] = [[] for _ in examples]
    for part in range(PARTS):
        weights = of_json(_file(_learn_first([e for e, p in zip(examples, parts, strict=True) if p != part])))
        for at, one in enumerate(examples):
            if parts[at] == part:
                chances[at] = first_look(one.draft.signs, weights)[0]
    ranks = _learn_ranks(gazetteer, examples, chances)
    meanings: list[list[Meaning]] = [[] for _ in examples]
    for part in range(PARTS):
        of_others = [at for at, p in enumerate(parts) if p != part]
        found = _learn_ranks(gazetteer, [examples[at] for at in of_others], [chances[at] for at in of_others])
        for at, one in enumerate(examples):
            if parts[at] == part:
                meanings[at] = meanings_of(gazetteer, one.draft, chances[at], found)
    second = _learn_second(gazetteer, examples, chances, meanings)
    return {
        "first": first,
        "second": second,
        "ranks": dict(zip(EVIDENCE, map(float, ranks), strict=True)),
        "thresholds": {},
    }


def _file(first: dict[str, float]) -> dict[str, dict[str, float]]:
    return {"first": first, "second": {}, "ranks": {}, "thresholds": {}}


def _learn_first(examples: Sequence[Example]) -> dict[str, float]:
    lines = [line for one in examples for line in one.draft.signs]
    signs = Signs(lines)
    right = np.array([value for one in examples for value in one.right])
    found = logistic(signs.matrix(lines), right, C_FIRST)
    return {sign: float(found[at]) for sign, at in signs.columns.items()} | {"": float(found[-1])}


def _learn_ranks(gazetteer: Gazetteer, examples: Sequence[Example], chances: Sequence[list[float]]) -> np.ndarray:
    start = np.array([BY_HAND.get(name, 0.0) for name in EVIDENCE])
    groups, right = [], []
    for one, of_spans in zip(examples, chances, strict=True):
        for span, wanted, meaning in zip(one.draft.scene.spans, one.rows,
                                         meanings_of(gazetteer, one.draft, of_spans, start.tolist()), strict=True):  # fmt: skip
            if wanted and len(span.rows) > 1:
                groups.append(np.array(meaning.evidence, dtype=float))
                right.append(np.array([row in wanted for row in meaning.rows], dtype=float))
    return choice(groups, right, np.zeros(len(EVIDENCE)), RANK)


def _learn_second(
    gazetteer: Gazetteer, examples: Sequence[Example], chances: Sequence[list[float]], meanings: Sequence[list[Meaning]]
) -> dict[str, float]:
    lines: list[list[str]] = []
    numbers: list[list[float]] = []
    for one, of_spans, meant_by in zip(examples, chances, meanings, strict=True):
        numbers += looks_of(one.draft.scene.spans, of_spans, meant_by)
        for signs, span, meaning in zip(one.draft.signs, one.draft.scene.spans, meant_by, strict=True):
            lines.append([*signs, *meant_signs(gazetteer, span, meaning)])
    signs = Signs(lines)
    right = np.array([value for one in examples for value in one.right])
    found = logistic(beside(signs.matrix(lines), np.array(numbers, dtype=float)), right, C_SECOND)
    named = {sign: float(found[at]) for sign, at in signs.columns.items()}
    looks = {name: float(found[len(signs.columns) + at]) for at, name in enumerate(SECOND)}
    return named | looks | {"": float(found[-1])}


def rounded(found: Mapping[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Leave out what changes nothing."""
    return {part: {name: round(value, 3) for name, value in sorted(numbers.items()) if abs(value) >= _LEAST or part == "thresholds"}
            for part, numbers in found.items()}  # fmt: skip


THRESHOLDS = {"mention": 0.36, "state": 0.43, "county": 0.42}


def main() -> None:
    """Learn from all outlets and write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=FOLDER / "weights.json")
    out = arguments.parse_args().out
    gazetteer = shipped(FOLDER)
    examples = [example(gazetteer, one, home) for one in articles() for home in (one["home"], None)]
    found = rounded(learn(gazetteer, examples)) | {"thresholds": THRESHOLDS}
    out.write_text(json.dumps(found, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{sum(map(len, found.values()))} weights in {out.name}")


if __name__ == "__main__":
    main()


def with_thresholds(found: Mapping[str, dict[str, float]], thresholds: Mapping[str, float]) -> Weights:
    """Give weights as the product reads them."""
    return of_json({**rounded(found), "thresholds": dict(thresholds)})
