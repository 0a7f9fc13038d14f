"""The null twin: a world that is run again with nothing changed must come out the same, byte for byte."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse
from testbed.case import Case
from testbed.history import History
from testbed.runs.anchors.verdicts import Verdict, bytes_of
from testbed.twins import Inject, replay
from testbed.world import World

REPLAYED = 64
"""How many people are drawn if no entry is wrong; their households are replayed without any change."""
COMPARED = ("scores", "decisions_", "deserved_", "lists_", "sanctions_")
"""The arrays of a history that are compared; ledger and acts are compared too."""


def null_twin(case: Case) -> Verdict:
    """Check that a rerun with nothing changed, whole and by household, gives the same bytes."""
    again = World(case.society, case.scheme, case.periods).run()
    if not same(case.history, again):
        return Verdict(name="null twin", holds=False, detail="the same world, run again, came out differently")
    if not case.separable:
        return Verdict(name="null twin", holds=True, detail="the world, run again, gave the same bytes")
    roots = case.twin(Inject()).roots
    if not len(roots):
        coin = sparse(case.seed, "anchor:null", pack(case.society.ids))
        roots = np.argsort(coin, kind="stable")[:REPLAYED]
    part = replay(case.society, case.scheme, case.history, roots)
    inside = np.isin(case.history.ledger.subject, part.people)
    holds = not part.links and _same_ledger(case.history, part.history, inside)
    for name in COMPARED:
        holds &= bytes_of(getattr(case.history, name)[:, part.people]) == bytes_of(getattr(part.history, name))
    households = len(np.unique(case.society.household[part.people]))
    said = "gave the same bytes" if holds else "did not give the same bytes"
    where = f"the world, run again, and {households} households, replayed without an error,"
    return Verdict(name="null twin", holds=bool(holds), detail=f"{where} {said}")


def same(one: History, other: History) -> bool:
    """Return whether two histories are equal byte for byte: the arrays in `COMPARED`, entries and acts."""
    for name in COMPARED:
        if bytes_of(getattr(one, name)) != bytes_of(getattr(other, name)):
            return False
    if not _same_ledger(one, other, np.ones(len(one.ledger), bool)):
        return False
    for mine, theirs in zip(one.acts_, other.acts_, strict=True):
        if any(not np.array_equal(getattr(mine, f.name), getattr(theirs, f.name)) for f in fields(mine)):
            return False
    return True


def _same_ledger(one: History, other: History, inside: NDArray[np.bool_]) -> bool:
    columns = one.ledger.columns
    if int(inside.sum()) != len(other.ledger):
        return False
    return all(bytes_of(column[inside]) == bytes_of(other.ledger.columns[name]) for name, column in columns.items())
