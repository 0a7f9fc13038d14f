"""What one wrong entry changes, root by root: the error world compared with the base world, from the entry on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.history import History
from testbed.measure import PerPerson
from testbed.models import higher_is
from testbed.twins import Inject

HORIZON = (
    "Followed from the entry to the end of the run. A longer run shows more. What remains after the end is unknown."
)
COUPLING = "Gross: how many differ depends on the random draws that both worlds share. The _net row does not."
INJECTED = (
    "The experiment adds the wrong entries at random, to people of whom they are false. Where people compete for "
    "places or are scored together, a sample of them is followed, each in a world of its own."
)


@dataclass(frozen=True)
class Lives:
    """Scores, decisions, and bits of lists and sanctions in each month from the injection on: (months, people)."""

    scores: NDArray[np.float64]
    decisions: NDArray[np.int8]
    lists: NDArray[np.uint16]
    sanctions: NDArray[np.uint16]

    @classmethod
    def of(cls, history: History, places: NDArray[np.int64], since: int) -> Lives:
        """The lives of the people at these places of a history."""
        months = range(since, history.periods)

        def stacked(at: Callable[[int], np.ndarray]) -> np.ndarray:
            empty = at(0)[places][None, :][:0]
            return np.stack([at(t)[places] for t in months]) if len(months) else empty

        return cls(*(stacked(at) for at in (history.score, history.decision, history.lists, history.sanctions)))

    def replaced(self, other: Lives, at: NDArray[np.int64]) -> Lives:
        """The same lives, with those of some people taken from elsewhere."""
        made = {}
        for name in ("scores", "decisions", "lists", "sanctions"):
            column = getattr(self, name).copy()
            column[:, at] = getattr(other, name)
            made[name] = column
        return Lives(**made)


@dataclass(frozen=True)
class Effects:
    """What the wrong entry of each root changes.

    `roots` are ids (R,). `rows`: one row per (root, touched person), as `Case.touched`, with `at`, the
    place of its root in `roots`. `blind`: the model reads no record at all, so only the record can differ.
    """

    case: Case
    twin: Case
    roots: NDArray[np.int64]
    since: int
    rows: pd.DataFrame
    blind: bool
    why: str

    @property
    def months(self) -> int:
        """The horizon: months from the injection to the end of the run."""
        return max(self.case.periods - self.since, 0)

    def runs(self) -> Iterator[tuple[History, NDArray[np.int64]]]:
        """(history, the roots to be read in it): a root that met another is read in the run in which it does not."""
        apart: dict[int, tuple[History, list[int]]] = {}
        for root in self.roots.tolist():
            history = self.twin.alone[root].history if root in self.twin.alone else self.twin.history
            apart.setdefault(id(history), (history, []))[1].append(root)
        for history, roots in apart.values():
            yield history, np.array(roots, np.int64)

    def lives(self, people: NDArray[np.int64], root: NDArray[np.int64]) -> tuple[Lives, Lives]:
        """(base world, error world of their root) of these people. A root that met another is read in its own run."""
        made = Lives.of(self.twin.history, people, self.since)
        for one, alone in self.twin.alone.items():
            at = np.flatnonzero(root == one)
            if len(at):
                made = made.replaced(Lives.of(alone.history, alone.history.place(people[at]), self.since), at)
        return Lives.of(self.case.history, people, self.since), made

    def own(self) -> tuple[Lives, Lives]:
        """(base world, error world) of the roots themselves."""
        return self.lives(self.roots, self.roots)

    def adverse_acts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """True adverse acts of each row's person in the months after the injection: (base world, error world)."""
        person, root = self.rows["person"].to_numpy(np.int64), self.rows["root"].to_numpy(np.int64)
        adverse = np.array([kind.adverse for kind in self.case.scenario.conduct])

        def many(history: History) -> NDArray[np.int64]:
            found = np.zeros(len(history.people), np.int64)
            for acts in history.acts_[self.since + 1 :]:
                np.add.at(found, history.place(acts.person[adverse[acts.kind]]), 1)
            return found

        base, error = many(self.case.history)[person], many(self.twin.history)[person]
        counted: dict[int, NDArray[np.int64]] = {}
        for one, alone in self.twin.alone.items():
            at = np.flatnonzero(root == one)
            if id(alone) not in counted:
                counted[id(alone)] = many(alone.history)
            error[at] = counted[id(alone)][alone.history.place(person[at])]
        return base, error

    def summed(self, values: NDArray[np.generic], which: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Sums over the rows of each root: (R,). `which` selects rows."""
        at = self.rows["at"].to_numpy(np.int64)
        summands = np.asarray(values, np.float64)
        if which is not None:
            at, summands = at[which], summands[which]
        return np.asarray(np.bincount(at, weights=summands, minlength=len(self.roots)), np.float64)

    def part(
        self, per_root: NDArray[np.generic], suffix: str = "", qualifiers: Mapping[str, object] | None = None, *,
        exact: bool = False, why: str = "", unit: str = "",
        bounds: tuple[float, float] = (-np.inf, np.inf),
    ) -> PerPerson:  # fmt: skip
        """Turn one number per root into a part of a measure: the mean over roots, with roots as units.

        `bounds`: of the number. They distinguish a net rate, which may be negative, from a share.
        """
        n = len(self.case.people)
        numerator, denominator = np.zeros(n), np.zeros(n)
        if not why:
            numerator[self.roots] = np.asarray(per_root)
            denominator[self.roots] = 1.0
        return PerPerson(
            numerator, denominator, np.arange(n), exact=exact and len(self.roots) > 0, suffix=suffix,
            qualifiers=dict(qualifiers or {}), why=why or self.why, unit=unit, bounds=bounds,
            refused=bool(why) and len(self.roots) > 0,
        )  # fmt: skip


def effects(case: Case, change: Inject | None = None) -> Effects:
    """The effects of the scenario's wrong entry, or of another one. If there are no roots, `why` says so."""
    change = change or Inject()
    twin = case.twin(change)
    since = case.scenario.error.period if change.period is None else change.period
    why = ""
    if since >= case.periods:
        why = f"the run ends after {case.periods} months, before month {since} in which the wrong entry enters"
    elif not len(twin.roots):
        why = "no one was drawn for a wrong entry: use more people"
    rows = twin.touched
    rows["at"] = np.searchsorted(twin.roots, rows["root"].to_numpy(np.int64))
    return Effects(case, twin, twin.roots, since, rows, case.scheme.blind, why)


def worse(case: Case) -> float:
    """The sign that makes a worse score negative."""
    return -1.0 if higher_is(case.model) == "worse" else 1.0


def bits(names: tuple[str, ...], wanted: set[str]) -> np.uint16:
    """The mask of some of these names."""
    return np.uint16(sum(1 << place for place, name in enumerate(names) if name in wanted))


def adverse_lists(case: Case) -> np.uint16:
    """The mask of lists that follow from an adverse decision, and of all their copies."""
    return bits(case.history.list_names, set(case.scenario.regime.adverse_holders))


def adverse_sanctions(case: Case) -> np.uint16:
    """The mask of sanctions that are not rewards."""
    return bits(case.history.sanction_names, {one.name for one in case.scenario.regime.sanctions if not one.reward})
