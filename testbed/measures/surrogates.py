"""What can be learned from other people's cases: a stated set of surrogates, chosen by cross-validation.

The set: for every view (what a person knows of each case), a tree of depth 8 whose leaves are smoothed
by one case at the base rate, and a logistic regression. What is known without any case, the forecast that
the disclosed rules give or else the base rate, is kept unless, by three-fold cross-validation within
the cases, a surrogate has a smaller Brier loss by more than two standard errors of the difference (one that
is no better in the first fold is dropped); of those that do, the one of the smallest loss is fitted on all
the cases.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SURROGATES = ("tree", "logistic")
FOLDS = 3
DEPTH = 8
CLEARLY = 2.0


def brier(forecast: Floats, happened: NDArray[np.integer]) -> Floats:
    """Brier loss of each case, 0..2: the sum over g of (1[D = g] - q_g) squared (Brier 1950).

    forecast: (n, g) probabilities. happened: (n,) codes 0..g-1.

    >>> brier(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1])).tolist()
    [0.0, 0.5]
    """
    hit = np.take_along_axis(forecast, happened[:, None].astype(np.int64), axis=1)[:, 0]
    return np.asarray((forecast**2).sum(axis=1) - 2 * hit + 1)


def learn(
    views: Sequence[NDArray[np.float32]],
    happened: NDArray[np.integer],
    cases: NDArray[np.int64],
    others: NDArray[np.int64],
    base: Floats,
    *,
    told: Floats | None = None,
    state: int = 0,
) -> tuple[Floats, str]:
    """The forecast for other people after some cases, and the name of what was chosen.

    views: (n, columns) matrices over everybody, the finest last. happened: (n,) codes 0..g-1, read for
    `cases` only. cases, others: places. base: (g,) base rates. told: (n, g) forecast of the disclosed
    rules, or None. state: of the tree's tie-breaking.
    """
    fold = np.arange(len(cases)) % FOLDS
    chosen, known = ("base rate", np.tile(base, (len(happened), 1))) if told is None else ("rules", told)
    prior = brier(known[cases], happened[cases])
    best, view = prior, -1
    if not _clearly(prior):
        return known[others], chosen
    from sklearn import config_context

    with config_context(assume_finite=True, skip_parameter_validation=True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for place, matrix in enumerate(views):
            for name in SURROGATES:
                loss = np.full(len(cases), np.nan)
                for one in range(FOLDS):
                    inside, outside = cases[fold != one], fold == one
                    made = _forecast(name, matrix, happened, inside, cases[outside], base, state)
                    loss[outside] = brier(made, happened[cases[outside]])
                    if loss[outside].mean() >= prior[outside].mean() and one == 0:
                        break
                if loss.mean() < best.mean() and _clearly(prior - loss):
                    best, chosen, view = loss, name, place
        if view < 0:
            return known[others], chosen
        return _forecast(chosen, views[view], happened, cases, others, base, state), chosen


def _clearly(better: Floats) -> bool:
    """Whether a mean is positive by more than `CLEARLY` standard errors."""
    return len(better) > 1 and bool(better.mean() > CLEARLY * better.std(ddof=1) / np.sqrt(len(better)))


def _forecast(
    name: str,
    matrix: NDArray[np.float32],
    happened: NDArray[np.integer],
    cases: NDArray[np.int64],
    others: NDArray[np.int64],
    base: Floats,
    state: int,
) -> Floats:
    """One surrogate fitted on the cases; the base rate where all cases were decided alike."""
    seen, y = matrix[cases], happened[cases]
    if not len(y) or (y == y[0]).all():
        return np.tile(base, (len(others), 1))
    counts = np.eye(len(base))[y]
    if name == "tree":
        from sklearn.tree import DecisionTreeClassifier

        tree = DecisionTreeClassifier(max_depth=DEPTH, random_state=state).fit(seen, y, check_input=False).tree_
        leaf = tree.apply(seen)
        total = np.zeros((tree.node_count, len(base)))
        np.add.at(total, leaf, counts)
        smooth = (total + base) / (total.sum(axis=1, keepdims=True) + base.sum())
        return np.asarray(smooth[tree.apply(matrix[others])])
    from sklearn.linear_model import LogisticRegression

    middle, spread = seen.mean(axis=0), seen.std(axis=0)
    moving = spread > 0
    if not moving.any():
        return np.tile(base, (len(others), 1))

    def scaled(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.clip((rows[:, moving] - middle[moving]) / spread[moving], -30, 30)

    fitted = LogisticRegression(max_iter=100, tol=1e-2).fit(scaled(seen), y)
    made = np.zeros((len(others), len(base)))
    made[:, fitted.classes_.astype(np.int64)] = fitted.predict_proba(scaled(matrix[others]))
    return (len(y) * made + base) / (len(y) + base.sum())
