"""What happened in a run: scores, decisions, lists and sanctions by month, acts, and entries with their lineage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.channels import Acts
from synthetic.errors import InputError, unknown
from synthetic.ledger import Ledger
from testbed.history.changes import ByMonth
from testbed.history.frames import act_frame, decision_frame, entry_frame, flag_frame

BY_MONTH = ("scores", "decisions_", "deserved_", "lists_", "sanctions_", "schemes", "shadow_lists_")
"""What a history keeps by month."""


@dataclass(frozen=True)
class Strays:
    """Acts whose entry strayed to another person: with lists that reach along ties, the way between households.

    `victim`: the person who got the entry, -1 if nobody could be mistaken; `channel` and `delay` as drawn.
    """

    acts: Acts
    channel: np.ndarray
    delay: np.ndarray
    victim: np.ndarray


@dataclass(frozen=True)
class History:
    """Arrays are over `people` (ids, ascending). Months are numbered from 0. What changes is in `Changes` arrays.

    fixed: the scores were made elsewhere, so nobody knows what they would be on the shadow record.
    """

    people: np.ndarray
    kinds: tuple[str, ...]
    list_names: tuple[str, ...]
    sanction_names: tuple[str, ...]
    scores: ByMonth
    decisions_: ByMonth
    deserved_: ByMonth
    lists_: ByMonth
    sanctions_: ByMonth
    ledger: Ledger
    acts_: tuple[Acts, ...]
    strays: tuple[Strays, ...]
    roots: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    since: int = 0
    schemes: ByMonth | None = None
    shadow_lists_: ByMonth | None = None
    fixed: bool = False

    @property
    def periods(self) -> int:
        """Months that were run."""
        return len(self.decisions_)

    def score(self, t: int) -> np.ndarray:
        """Scores at a month: float64 (n,), NaN for people out of scope."""
        return self.scores[t]

    def decision(self, t: int) -> np.ndarray:
        """Decisions at a month: int8 (n,), -1 adverse, 0 none, +1 favored; 0 out of scope."""
        return self.decisions_[t]

    def deserved(self, t: int) -> np.ndarray:
        """The decision that the same scheme makes on the shadow record: int8 (n,). Raises InputError if scores are
        fixed."""
        if self.fixed:
            raise InputError(
                "the scores of a table are fixed, so the decision on a record without errors is not known."
            )
        return self.deserved_[t]

    @overload
    def lists(self, t: int) -> NDArray[np.uint16]: ...
    @overload
    def lists(self, t: None = None) -> pd.DataFrame: ...
    def lists(self, t: int | None = None) -> NDArray[np.uint16] | pd.DataFrame:
        """Who is on which list, or agency's copy of one, in each month.

        Parameters
        ----------
        t : int, optional
            A month. Default: all months, as a table.

        Returns
        -------
        DataFrame or ndarray of uint16 of shape (n,)
            One row a person, month and list: `person` (int64), `period` (int16), `list` (category). Of one month: bits
            in the order of `list_names`.

        Examples
        --------
        >>> from testbed import Scenario
        >>> history = Scenario.load("rongcheng").run(people=1024, periods=3).history
        >>> history.lists().columns.tolist(), history.lists(2).shape
        (['person', 'period', 'list'], (1024,))
        """
        return flag_frame("list", self.people, self.lists_, self.list_names) if t is None else self.lists_[t]

    def shadow_lists(self, t: int) -> np.ndarray:
        """The lists that would have followed from deserved decisions: uint16 (n,); `lists` if no decision reads any."""
        return self.lists(t) if self.shadow_lists_ is None else self.shadow_lists_[t]

    @overload
    def sanctions(self, t: int) -> NDArray[np.uint16]: ...
    @overload
    def sanctions(self, t: None = None) -> pd.DataFrame: ...
    def sanctions(self, t: int | None = None) -> NDArray[np.uint16] | pd.DataFrame:
        """Who is under which sanction or reward in each month.

        Parameters
        ----------
        t : int, optional
            A month. Default: all months, as a table.

        Returns
        -------
        DataFrame or ndarray of uint16 of shape (n,)
            One row a person, month and sanction: `person` (int64), `period` (int16), `sanction` (category). Of one
            month: bits in the order of `sanction_names`.

        Examples
        --------
        >>> from testbed import Scenario
        >>> history = Scenario.load("rongcheng").run(people=1024, periods=3).history
        >>> history.sanctions()["sanction"].cat.categories.tolist()
        ['train', 'credit', 'school', 'rebate']
        """
        if t is not None:
            return self.sanctions_[t]
        return flag_frame("sanction", self.people, self.sanctions_, self.sanction_names)

    def entries(self, *, shadow: bool = False) -> pd.DataFrame:
        """The entries of the record, one row each.

        Parameters
        ----------
        shadow : bool, default False
            Whether to give the shadow record instead: what channels without errors would have entered.

        Returns
        -------
        DataFrame
            Index `entry` (int64), in order of start. An entry stands in the months start <= t < end.

            - `person` (int64): whom it is about; `kind`, `channel` (category);
            - `period` (int16): the month of the act; `start`, `end` (int16): it may end after the last month;
            - `end_cause` (category): why it ended; missing while it stands at the end of the run;
            - `truth_origin` (category): how it came about; `truth_wrong` (bool): whether it was untrue when made;
            - `truth_author` (int64), `truth_act` (int16): the person and number of the act, as in `acts`; numbers from
              512 on belong to no act;
            - `truth_parent` (int64): the entry that it copies, -1 for none.

        See Also
        --------
        History.acts : What people truly did.

        Examples
        --------
        >>> from testbed import Scenario
        >>> entries = Scenario.load("rongcheng").run(people=1024, periods=3).history.entries()
        >>> entries.groupby("truth_origin", observed=True).size().index.tolist()[:1]
        ['faithful']
        """
        return entry_frame(self.ledger, self.periods, shadow=shadow)

    def decisions(self) -> pd.DataFrame:
        """Scores and decisions, one row a person in scope and month.

        Returns
        -------
        DataFrame
            `person` (int64), `period` (int16), `score` (float64, as the model gives it), `decision` (int8: -1 adverse,
            0 none, 1 favored) and `truth_deserved` (int8: the decision on the shadow record). Where scores were made
            elsewhere, nobody knows what is deserved, and that column is left out.

        Examples
        --------
        >>> from testbed import Scenario
        >>> decisions = Scenario.load("rongcheng").run(people=1024, periods=3).history.decisions()
        >>> sorted(decisions["period"].unique().tolist())
        [0, 1, 2]
        """
        deserved = None if self.fixed else self.deserved_
        return decision_frame(self.people, self.scores, self.decisions_, deserved)

    def acts(self) -> pd.DataFrame:
        """What people truly did, recorded or not, one row an act. All of it is truth.

        Returns
        -------
        DataFrame
            `person` (int64), `period` (int16), `kind` (category) and `act` (int16), the number that tells acts of one
            person, month and kind apart.

        See Also
        --------
        History.entries : What was recorded of it.

        Examples
        --------
        >>> from testbed import Scenario
        >>> acts = Scenario.load("rongcheng").run(people=1024, periods=3).history.acts()
        >>> acts.columns.tolist()
        ['person', 'period', 'kind', 'act']
        """
        return act_frame(self.acts_, self.kinds)

    def scheme(self, t: int) -> np.ndarray | None:
        """The scheme that each person came under at a month, as codes: int8 (n,); None if nobody moves."""
        return None if self.schemes is None else self.schemes[t]

    def listed(self, name: str, t: int) -> np.ndarray:
        """Who is on a list or an agency's copy of it: bool (n,). Raises InputError for an unknown name."""
        return _flag("list", name, self.list_names, self.lists_[t])

    def sanctioned(self, name: str, t: int) -> np.ndarray:
        """Who is under a sanction: bool (n,). Raises InputError for an unknown name."""
        return _flag("sanction", name, self.sanction_names, self.sanctions_[t])

    def place(self, people: np.ndarray) -> np.ndarray:
        """Positions of these ids in `people`."""
        if len(self.people) and self.people[-1] - self.people[0] + 1 == len(self.people):
            return np.asarray(np.asarray(people, np.int64) - self.people[0])
        return np.searchsorted(self.people, people)

    def counts(self, t: int, *, shadow: bool = False) -> np.ndarray:
        """Standing entries in the record (or the shadow record) at a month: int32 (n, kinds)."""
        size = int(self.people[-1]) + 1 if len(self.people) else 0
        return np.asarray(self.ledger.counts(t, size, shadow=shadow)[self.people])

    def shadow_counts(self, t: int) -> np.ndarray:
        """Standing entries in the shadow record at a month: int32 (n, kinds)."""
        return self.counts(t, shadow=True)

    def true_counts(self, t: int) -> np.ndarray:
        """True acts up to and including a month, recorded or not: int32 (n, kinds)."""
        made = np.zeros((len(self.people), len(self.kinds)), np.int32)
        for acts in self.acts_[: t + 1]:
            np.add.at(made.reshape(-1), self.place(acts.person) * len(self.kinds) + acts.kind, np.int32(1))
        return made

    def acted(self, kind: int, t: int) -> np.ndarray:
        """Who has acted in a way (its code) up to and including a month, recorded or not: bool (n,)."""
        made = np.zeros(len(self.people), bool)
        for acts in self.acts_[: t + 1]:
            made[self.place(acts.person[acts.kind == kind])] = True
        return made

    def injected(self, index: pd.Index | np.ndarray) -> np.ndarray:
        """1 for people on whom a wrong entry was injected: int8, aligned with `index`."""
        return np.isin(np.asarray(index), self.roots).astype(np.int8)

    def newly_adverse_against(self, base: History) -> np.ndarray:
        """1 where at some month from the change on the decision is adverse here and not in the base: int8 (n,)."""
        found = np.zeros(len(self.people), bool)
        for t in range(self.since, self.periods):
            found |= (self.decision(t) == -1) & (base.decision(t) != -1)
        return found.astype(np.int8)

    def by_month(self) -> dict[str, ByMonth]:
        """What is kept by month, by name."""
        held = {name: getattr(self, name) for name in BY_MONTH}
        return {name: one for name, one in held.items() if one is not None}


def _flag(what: str, name: str, names: tuple[str, ...], bits: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Whose bit of this name is set, bits in the order of `names`. Raises InputError for an unknown name."""
    if name not in names:
        raise unknown(what, name, names)
    return np.asarray((bits >> np.uint16(names.index(name))) & 1 == 1)
