"""Acts that happened only because of a sanction, and the stays on lists that brought the sanction.

Such an act needs more than the rate that its actor would have without any sanction (see `testbed.world`); the
stays that are named are those without which, all others unchanged, it would not have happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.history import History
from testbed.regimes import TIES, Response, Sanction

if TYPE_CHECKING:
    from testbed.case import Case

Ints = NDArray[np.int64]
Stay = tuple[int, str, int]
"""A person, a holder, and a month in which the holder has the person on its list."""

_RAISED = pd.DataFrame({
    "person": np.empty(0, np.int64), "period": np.empty(0, np.int64), "kind": np.empty(0, np.int64),
    "k": np.empty(0, np.int64), "need": np.empty(0, np.float64), "factor": np.empty(0, np.float64),
})  # fmt: skip


class Inducement:
    """Reads induced acts of some people out of a history."""

    def __init__(self, case: Case, history: History, people: Ints) -> None:
        self.case, self.history, self.people = case, history, people
        self.regime = case.scenario.regime

    def acts(self) -> pd.DataFrame:
        """Induced acts: person, period, kind, k, the factor on its rate that each needs, and that without sanctions."""
        months = [*(self.raised(t) for t in range(1, self.history.periods)), _RAISED]
        return pd.concat(months, ignore_index=True).astype(_RAISED.dtypes.to_dict())

    def stays(self, acts: pd.DataFrame) -> pd.DataFrame:
        """Stays without which an act would not have happened: act (its row), carrier, holder, month."""
        return pd.DataFrame(list(self._bringers(acts)), columns=["act", "carrier", "holder", "month"])

    def raised(self, t: int) -> pd.DataFrame:
        """Acts of a month that would not have happened at the rates without any sanction."""
        society, kinds, acts = self.case.society, self.case.scenario.kinds, self.history.acts_[t]
        found = society.possible(t, self.case.views or society.views, society.ids)
        person, kind = found.person.astype(np.int64), found.kind.astype(np.int64)
        factor = np.ones(len(person))
        self._response.thin(factor, person, kind, kinds, t)
        only = np.flatnonzero(found.need >= factor)
        only = only[np.isin(pack(person[only], t, kind[only], found.k[only]), acts.address)]
        only = only[np.isin(person[only], self.people)]
        return pd.DataFrame({
            "person": person[only], "period": t, "kind": kind[only], "k": found.k[only].astype(np.int64),
            "need": found.need[only].astype(np.float64), "factor": factor[only],
        })  # fmt: skip

    def _bringers(self, acts: pd.DataFrame) -> Iterator[tuple[int, int, str, int]]:
        """(act, carrier, holder, month) for each stay without which the act would not have happened."""
        regime, kinds = self.regime, self.case.scenario.kinds
        for act, person, period, kind, need, own in zip(
            acts.index, acts["person"], acts["period"], acts["kind"], acts["need"], acts["factor"], strict=True
        ):
            name = kinds[kind]
            raising = [one for one in regime.sanctions if name in one.raises]
            mask = int(self._sanctions[period - 1, np.searchsorted(self.people, person)])
            force: list[tuple[float, tuple[Stay, ...]]] = []
            for sanction in raising:
                if mask >> self.history.sanction_names.index(sanction.name) & 1:
                    factor = regime.value(sanction.name, name, 1.0)
                    force.append((factor, self._carriers(person, period - 1, sanction)))
            for stay in sorted({one for _, stays in force for one in stays}):
                left = [factor for factor, stays in force if stays != (stay,)]
                if need >= own * float(np.prod(left)):
                    yield act, *stay

    def _carriers(self, person: int, month: int, sanction: Sanction) -> tuple[Stay, ...]:
        """The stays that bring a sanction to a person: their own, else those of their household or of ties."""
        if self._on(sanction.by, month, np.array([person]))[0]:
            return ((person, sanction.by, month),)
        others, when = self._homes[int(self.case.society.household[person])], month
        if sanction.reach in TIES:
            ties, when = self.case.society.ties(sanction.reach), month - 1
            others = ties.others[ties.indptr[person] : ties.indptr[person + 1]]
            others = others[np.isin(others, self.people)]
        others = others[self._on(sanction.by, when, others)]
        if sanction.reach not in TIES or sanction.reach == "kin":
            reaches = uniform(sparse(self.case.seed, "regime:family", pack(others)))
            others = others[reaches < self.regime.value("family", "share")]
        return tuple((int(one), sanction.by, when) for one in others if one != person)

    def _on(self, holder: str, month: int, people: Ints) -> NDArray[np.bool_]:
        """Which of these people a holder lists in a month."""
        if month < 0 or not len(people):
            return np.zeros(len(people), bool)
        lists = self._lists[month, np.searchsorted(self.people, people)].astype(np.uint64)
        return np.asarray((lists >> np.uint64(self.history.list_names.index(holder))) & np.uint64(1) == 1)

    @cached_property
    def _lists(self) -> NDArray[np.uint16]:
        return self._by_month(self.history.lists)

    @cached_property
    def _sanctions(self) -> NDArray[np.uint16]:
        return self._by_month(self.history.sanctions)

    def _by_month(self, read: Callable[[int], NDArray[np.uint16]]) -> NDArray[np.uint16]:
        """Bits of all months, (months, people)."""
        place = self.history.place(self.people)
        return np.stack([read(t)[place] for t in range(self.history.periods)])

    @cached_property
    def _response(self) -> Response:
        scenario, society = self.case.scenario, self.case.society
        return Response(self.regime, society.ids, seed=society.seed, rights=scenario.disclosure, kinds=scenario.conduct)

    @cached_property
    def _homes(self) -> Mapping[int, Ints]:
        order = np.argsort(self.case.society.household[self.people], kind="stable")
        home, first = np.unique(self.case.society.household[self.people][order], return_index=True)
        return dict(zip(home.tolist(), np.split(self.people[order], first[1:]), strict=True))
