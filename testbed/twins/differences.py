"""Who differs between a base run and a replay, from when to when, and how close to the root they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed.history import History, unequal
from testbed.world import Society

NOBODY = -1
"""The root of people to whom no entry, household or tie leads from any root."""

TOUCHED = ("root", "person", "hop", "first", "last", "score", "decision", "list", "sanction")


def touched(society: Society, base: History, run: History, roots: dict[int, int], since: int) -> pd.DataFrame:
    """Who differs from the base at some month from `since` on, one row each, with the root it goes back to.

    `roots` maps households to their root. hop: self, or the shortest tie to the root: household, kin, employer,
    colleague, acquaintance, none; displaced, with root -1, if no entry or tie leads there from any root: a quota, or a
    model that looks at people together, moved them. first, last: months of the first and last difference in anything a
    rule reads (standing counts, score, decision, lists, sanctions); last is the final month if the worlds still differ
    then.
    """
    people = run.people
    periods = base.periods
    kinds = len(base.kinds)
    differs = {
        "score": unequal(base.scores[:, people], run.scores[:]),
        "decision": base.decisions_[:, people] != run.decisions_[:],
        "list": base.lists_[:, people] != run.lists_[:],
        "sanction": base.sanctions_[:, people] != run.sanctions_[:],
    }
    place = np.full(society.size, -1, np.int64)
    place[people] = np.arange(len(people))
    mine = base.ledger.where(place[base.ledger.subject] >= 0)
    record = np.zeros((periods, len(people)), bool)
    for t in range(since, periods):
        both = []
        for ledger in (mine, run.ledger):
            held = ledger.standing(t)
            flat = place[ledger.subject[held]] * kinds + ledger.kind[held]
            both.append(np.bincount(flat, minlength=len(people) * kinds).reshape(-1, kinds))
        record[t] = (both[0] != both[1]).any(axis=1)
    anything = record | np.logical_or.reduce(list(differs.values()))
    if base.schemes is not None and run.schemes is not None:
        anything |= base.schemes[:, people] != run.schemes[:]
    anything[:since] = False
    who = np.flatnonzero(anything.any(axis=0))
    household = society.household[people[who]]
    root = np.array([roots.get(int(one), NOBODY) for one in household], np.int64)
    hop = np.where(root < 0, "displaced", shortest(society, people[who], root))
    first = anything[:, who].argmax(axis=0)
    last = periods - 1 - anything[::-1, who].argmax(axis=0)
    return pd.DataFrame(
        {
            "root": root,
            "person": people[who],
            "hop": hop,
            "first": first,
            "last": last,
            **{name: flags[since:, who].any(axis=0) for name, flags in differs.items()},
        },
        columns=list(TOUCHED),
    )


def shortest(society: Society, people: np.ndarray, root: np.ndarray) -> np.ndarray:
    """The shortest tie of each person to a root (-1: to nobody): self, household, kin, employer, ..., none."""
    hop = np.full(len(people), "none", object)
    known = np.flatnonzero(root >= 0)
    home = society.household[people[known]] == society.household[root[known]]
    hop[known[home]] = "household"
    far = known[~home]
    if len(far):
        pair = root[far] * society.size + people[far]
        for name, (one, other) in reversed(society.outside.of(np.unique(root[far])).items()):
            hop[far[np.isin(pair, one * society.size + other)]] = name
    hop[known[people[known] == root[known]]] = "self"
    return hop
