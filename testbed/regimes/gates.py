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
    closed = [(gate, mask, asks(gate, child)) for gate, mask in doors(regime)]
    anything = np.bitwise_or.reduce(np.array([mask for _, mask, _ in closed], np.uint16))
    found: list[tuple[np.ndarray, int, int, np.ndarray]] = []
    for month in range(history.periods) if closed else ():
        bits = history.sanctions(month)[which]
        barred = np.flatnonzero(bits & anything)
        for place, (gate, mask, able) in enumerate(closed):
            under = barred[able[barred] & (bits[barred] & mask != 0)]
            if len(under):
                times = attempts(gate, regime, who[under], month, seed)
                hit = times > 0
                found.append((who[under][hit], month, place, times[hit]))
    many = [len(one[0]) for one in found]
    titles = np.array([gate.name for gate, _, _ in closed], object)
    return pd.DataFrame(
        {
            "person": np.concatenate([np.empty(0, np.int64), *(one[0] for one in found)]),
            "month": np.repeat(np.array([one[1] for one in found], np.int64), many),
            "gate": pd.Series(titles[np.repeat(np.array([one[2] for one in found], np.int64), many)], dtype="str"),
            "attempts": np.concatenate([np.empty(0, np.int64), *(one[3] for one in found)]),
        },
        columns=list(REFUSALS),
    )


def attempts(gate: Gate, regime: Regime, people: np.ndarray, month: int | np.ndarray, seed: int) -> np.ndarray:
    """How often each person tries a gate in a month, one for all or one for each, refused or not: int64 (n,)."""
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
        mask = mask_of(regime, gate, reward=True)
        able = asks(gate, child)
        wait, lane = regime.value(gate.name, "wait"), regime.value(gate.name, "lane")
        for month in range(history.periods):
            ahead = able & (history.sanctions(month) & mask != 0)
            favored, others = int(ahead.sum()), int(able.sum() - ahead.sum())
            spared = (1 - lane) * wait * favored if regime.coupled else 0.0
            first = lane * wait if others or not regime.coupled else wait
            yield (
                month, gate.name, favored, others,
                first if favored else np.nan, wait + spared / others if others else np.nan, wait,
            )  # fmt: skip


def doors(regime: Regime) -> list[tuple[Gate, np.uint16]]:
    """The gates that some sanction closes, each with the mask of these sanctions."""
    masks = [(gate, mask_of(regime, gate, reward=False)) for gate in regime.gates]
    return [(gate, mask) for gate, mask in masks if mask]


def asks(gate: Gate, child: np.ndarray) -> np.ndarray:
    """Whether each person can try a gate: bool (n,). child: who is under 18."""
    return {"adults": ~child, "children": child}.get(gate.who, np.ones(len(child), bool))


def mask_of(regime: Regime, gate: Gate, *, reward: bool) -> np.uint16:
    """The mask of the sanctions that close a gate, or of the rewards that open its fast lane."""
    bits = (1 << bit for bit, one in enumerate(regime.sanctions) if one.gate == gate.name and one.reward == reward)
    return np.uint16(sum(bits))
