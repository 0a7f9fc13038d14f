"""Which groups of a world are compared, and with which reference group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case

Bools = NDArray[np.bool_]


class Place(TypedDict, total=False):
    """Where a row belongs in the findings: its split, group and reference group, and what else it states."""

    split: str
    group: str
    versus: str
    qualifiers: Mapping[str, object]
    unit: str


def comparisons(case: Case) -> Iterator[Place]:
    """Yield each group of each compared attribute with its reference group.

    The scenario names the reference group. If it does not, the largest group in scope is the reference group.
    """
    for split in case.scenario.compared:
        codes, levels = case.coded(split)
        size = np.bincount(codes[case.scored], minlength=len(levels))
        reference = case.scenario.reference.get(split, levels[int(size.argmax())])
        for group in levels:
            if group != reference:
                yield {"split": split, "group": group, "versus": reference}


def members(case: Case, at: Place) -> tuple[Bools, Bools]:
    """The people in scope of the group, and those of its reference group: bool (n,) each."""
    codes, levels = case.coded(at["split"])
    group, reference = (codes == levels.index(name) for name in (at["group"], at["versus"]))
    return case.scored & group, case.scored & reference
