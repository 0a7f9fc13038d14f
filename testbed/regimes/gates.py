"""What happens at the gates that sanctions close and rewards open: refused attempts, and minutes in the queue.

Both are computed after the run, from the sanctions of a history: nothing at a gate feeds back into conduct or record.
Attempts and people are counted separately, because one person can be refused many times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from synthetic.draws import pack, sparse, uniform
from testbed.regimes.base import Gate, Regime

if TYPE_CHECKING:
    from testbed.history import History

REFUSALS = ("person", "month", "gate", "attempts")
WAITS = ("month", "gate", "favored", "others", "wait_favored", "wait_others", "wait_alike")
ADULT = 18
MOST = 60


def refusals(
    history: History, regime: Regime, people: pd.DataFrame, seed: int, *, among: ArrayLike | None = None
) -> pd.DataFrame:
    """Refused attempts, one row per month, gate and person with at least one; columns `REFUSALS`.

    A person under a sanction that closes a gate tries it a Poisson number of times a month, with mean
    `regime.GATE.attempts`, and is refused each time. The number is a pure function of seed, person, month and gate.
    people: with `age`, index person, aligned with `history.people`. among: ids to which the rows are restricted.
    """
    which = slice(None) if among is None else np.flatnonzero(np.isin(history.people, among))
    who, child = history.people[which], people["age"].to_numpy()[which] < ADULT
    closed = [(gate, _mask(regime, gate, reward=False), _asks(gate, child)) for gate in regime.gates]
    rows = []
    for month in range(history.periods) if any(mask for _, mask, _ in closed) else ():
        bits = history.sanctions(month)[which]
        for gate, mask, asks in closed:
            under = who[asks & (bits & mask != 0)]
            times = attempts(gate, regime, under, month, seed)
            hit = times > 0
            found = {"person": under[hit], "month": month, "gate": gate.name, "attempts": times[hit]}
            rows.append(pd.DataFrame(found))
    if not rows:
        return pd.DataFrame(columns=list(REFUSALS)).astype({"person": int, "month": int, "attempts": int})
    return pd.concat(rows, ignore_index=True)[list(REFUSALS)]


def attempts(gate: Gate, regime: Regime, people: np.ndarray, month: int, seed: int) -> np.ndarray:
    """How often each of these people tries a gate in a month, refused or not: int64 (n,)."""
    mean = regime.value(gate.name, "attempts")
    term, total = np.exp(-mean), []
    steps = 0.0
    for count in range(MOST):
        steps += term
        total.append(steps)
        term *= mean / (count + 1)
    return np.searchsorted(np.array(total), uniform(sparse(seed, f"gate:{gate.name}", pack(people, month))), "right")


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The number of refused attempts and of refused people, by gate. Do not divide one by the population of the other.

    >>> made = pd.DataFrame({"person": [1, 1, 2], "month": [0, 1, 1], "gate": "train", "attempts": [1, 2, 1]})
    >>> counted(made).to_dict("list")
    {'gate': ['train'], 'attempts': [4], 'persons': [2]}
    """
    found = rows.groupby("gate").agg(attempts=("attempts", "sum"), persons=("person", "nunique"))
    return found.reset_index()


def waits(history: History, regime: Regime, people: pd.DataFrame) -> pd.DataFrame:
    """Mean minutes in the queue of the favored and of all others, by month and gate; columns `WAITS`.

    The favored wait `lane` times `wait`. In a coupled regime the total of minutes stays the same: the others wait
    the minutes that the favored save, in all wait x (1 + (1 - lane) f / (1 - f)) if a share f is favored. If everybody
    is favored, all wait the same. In a regime that is not coupled the lane costs the others nothing. `wait_alike`: the
    wait if there were no lane.
    """
    return pd.DataFrame(list(_waits(history, regime, people)), columns=list(WAITS))


def _waits(history: History, regime: Regime, people: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    child = people["age"].to_numpy() < ADULT
    for gate in regime.gates:
        if gate.wait is None:
            continue
        mask = _mask(regime, gate, reward=True)
        asks = _asks(gate, child)
        wait, lane = regime.value(gate.name, "wait"), regime.value(gate.name, "lane")
        for month in range(history.periods):
            ahead = asks & (history.sanctions(month) & mask != 0)
            favored, others = int(ahead.sum()), int(asks.sum() - ahead.sum())
            spared = (1 - lane) * wait * favored if regime.coupled else 0.0
            first = lane * wait if others or not regime.coupled else wait
            yield (
                month, gate.name, favored, others,
                first if favored else np.nan, wait + spared / others if others else np.nan, wait,
            )  # fmt: skip


def _asks(gate: Gate, child: np.ndarray) -> np.ndarray:
    """Whether each person can try a gate: bool (n,)."""
    return {"adults": ~child, "children": child}.get(gate.who, np.ones(len(child), bool))


def _mask(regime: Regime, gate: Gate, *, reward: bool) -> np.uint16:
    """The mask of the sanctions that close a gate, or of the rewards that open its fast lane."""
    bits = (1 << bit for bit, one in enumerate(regime.sanctions) if one.gate == gate.name and one.reward == reward)
    return np.uint16(sum(bits))
