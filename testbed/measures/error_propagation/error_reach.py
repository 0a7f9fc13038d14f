"""What else one wrong entry reaches: other people, agencies, and later acts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation.error_effects import FAMILY, MEAN, TWINS
from testbed.measures.error_propagation.error_refusals import Refused, refused_rows
from testbed.measures.error_propagation.error_roots import (
    COUPLING,
    HORIZON,
    INJECTED,
    Effects,
    Lives,
    adverse_lists,
    adverse_sanctions,
    bits,
    effects,
)
from testbed.regimes import doors

WHAT = ("any", "score", "decision", "list", "sanction")
HOPS = ("any", "household", "none")
TIES = ("kin", "employer", "colleague", "acquaintance")
"""Ties beyond the household, the shortest first. A society may have some, or none."""
REFUSED = "refused"
NO_SIDE = "a score has no adverse side to count; see the net rows of decision, list and sanction"


@measure(
    "error_reach",
    harm=FAMILY,
    unit="people",
    better="lower",
    needs=("twin",),
    estimand="mean over roots of the number of other people for whom something differs up to the horizon",
    interval=MEAN,
    reference=f"{TWINS}; Ensign et al. (2018), FAT* (feedback through what is recorded)",
    caveats=f"{INJECTED} {HORIZON} {COUPLING} Ties outside the household count if the world has them. hop=none "
    "counts people without a tie to the root: strayed entries reach them.",
    qualifiers={"what": "any", "hop": "any"},
)
def error_reach(case: Case, what: str = "any", hop: str = "any") -> Iterator[PerPerson]:
    """Number of other people, per root, whose score, decision, list or sanction differs in some month.

    Followed to the end of the run. what: any of the four (default), one of them, or refused: people who are refused
    something at a gate in one world and not in the other. hop: the shortest tie to the root at
    injection: household, kin, employer, colleague, acquaintance or none; any (default) for everybody; displaced for
    people moved by a quota, or by a model that scores people together.
    If `regime.family.share` is 0, nothing reaches the household through the root, by rule or by circumstance. Then
    hop=household is exactly 0, and a member reached by strayed entries through strangers counts as none.
    `_net`: others with an adverse decision, on an adverse list or under a sanction (not a reward), or refused, in that
    time, error world minus base world. The defaults give each `what` and each `hop`.
    """
    found = effects(case)
    if (what, hop) == ("any", "any"):
        tied = set(found.rows["hop"])
        beyond = [one for one in (*TIES, "displaced") if one in tied]
        at_gates = (REFUSED,) if doors(case.scenario.regime) else ()
        wanted = [*((one, "any") for one in (*WHAT, *at_gates)), *(("any", one) for one in (*HOPS[1:], *beyond))]
    else:
        wanted = [(what, hop)]
    net = None if found.why else _worse_off(found)
    refused = refused_rows(found) if net is not None and (REFUSED in (one for one, _ in wanted)) else None
    for what, hop in wanted:
        yield from _reached(found, what, hop, net, refused)


def _reached(
    found: Effects, what: str, hop: str, net: dict[str, NDArray[np.float64]] | None, refused: Refused | None
) -> Iterator[PerPerson]:
    qualifiers = {"what": what, "hop": hop}
    if net is None:
        yield found.part(np.empty(0), "", qualifiers)
        yield found.part(np.empty(0), "_net", qualifiers)
        return
    which = _at_hop(found, hop)
    exact = found.blind or (hop == "household" and _no_family(found))
    if what == REFUSED and refused is not None:
        differs, more = refused.differs, refused.more_often
    else:
        differs, more = _differs(found.rows, what), net.get(what, net["any"])
    yield found.part(found.summed(differs, which), "", qualifiers, exact=exact)
    why = NO_SIDE if what == "score" and not exact else ""
    yield found.part(found.summed(more, which), "_net", qualifiers, exact=exact, why=why)


def _self(found: Effects) -> NDArray[np.bool_]:
    return np.array(found.rows["hop"] == "self", bool)


def _no_family(found: Effects) -> bool:
    return (
        "regime.family.share" in found.case.scenario.dials and found.case.scenario.regime.value("family", "share") == 0
    )


def _at_hop(found: Effects, hop: str) -> NDArray[np.bool_]:
    """Which rows are others at this hop."""
    tie = found.rows["hop"].to_numpy(object)
    if _no_family(found):
        tie = np.where(tie == "household", "none", tie)
    return np.asarray(tie != "self" if hop == "any" else tie == hop, bool)


def _differs(rows: pd.DataFrame, what: str) -> NDArray[np.bool_]:
    names = list(WHAT[1:]) if what == "any" else [what]
    return np.asarray(rows[names].to_numpy(bool).any(axis=1))


def _worse_off(found: Effects) -> dict[str, NDArray[np.float64]]:
    """Per row: adverse in some month of the error world minus the same in the base world, by `what`."""
    listed, barred = adverse_lists(found.case), adverse_sanctions(found.case)
    person, root = found.rows["person"].to_numpy(np.int64), found.rows["root"].to_numpy(np.int64)

    def ever(lives: Lives) -> dict[str, NDArray[np.bool_]]:
        made = {
            "decision": (lives.decisions == -1).any(axis=0),
            "list": ((lives.lists & listed) > 0).any(axis=0),
            "sanction": ((lives.sanctions & barred) > 0).any(axis=0),
        }
        return {**made, "any": np.logical_or.reduce(list(made.values()))}

    base, error = (ever(lives) for lives in found.lives(person, root))
    return {name: error[name].astype(float) - base[name] for name in base}


@measure(
    "error_agencies",
    harm=FAMILY,
    unit="agencies",
    better="lower",
    needs=("twin",),
    estimand="mean over roots of the number of agencies whose copy of a list differs up to the horizon",
    interval=MEAN,
    reference="Citron and Pasquale (2014), Washington Law Review 89 (scores shared between institutions)",
    caveats=f"{INJECTED} {HORIZON} {COUPLING}",
)
def error_agencies(case: Case) -> tuple[PerPerson, ...]:
    """Number of agencies whose copy of a list differs for the root, or for somebody it touched.

    Counted to the end of the run. `_net`: agencies that hold any of these people, error world minus base world.
    """
    found = effects(case)
    names = {one.name for one in case.scenario.regime.agencies}
    if found.why:
        return found.part(np.empty(0)), found.part(np.empty(0), "_net")
    person, root = found.rows["person"].to_numpy(np.int64), found.rows["root"].to_numpy(np.int64)
    base, error = found.lives(person, root)
    gross, net = np.zeros(len(found.roots)), np.zeros(len(found.roots))
    for name in sorted(names):
        mask = bits(case.history.list_names, {name})
        before, after = (np.asarray((lives.lists & mask) > 0) for lives in (base, error))
        gross += found.summed(np.any(before != after, axis=0)) > 0
        net += (found.summed(np.any(after, axis=0)) > 0).astype(float) - (found.summed(np.any(before, axis=0)) > 0)
    exact = found.blind or not names
    most = float(len(names))
    return (
        found.part(gross, exact=exact, bounds=(0.0, most)),
        found.part(net, "_net", exact=exact, bounds=(-most, most)),
    )


@measure(
    "echo",
    harm=FAMILY,
    unit="acts",
    better="lower",
    needs=("twin",),
    estimand="mean over roots of later true adverse acts, error world minus base world",
    interval=MEAN,
    reference="D'Amour et al. (2020), FAT* (long-run effects by simulation); Ensign et al. (2018), FAT*",
    caveats=f"{INJECTED} {HORIZON} Counts acts of the root, its household and everybody else it touched; who=self "
    "counts the root alone. How far a sanction raises later acts is an assumption: vary it.",
    qualifiers={"who": "touched"},
)
def echo(case: Case, who: str = "touched") -> Iterator[PerPerson]:
    """Later true adverse acts that one wrong entry leads to, per root: error world minus base world (net).

    Counts from the month after the entry to the end of the run. who=touched: the root, its household and everybody else
    it touched. who=self: the root alone. For example, an entry that bars people from credit leads to unpaid bills.
    """
    found = effects(case)
    change = None
    if not found.why:
        base, error = found.adverse_acts()
        change = error - base
    for one in ("touched", "self") if who == "touched" else (who,):
        if change is None:
            yield found.part(np.empty(0), "", {"who": one})
        else:
            which = np.ones(len(change), bool) if one == "touched" else _self(found)
            yield found.part(found.summed(change, which), "", {"who": one}, exact=found.blind)
