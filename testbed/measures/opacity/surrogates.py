"""What people can learn from other people's cases: a stated set of surrogates, chosen by cross-validation.

For every view (what a person knows of each case) the set has a decision tree cut at several depths, its leaves smoothed
by one case at the base rate, and a logistic regression. Each is mixed with the prior forecast, which needs no case: the
forecast of the disclosed rules, or else the base rate. Three-fold cross-validation within the cases sets the weight of
the mixture and chooses by Brier loss. The prior forecast is kept unless it is worse by more than 1.5 standard errors.
The winner is fitted on all the cases.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SURROGATES = ("tree", "logistic")
DEPTHS = (1, 2, 4, 8)
PENALTY = 0.1
"""Inverse strength of the logistic regression's ridge, on standardized columns."""
FOLDS = 3
CLEARLY = 1.5
"""Standard errors by which a mixture must beat the prior forecast."""


def brier(forecast: Floats, happened: NDArray[np.integer] | Floats) -> Floats:
    """Brier loss of each case, 0..2: the sum over g of (1[D = g] - q_g) squared (Brier 1950).

    forecast: (n, g) probabilities. happened: (n,) codes 0..g-1, or (n, g) the share of lots in which each happens. In
    the second form the loss is the mean over these lots.

    >>> brier(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([0, 1])).tolist()
    [0.0, 0.5]
    """
    if happened.ndim == 2:
        hit = (forecast * happened).sum(axis=1)
    else:
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
    """The forecast for other people after some cases, and the name of the chosen forecast.

    views: (n, columns) matrices over everybody, the finest last. happened: (n,) codes 0..g-1, read for
    `cases` only. cases, others: places. base: (g,) base rates. told: (n, g) forecast of the disclosed
    rules, or None. state: of the tree's tie-breaking.
    """
    known = np.tile(base, (len(happened), 1)) if told is None else told
    name, weight, view, fitted = "base rate" if told is None else "rules", 0.0, -1, ""
    prior = brier(known[cases], happened[cases])
    best = prior.mean()
    if not _clearly(prior):
        return known[others], name
    from sklearn import config_context

    aim = np.eye(len(base))[happened[cases]] - known[cases]
    with config_context(assume_finite=True, skip_parameter_validation=True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for place, matrix in enumerate(views):
            for surrogate in SURROGATES:
                for made, forecast in _held_out(surrogate, matrix, happened, cases, base, known, state).items():
                    step = forecast - known[cases]
                    size = float((step**2).sum())
                    mix = min(1.0, float((step * aim).sum()) / size) if size > 0 else 0.0
                    loss = ((aim - mix * step) ** 2).sum(axis=1)
                    if mix > 0 and loss.mean() < best and _clearly(prior - loss):
                        best, name, weight, view, fitted = loss.mean(), made, mix, place, surrogate
        if view < 0:
            return known[others], name
        whole = _forecasts(fitted, views[view], happened, cases, others, base, state)[name]
    return (1 - weight) * known[others] + weight * whole, name


def _clearly(better: Floats) -> bool:
    """Whether a mean is positive by more than `CLEARLY` standard errors."""
    return len(better) > 1 and bool(better.mean() > CLEARLY * better.std(ddof=1) / np.sqrt(len(better)))


def _held_out(
    surrogate: str,
    matrix: NDArray[np.float32],
    happened: NDArray[np.integer],
    cases: NDArray[np.int64],
    base: Floats,
    known: Floats,
    state: int,
) -> dict[str, Floats]:
    """Forecasts of each case by the surrogate fitted on the other folds: by name, (cases, g).

    Empty if no forecast in the first fold moves from the prior forecast towards what happened.
    """
    fold = np.arange(len(cases)) % FOLDS
    found: dict[str, Floats] = {}
    for one in range(FOLDS):
        outside = fold == one
        for name, made in _forecasts(surrogate, matrix, happened, cases[~outside], cases[outside], base, state).items():
            found.setdefault(name, np.empty((len(cases), len(base))))[outside] = made
        if one == 0:
            there = cases[outside]
            aim = np.eye(len(base))[happened[there]] - known[there]
            if all(((made[outside] - known[there]) * aim).sum() <= 0 for made in found.values()):
                return {}
    return found


def _forecasts(
    surrogate: str,
    matrix: NDArray[np.float32],
    happened: NDArray[np.integer],
    cases: NDArray[np.int64],
    others: NDArray[np.int64],
    base: Floats,
    state: int,
) -> dict[str, Floats]:
    """Forecasts for others by a surrogate fitted on the cases; the base rate if all cases were decided alike."""
    seen, y = matrix[cases], happened[cases]
    names = [f"tree of depth {depth}" for depth in DEPTHS] if surrogate == "tree" else ["logistic"]
    moving = seen.std(axis=0) > 0 if len(y) else np.zeros(seen.shape[1], bool)
    if not moving.any() or (y == y[0]).all():
        return dict.fromkeys(names, np.tile(base, (len(others), 1)))
    if surrogate == "tree":
        return dict(zip(names, _tree(seen, y, matrix[others], base, state), strict=True))
    return {names[0]: _logistic(seen[:, moving], y, matrix[others][:, moving], base)}


def _tree(
    seen: NDArray[np.float32], y: NDArray[np.integer], rows: NDArray[np.float32], base: Floats, state: int
) -> list[Floats]:
    """One tree, read at each of `DEPTHS`."""
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=DEPTHS[-1], random_state=state).fit(seen, y, check_input=False).tree_
    depth, parent = np.zeros(tree.node_count, np.int64), np.arange(tree.node_count)
    for node in range(tree.node_count):  # parents come before their children
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depth[child], parent[child] = depth[node] + 1, node
    leaf, other = tree.apply(seen), tree.apply(rows)
    found = []
    for most in DEPTHS:
        cut = np.arange(tree.node_count)
        while (depth[cut] > most).any():
            cut = np.where(depth[cut] > most, parent[cut], cut)
        total = np.zeros((tree.node_count, len(base)))
        np.add.at(total, (cut[leaf], y), 1)
        smooth = (total + base) / (total.sum(axis=1, keepdims=True) + base.sum())
        found.append(smooth[cut[other]])
    return found


def _logistic(seen: NDArray[np.float32], y: NDArray[np.integer], rows: NDArray[np.float32], base: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression

    middle, spread = seen.mean(axis=0), seen.std(axis=0)
    fitted = LogisticRegression(C=PENALTY, max_iter=100, tol=1e-2).fit((seen - middle) / spread, y)
    made = np.zeros((len(rows), len(base)))
    made[:, fitted.classes_.astype(np.int64)] = fitted.predict_proba(np.clip((rows - middle) / spread, -30, 30))
    return np.asarray((len(y) * made + base) / (len(y) + base.sum()))
