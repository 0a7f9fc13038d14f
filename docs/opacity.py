"""The proofs of opacity over many seeds: how often the 95 % interval of a measure holds the answer known beforehand.

    python docs/opacity.py > docs/opacity.txt      # some minutes
    python docs/opacity.py 20                      # 20 seeds

All but the last lines is drawn on bare arrays. What is exact by construction is said to be so in how many seeds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case, run_case
from testbed.measures.opacity import surrogates
from testbed.measures.opacity.foresight import Question, Share, foresee, share
from testbed.measures.opacity.jitter import mean_apart
from testbed.measures.opacity.legibility import apart, removed
from testbed.measures.opacity.points_sheet import ITEMS, items
from testbed.measures.opacity.predictability import question
from testbed.measures.opacity.surrogate_size import LEAVES, Decided, leaves, smallest

SEEDS, TOWNS = 200, 2
N, GRID, CASES, ASKS = 4_000, 50, 1_000, 8
PLACE = np.arange(N) // GRID
Found = Iterator[tuple[str, float, float, float, float]]
"""What is asked, its truth, and the value found with its limits."""


def coin(seed: int, name: str, p: float = 0.5) -> NDArray[np.int8]:
    """A coin of each person."""
    return (draws.uniform(draws.dense(seed, name, 0, N)) < p).astype(np.int8)


def asked(seed: int, decision: NDArray[np.int8], *view: NDArray[np.int8], **more: object) -> Question:
    """The question about these decisions, of people who see these columns."""
    views = (np.column_stack(view).astype(np.float32),) if view else ()
    return Question(np.asarray(decision, np.int8), PLACE, views, seed=seed, **more)  # type: ignore[arg-type]


def left(made: Question, k: int, differ: NDArray[np.float64] | None = None) -> Share:
    """What is unforeseen after k cases, less what is chance."""
    loss = foresee(made, k)
    part = loss.person if differ is None else loss.person - differ
    return share(part, made.guess, made.clusters, spread=loss.spread, why=loss.why)


def hidden_bits(seed: int) -> Found:
    """A published rule over a visible and a hidden fair bit, before any case and after a thousand."""
    visible, hidden = coin(seed, "visible"), coin(seed, "hidden")
    rules: list[tuple[str, float, Callable[..., NDArray[np.int8]]]] = [
        ("AND", 2 / 3, np.bitwise_and),
        ("XOR", 1.0, np.bitwise_xor),
    ]
    for name, truth, rule in rules:
        chance = (rule(visible, np.int8(0)) + rule(visible, np.int8(1))) / 2
        told = np.column_stack([np.zeros(N), 1 - chance, chance])
        rate = float(truth == 1.0) * 0.25 + 0.25
        made = asked(seed, rule(visible, hidden), visible, told=told, base=np.array([0, 1 - rate, rate]))
        for k in (0, CASES):
            found = left(made, k)
            yield f"visible {name} hidden bit, unpredictability[k={k}]", truth, found.value, found.low, found.high


def lottery(seed: int) -> Found:
    """A published lottery: nothing is hidden, all is chance."""
    drawn = np.stack([-coin(seed, f"lot {one}", 0.1) for one in range(ASKS + 1)])
    said = np.stack([(drawn[1:] == code).sum(axis=0) for code in (-1, 0, 1)], axis=1)
    differ = 1 - (said * (said - 1)).sum(axis=1) / (ASKS * (ASKS - 1))
    rates = np.array([0.1, 0.9, 0.0])
    made = asked(seed, drawn[0], coin(seed, "noise"), told=np.tile(rates, (N, 1)), base=rates, chances=said / ASKS)
    for k in (0, CASES):
        found = left(made, k, differ)
        yield f"published lottery, hidden[k={k}]", 0.0, found.value, found.low, found.high
    found = share(differ, made.guess, PLACE)
    yield "published lottery, randomness", 1.0, found.value, found.low, found.high


def secret(seed: int) -> Found:
    """A secret rule keyed on ids, and any rule without notice."""
    decision = -coin(seed, "secret", 0.2)
    view = coin(seed, "visible"), coin(seed, "also visible")
    base = np.array([0.2, 0.8, 0.0])
    for name, notified in (("secret rule keyed on ids", True), ("the same without notice", False)):
        found = left(asked(seed, decision, *view, base=base, notified=notified), CASES)
        yield f"{name}, hidden[k={CASES}]", 1.0, found.value, found.low, found.high


def legible(seed: int) -> Found:
    """Noise on a published record: the operator sees nothing, people all; a closed faithful file: the other way."""
    did, noise = coin(seed, "did"), coin(seed, "noise")
    base = np.array([0.5, 0.5, 0.0])

    def certain(bit: NDArray[np.int8]) -> NDArray[np.float64]:
        return np.column_stack([bit, 1 - bit, 0 * bit]).astype(np.float64)

    for name, truth, record, open_to_all in (
        ("noise, published", -1.0, noise, True),
        ("faithful, closed", 1.0, did, False),
    ):
        told = certain(record) if open_to_all else None
        people = asked(seed, -record, record, told=told, base=base, notified=open_to_all)
        operator = asked(seed, -did, record, told=certain(record), base=base)
        parts = [removed(foresee(one, CASES), one.guess) for one in (operator, people)]
        row = apart(*parts).row(PLACE)
        yield f"{name} record, legibility_gap", truth, row.value, row.low, row.high


def sizes(seed: int) -> Found:
    """One rule among five columns: two leaves, one item."""
    rows = np.column_stack([coin(seed, f"column {one}") for one in range(5)]).astype(np.float64)
    what = Decided(rows, rows[:, 2].astype(np.int64), PLACE, seed)
    for name, truth, row in (
        ("one rule, surrogate_leaves", 2.0, smallest(what, leaves, LEAVES)),
        ("one rule, surrogate_items", 1.0, smallest(what, items, ITEMS)),
    ):
        yield name, truth, row.value, row.low, row.high


def fits(seed: int) -> Found:
    """Twenty fits that ignore their sample, and twenty that decide by noise in it."""
    p = 0.1
    said = np.stack([coin(seed, f"fit {one}", p) for one in range(20)])
    yield "decided by noise in the sample, jitter", 2 * p * (1 - p), *mean_apart(-said, PLACE)
    yield "blind to the sample, jitter", 0.0, *mean_apart(np.tile(-said[:1], (20, 1)), PLACE)


def told_lies(seed: int) -> Found:
    """Reasons of which 30 % are false, some people telling more often than others: their fidelity."""
    many = 1 + coin(seed, "two reasons")
    true = np.stack([coin(seed, f"true {one}", 0.7) for one in range(2)])
    part = true[0] + true[1] * (many == 2)
    found = share(part, many, PLACE)
    yield "30 % planted false reasons, reason_fidelity", 0.7, found.value, found.low, found.high


PROOFS = (hidden_bits, lottery, secret, legible, sizes, fits, told_lies)


def proved(seeds: int) -> Iterator[str]:
    """One line for each proof."""
    for proof in PROOFS:
        runs: dict[str, list[tuple[float, ...]]] = {}
        for seed in range(seeds):
            for name, *numbers in proof(seed):
                runs.setdefault(name, []).append(tuple(numbers))
        for name, rows in runs.items():
            truth, value, low, high = np.array(rows).T
            held = float(((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean())
            floor = 0.95 - 4 * (0.95 * 0.05 / seeds) ** 0.5
            yield (
                f"{name:58}{truth[0]:8.3f}{value.mean():9.4f}{(high - low).mean() / 2:9.4f}{held:8.3f}"
                + (" *" if held < floor else "")
            )


def chosen(seeds: int) -> Iterator[str]:
    """Other sets of surrogates beside the stated one: by how much the value moves, in half widths of its interval."""
    for k in (100, CASES):
        for name, rule in RULES.items():
            worlds = (asked(seed, decision, *view) for seed in range(seeds) for decision, view in [rule(seed)])
            yield f"{f'{name}, k = {k}':58}{_moves(worlds, k)}"
        yield f"{f'rongcheng, k = {k}':58}{_moves((question(_town(seed)) for seed in range(TOWNS)), k)}"


def _moves(worlds: Iterable[Question], k: int) -> str:
    moved: dict[str, list[float]] = {name: [] for name in SETS}
    for made in worlds:
        whole = left(made, k)
        for name, used in SETS.items():
            with patch.object(surrogates, "SURROGATES", used), patch.object(surrogates, "_forecasts", _with_forest):
                other = left(made, k)
            moved[name].append(abs(other.value - whole.value) / max((whole.high - whole.low) / 2, 1e-12))
    return "".join(f"{np.mean(part):10.2f}{np.mean(np.array(part) < 1):8.2f}" for part in moved.values())


@cache
def _town(seed: int) -> Case:
    return run_case("rongcheng", people=12 * 1024, periods=8, seed=seed)


OWN = surrogates._forecasts


def _with_forest(surrogate: str, matrix: Any, happened: Any, cases: Any, others: Any, base: Any, state: int) -> Any:
    """The forecasts of a surrogate, with a forest beside those that are stated."""
    if surrogate != "forest":
        return OWN(surrogate, matrix, happened, cases, others, base, state)
    from sklearn.ensemble import RandomForestClassifier

    made = np.zeros((len(others), len(base)))
    fitted = RandomForestClassifier(50, min_samples_leaf=3, random_state=state)
    fitted.fit(matrix[cases], happened[cases])
    made[:, fitted.classes_] = fitted.predict_proba(matrix[others])
    return {"forest": made}


SETS = {"no regression": ("tree",), "a forest too": ("tree", "logistic", "forest"), "no tree": ("logistic",)}


def _hidden_bit(seed: int) -> tuple[NDArray[np.int8], tuple[NDArray[np.int8], ...]]:
    return coin(seed, "visible") & coin(seed, "hidden"), (coin(seed, "visible"),)


def _count(seed: int, turned: float) -> tuple[NDArray[np.int8], tuple[NDArray[np.int8], ...]]:
    parts = tuple(coin(seed, f"item {one}", 0.3) for one in range(4))
    return -((np.sum(parts, axis=0) >= 2) ^ (coin(seed, "turned", turned) > 0)).astype(np.int8), parts


RULES: dict[str, Callable[[int], tuple[NDArray[np.int8], tuple[NDArray[np.int8], ...]]]] = {
    "two of four items and more": lambda seed: _count(seed, 0.0),
    "the same, a tenth decided otherwise": lambda seed: _count(seed, 0.1),
    "a visible and a hidden bit": _hidden_bit,
}


if __name__ == "__main__":
    began = time.process_time()
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    print(f"Proofs of opacity over {seeds} seeds, {N:,} people in grids of {GRID}. Made by: python docs/opacity.py")
    print("* held less often than 0.95 less four standard errors of so many seeds")
    print(f"\n{'':58}{'truth':>8}{'mean':>9}{'half':>9}{'held':>8}")
    for line in proved(seeds):
        print(line, flush=True)
    print("\nOther surrogates than a tree and a regression: mean move in half widths of the interval, share under one")
    print(" " * 58 + "".join(f"{name:>18}" for name in SETS))
    for line in chosen(max(seeds // 60, 1)):
        print(line, flush=True)
    sys.stderr.write(f"{time.process_time() - began:.0f} s of CPU\n")
