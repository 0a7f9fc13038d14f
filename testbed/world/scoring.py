"""Scores and decisions of each month: the scheme scores records that changed, each distinct record once."""

# Any: the scorer of a scheme, None while nobody is scored; whoever asks it knows that it is there.
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import dense, uniform
from testbed.models import Decide, DenseIds, RecordIds, RuleBook, Scorer, Scores, by_person, drums, lots_of
from testbed.regimes import LISTED
from testbed.world.migration import moves
from testbed.world.people import People
from testbed.world.recorder import Recorder
from testbed.world.society import SCHEME, Society, Views


@dataclass
class Known:
    """Scores that a row-wise model gave so far, by key of the record, checked against the record with that key."""

    keys: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    ids: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    held_ids: RecordIds | None = None
    numbers: defaultdict[str, DenseIds] = field(default_factory=lambda: defaultdict(DenseIds))
    rows: NDArray[np.int16] = field(default_factory=lambda: np.empty((0, 0), np.int16))
    held: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    score: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    decision: NDArray[np.int8] | None = None

    def look_up(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The id of each of these distinct keys, and the places of the new ones, in the order of their ids."""
        if not len(self.keys):
            new = np.arange(len(keys))
            ids = np.empty(len(keys), np.int64)
        else:
            at = np.searchsorted(self.keys, keys)
            at[at == len(self.keys)] = 0
            ids = self.ids[at]
            new = np.flatnonzero(self.keys[at] != keys)
        if len(new):
            new = new[np.argsort(keys[new])]
            ids[new] = len(self.keys) + np.arange(len(new))
            at = np.searchsorted(self.keys, keys[new])
            self.ids = np.insert(self.ids, at, ids[new])
            self.keys = np.insert(self.keys, at, keys[new])
        return ids, new


@dataclass(frozen=True)
class Scheme:
    """A fitted model, its cut-offs, and what it needs. `scorer` is None if nobody is scored (a training society).

    fitted: what was found on a training society: "model", "cut-off".
    """

    scorer: Any
    decide: Decide | None
    row_wise: bool = True
    needs: tuple[str, ...] = ()
    fitted: tuple[str, ...] = ()
    known: Known = field(default_factory=Known, compare=False, repr=False)

    @property
    def alone(self) -> bool:
        """Whether a person's score depends on their own record only."""
        return self.row_wise or self.needs == ("draws",) or self.fixed

    @property
    def fixed(self) -> bool:
        """Whether scores belong to people, whatever their records say."""
        return self.scorer is not None and by_person(self.scorer.model)

    @property
    def blind(self) -> bool:
        """Whether the model says that it reads no column of the records, and asks for no entries."""
        reads = getattr(self.scorer.model, "reads", None)
        return reads is not None and not len(reads) and "entries" not in self.needs


def given(*schemes: Scheme) -> str:
    """What was fitted of some schemes, in words; "" if nothing was.

    >>> given(Scheme(None, None, fitted=("cut-off",)), Scheme(None, None, fitted=("model",)))
    'fitted model and cut-off'
    """
    found = [name for name in ("model", "cut-off") if any(name in scheme.fitted for scheme in schemes)]
    return f"fitted {' and '.join(found)}" if found else ""


class Scoring:
    """Scores (and those of the shadow record), decisions and deserved decisions of some people: arrays (n,).

    State columns (acquaintances on lists, the scheme where people move) stand beside the counts of the recorder.
    """

    def __init__(self, society: Society, scheme: Scheme, people: People, views: Views) -> None:
        scenario = society.scenario
        self.society, self.scheme, self.people = society, scheme, people
        self.kinds = {kind: scenario.kinds.index(kind) for kind in scenario.recorded}
        self.state = [LISTED] * (LISTED in scenario.held) + [SCHEME] * moves(society)
        self.columns = {name: len(scenario.kinds) + place for place, name in enumerate(self.state)}
        self.held = {
            name: people.of(np.asarray(views.direct[name])) for name in scenario.held if name not in self.state
        }
        self.scored = people.of(society.scored)
        n = people.n
        self.score, self.shadow_score = np.full(n, np.nan), np.full(n, np.nan)
        self.decision, self.deserved = np.zeros(n, np.int8), np.zeros(n, np.int8)
        self.torn, self.drum = np.zeros(n, bool), drums(society.seed, people.ids)
        self.decides = False  # whether the model decides itself
        self.distinct = scheme.scorer is not None and scheme.row_wise and not scheme.needs
        self.held_id = self._held_ids() if self.distinct else np.empty(0, np.int64)

    @property
    def width(self) -> int:
        """Columns that a record takes."""
        return len(self.society.scenario.kinds) + len(self.state)

    def _held_ids(self) -> NDArray[np.int64]:
        """A small number for each distinct set of attributes that the institution holds and that do not change."""
        read = [name for name in self.held if name in self.scheme.scorer.columns]
        if not read:
            return np.zeros(self.people.n, np.int64)
        known = self.scheme.known
        if known.held_ids is None:
            known.held_ids = RecordIds(len(read))
        whole = []
        for name in read:
            column = self.held[name]
            if column.dtype.kind == "f":
                column, _ = known.numbers[name].look_up((column.astype(np.float64) + 0.0).view(np.int64))
            whole.append(column.astype(np.int64))
        return known.held_ids.look_up(whole)[0]

    def rows(self, t: int, changed: NDArray[np.int64]) -> NDArray[np.int64]:
        """The positions to score again: people in scope whose record changed; in month 0 everybody in scope."""
        if t == 0 or not self.scheme.row_wise or self.scheme.needs:
            return np.flatnonzero(self.scored)
        return np.asarray(changed[self.scored[changed]])

    def undecided(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The positions to decide on again: these, and those on whom a lot decided, which is drawn anew each month."""
        again = self.torn.copy()
        again[rows] = True
        return np.flatnonzero(again)

    def update(self, t: int, record: Recorder, rows: NDArray[np.int64], undecided: NDArray[np.int64]) -> None:
        """Score the positions `rows` (in order) again, and decide on the `undecided`, who are these and others."""
        if len(rows):
            (self._distinct if self.distinct else self._everybody)(t, record, rows)
        if self.scheme.decide is not None and not self.decides:
            self._decide(self.scheme.decide, t, undecided)

    # --- A row-wise model ---

    def _distinct(self, t: int, record: Recorder, rows: NDArray[np.int64]) -> None:
        own, shadow = record.key[rows], record.shadow_key[rows]
        differs = np.flatnonzero(own != shadow)
        also = rows[differs]
        both = np.concatenate([rows, also])
        held = self.held_id[both]
        keys = np.concatenate([own, shadow[differs]]) + held.view(np.uint64) * _HELD
        table = np.concatenate([record.counts.take(rows, axis=0), record.shadow.take(also, axis=0)])
        ids = self._look_up(keys, table, held, both)
        known, n = self.scheme.known, len(rows)
        self.score[rows] = self.shadow_score[rows] = known.score[ids[:n]]
        self.shadow_score[also] = known.score[ids[n:]]
        if known.decision is not None:
            self.decision[rows] = self.deserved[rows] = known.decision[ids[:n]]
            self.deserved[also] = known.decision[ids[n:]]
            self.decides = True

    def _look_up(
        self, keys: NDArray[np.uint64], table: NDArray[np.int16], held: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        known = self.scheme.known
        code, unique = pd.factorize(keys.view(np.int64))
        of_unique, new = known.look_up(np.asarray(unique))
        if len(new):
            first = np.empty(len(unique), np.int64)
            first[code[::-1]] = np.arange(len(code))[::-1]
            self._learn(table[first[new]], held[first[new]], rows[first[new]])
        ids = of_unique[code]
        if not (np.array_equal(known.rows.take(ids, axis=0), table) and np.array_equal(known.held[ids], held)):
            raise RuntimeError("two different records have one key")
        return ids

    def _learn(self, table: NDArray[np.int16], held: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
        known, scorer = self.scheme.known, self.scheme.scorer
        arrays = self._arrays(table, rows)
        if isinstance(scorer.model, RuleBook):
            made = Scores(scorer.model.contributions(_labelled(scorer, arrays))[0])
        else:
            made = scorer.score(arrays, self.people.ids[rows])
        known.rows = np.concatenate([known.rows.reshape(-1, table.shape[1]), table])
        known.held = np.concatenate([known.held, held])
        known.score = np.concatenate([known.score, made.score])
        if made.decision is not None:
            before = np.empty(0, np.int8) if known.decision is None else known.decision
            known.decision = np.concatenate([before, made.decision])

    def _arrays(self, table: NDArray[np.int16], rows: NDArray[np.int64]) -> dict[str, np.ndarray]:
        """The columns of the records of these positions, with counts from the rows of a table."""
        arrays = {name: column[rows] for name, column in self.held.items()}
        arrays |= {
            name: table[:, column].astype(np.int8 if name == SCHEME else np.int32)
            for name, column in self.columns.items()
        }
        return arrays | {kind: table[:, code].astype(np.int32) for kind, code in self.kinds.items()}

    # --- Any other ---

    def _everybody(self, t: int, record: Recorder, rows: NDArray[np.int64]) -> None:
        draws = self.draws(t)[rows] if "draws" in self.scheme.needs else None
        tables = [record.counts[rows], record.shadow[rows]]
        if self.scheme.row_wise and "entries" not in self.scheme.needs:
            both = None if draws is None else np.concatenate([draws, draws])
            made = [self._ask(np.concatenate([rows, rows]), np.concatenate(tables), both, None)]
        else:
            entries: Sequence[pd.DataFrame | None] = (None, None)
            if "entries" in self.scheme.needs:
                entries = [record.ledger().in_force(t, shadow=shadow) for shadow in (False, True)]
            made = [self._ask(rows, table, draws, one) for table, one in zip(tables, entries, strict=True)]
        score = np.concatenate([one.score for one in made])
        self.score[rows], self.shadow_score[rows] = score[: len(rows)], score[len(rows) :]
        if made[0].decision is not None:
            decision = np.concatenate([one.decision for one in made])
            self.decision[rows], self.deserved[rows] = decision[: len(rows)], decision[len(rows) :]
            self.decides = True

    def _ask(
        self, rows: np.ndarray, table: np.ndarray, draws: np.ndarray | None, entries: pd.DataFrame | None
    ) -> Scores:
        scorer: Scorer = self.scheme.scorer
        return scorer.score(self._arrays(table, rows), self.people.ids[rows], draws=draws, entries=entries)

    def draws(self, t: int) -> NDArray[np.float64]:
        """The month's addressed uniform of each person, for models that need draws."""
        people, seed = self.people, self.society.seed
        if people.run:
            return uniform(dense(seed, "model", people.first, people.first + people.n, t))
        return np.asarray(uniform(dense(seed, "model", 0, self.society.size, t))[people.ids])

    def _decide(self, decide: Decide, t: int, rows: NDArray[np.int64]) -> None:
        score, shadow = self.score[rows], self.shadow_score[rows]
        lot = lots_of(self.drum[rows], t)
        self.torn[rows] = decide.torn(score)
        self.decision[rows] = self.deserved[rows] = decide.decide(score, lot)
        apart = np.flatnonzero(score != shadow)
        also, shadow = rows[apart], shadow[apart]
        self.torn[also] |= decide.torn(shadow)
        self.deserved[also] = decide.decide(shadow, lot[apart])


def _labelled(scorer: Scorer, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray | pd.Series]:
    """The columns that a rule book reads, as arrays, with labels if a column has them."""
    made: dict[str, np.ndarray | pd.Series] = {}
    for name, labels in scorer.columns.items():
        codes = arrays[name]
        made[name] = codes if labels is None else pd.Series(pd.Categorical.from_codes(codes, pd.Index(labels)))
    return made


_HELD = np.uint64(0x9E3779B97F4A7C15)
