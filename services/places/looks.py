"""Two looks at every span: the first by its signs alone, the second with what the whole article has come to mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from services.places.evidence import EVIDENCE
from services.places.gazetteer import PLACE, Gazetteer
from services.places.rank import Meaning
from services.places.spans import Span
from services.places.weights import Weights

_NEXT_TO = 12  # characters: "Dover, Newark and Smyrna" are neighbours


def first_look(signs: Sequence[Sequence[str]], weights: Weights) -> tuple[list[float], list[float]]:
    """Give each span's chance, and the sum of its signs for the second look."""
    known, none = weights.signs, (0.0, 0.0)
    chances, sums = [], []
    for of_span in signs:
        one, two = weights.first, weights.second
        for sign in of_span:
            weight = known.get(sign, none)
            one += weight[0]
            two += weight[1]
        chances.append(chance_of(one))
        sums.append(two)
    return chances, sums


def chance_of(score: float) -> float:
    """Turn a sum of weights into a chance."""
    return 1 / (1 + exp(-score)) if score > -40 else 0.0


def second_look(
    gazetteer: Gazetteer, spans: Sequence[Span], chances: Sequence[float], sums: Sequence[float],
    meanings: Sequence[Meaning], weights: Weights,
) -> list[float]:  # fmt: skip
    """Give each span's chance again, now that it is known what it would mean."""
    known, none = weights.signs, (0.0, 0.0)
    found = []
    for at, line in enumerate(looks_of(spans, chances, meanings)):
        score = sums[at] + sum(weight * value for weight, value in zip(weights.looks, line, strict=True) if value)
        for sign in meant_signs(gazetteer, spans[at], meanings[at]):
            score += known.get(sign, none)[1]
        found.append(chance_of(score))
    return found


def looks_of(spans: Sequence[Span], chances: Sequence[float], meanings: Sequence[Meaning]) -> list[list[float]]:
    """Give the numbers of the second look for each span, in the order of SECOND."""
    same: dict[int, list[float]] = {}
    for span, chance in zip(spans, chances, strict=True):
        same.setdefault(span.number, []).append(chance)
    summed = {name: (len(its), sum(its), max(its)) for name, its in same.items()}
    lines = []
    for at, (span, chance, meaning) in enumerate(zip(spans, chances, meanings, strict=True)):
        count, total, most = summed[span.number]
        others = (total - chance) / (count - 1) if count > 1 else chance
        before = chances[at - 1] if at and span.start - spans[at - 1].end <= _NEXT_TO else 0.4
        after = chances[at + 1] if at + 1 < len(spans) and spans[at + 1].start - span.end <= _NEXT_TO else 0.4
        lines.append([
            _logit(chance), _logit(most), _logit(others), _logit(before), _logit(after),
            meaning.chances[0], count == 1, *meaning.evidence[0],
        ])  # fmt: skip
    return lines


def meant_signs(gazetteer: Gazetteer, span: Span, meaning: Meaning) -> tuple[str, ...]:
    """Give signs of what a span would mean."""
    row = meaning.rows[0]
    kind = gazetteer.kinds[row]
    size = gazetteer.populations[row].bit_length() // 3 if kind == PLACE else 9
    single = " " not in span.name
    home = meaning.evidence[0][_HOME] > 0
    return f"means={kind}&size={size}", f"means={kind}&single={single}&home={home}"


_HOME = EVIDENCE.index("home")


def _logit(chance: float) -> float:
    return max(-6.0, min(6.0, log((chance + 1e-9) / (1 - chance + 1e-9))))
