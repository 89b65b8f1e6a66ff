"""Linear models by L-BFGS: logistic regression over named signs and numbers, and a choice among lines of evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

_ROUNDS = 300


class Signs:
    """Signs as columns of a sparse matrix."""

    def __init__(self, lines: Sequence[Sequence[str]], least: int = 3) -> None:
        counts: dict[str, int] = {}
        for line in lines:
            for sign in line:
                counts[sign] = counts.get(sign, 0) + 1
        self.columns = {sign: at for at, sign in enumerate(sorted(s for s, n in counts.items() if n >= least))}

    def matrix(self, lines: Sequence[Sequence[str]]) -> csr_matrix:
        """Give the matrix of lines."""
        at, ends = [], [0]
        for line in lines:
            at += [self.columns[sign] for sign in line if sign in self.columns]
            ends.append(len(at))
        return csr_matrix((np.ones(len(at)), at, ends), shape=(len(lines), len(self.columns)))


def logistic(matrix: csr_matrix, right: np.ndarray, strength: float, weights: np.ndarray | None = None) -> np.ndarray:
    """Fit; the last number is the start. `strength` is C: the larger, the freer."""
    many = matrix.shape[1]
    weights = np.ones(len(right)) if weights is None else weights

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ x[:many] + x[many]
        chance = 1 / (1 + np.exp(-np.clip(score, -40, 40)))
        value = -np.sum(weights * (right * np.log(chance + 1e-12) + (1 - right) * np.log(1 - chance + 1e-12)))
        error = weights * (chance - right)
        gradient = np.append(matrix.T @ error + x[:many] / strength, error.sum())
        return value + 0.5 * np.sum(x[:many] ** 2) / strength, gradient

    return minimize(loss, np.zeros(many + 1), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}).x


def choice(groups: Sequence[np.ndarray], right: Sequence[np.ndarray], start: np.ndarray, strength: float) -> np.ndarray:
    """Fit weights so that the right lines of each group win; `right` has a 1 for each line that may be chosen."""
    lines = np.vstack(groups)
    at = np.repeat(np.arange(len(groups)), [len(one) for one in groups])
    good = np.concatenate(right).astype(bool)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        score = lines @ x
        top = np.full(len(groups), -np.inf)
        np.maximum.at(top, at, score)
        raised = np.exp(score - top[at])
        total = np.bincount(at, raised)
        wanted = np.bincount(at, raised * good) + 1e-12
        value = np.sum(np.log(total) - np.log(wanted))
        share = raised / total[at] - raised * good / wanted[at]
        return value + 0.5 * strength * np.sum((x - start) ** 2), lines.T @ share + strength * (x - start)

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS}).x


def beside(one: csr_matrix, two: np.ndarray) -> csr_matrix:
    """Put numbers beside signs."""
    return hstack([one, csr_matrix(two)]).tocsr()
