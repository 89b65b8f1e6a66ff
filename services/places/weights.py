"""The learned numbers: one a sign, one a piece of evidence. Without them the rules of `guards.py` and `rank.py` decide.

`weights.json` is written by `tests/making/places_weights.py`. Its signs are made of a closed list of words, so
nothing of
the texts that it was learned from stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.errors import InvalidError
from services.places.evidence import BY_HAND, EVIDENCE

SECOND: tuple[str, ...] = (
    "chance", "same name highest", "same name mean", "before", "after", "certain", "named once",
    *(f"its {name}" for name in EVIDENCE),
)  # fmt: skip
"""What the second look at a span knows beyond its signs: the first chances around it, and the evidence for its
meaning."""


@dataclass(frozen=True, slots=True)
class Weights:
    """`signs` gives a sign's weights in the first and the second look; `ranks` are in the order of EVIDENCE.

    The thresholds are chances: from which on a span is a mention, and a state or county is named.
    """

    signs: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    first: float = 0.0
    second: float = 0.0
    looks: Sequence[float] = ()
    ranks: Sequence[float] = tuple(BY_HAND.get(name, 0.0) for name in EVIDENCE)
    mention: float = 0.5
    state: float = 0.5
    county: float = 0.5

    @property
    def learned(self) -> bool:
        """Whether there are any learned ones."""
        return bool(self.signs)


BY_RULES = Weights()


def read_weights(folder: Path) -> Weights:
    """Read the learned weights of a folder; none there is no mistake, a broken file is."""
    file = folder / "weights.json"
    if not file.is_file():
        return BY_RULES
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return of_json(found)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidError(f"{file} holds no weights: {error}") from error


def of_json(found: Mapping[str, dict[str, float]]) -> Weights:
    """Read them from plain JSON: parts "first", "second", "ranks" and "thresholds", each name to number."""
    first, second = dict(found["first"]), dict(found["second"])
    starts = first.pop("", 0.0), second.pop("", 0.0)
    looks = [second.pop(name, 0.0) for name in SECOND]
    signs = {sign: (first.get(sign, 0.0), second.get(sign, 0.0)) for sign in first.keys() | second.keys()}
    ranks = [found["ranks"].get(name, 0.0) for name in EVIDENCE]
    return Weights(signs, *starts, looks, ranks, **found["thresholds"])
