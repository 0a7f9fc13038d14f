"""A history as tidy tables: entries, decisions, lists, sanctions and acts, with names instead of codes.

Columns that no institution and no person in the world could know begin with `truth_`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.channels import Acts
from synthetic.ledger import CAUSES, INJECTED, ORIGINS, Ledger
from testbed.history.changes import ByMonth


def entry_frame(ledger: Ledger, periods: int, *, shadow: bool = False) -> pd.DataFrame:
    """Entries of the record, or of the shadow record, one row each (see `History.entries`)."""
    held = ledger.where((ledger.shadow if shadow else ledger.real) & (ledger.start < periods))
    channels = (*ledger.channels, "injected")
    channel = np.where(held.channel == INJECTED, len(ledger.channels), held.channel)
    end = held.shadow_end if shadow else held.end
    # An end after the last month has not happened, so nothing is the cause of it yet.
    cause = np.where(end < periods, np.int8(CAUSES.index("expired")) if shadow else held.end_cause, -1)
    return pd.DataFrame(
        {
            "person": held.subject,
            "kind": pd.Categorical.from_codes(held.kind, pd.Index(ledger.kinds)),
            "channel": pd.Categorical.from_codes(channel, pd.Index(channels)),
            "period": held.period,
            "start": held.start,
            "end": end,
            "end_cause": pd.Categorical.from_codes(cause, pd.Index(CAUSES)),
            "truth_origin": pd.Categorical.from_codes(held.origin, pd.Index(ORIGINS)),
            "truth_wrong": held.wrong,
            "truth_author": held.author,
            "truth_act": ((held.id >> 8) & 1023).astype(np.int16),
            "truth_parent": held.parent,
        },
        index=pd.Index(held.id, name="entry"),
    )


def decision_frame(
    people: NDArray[np.int64], scores: ByMonth, decisions: ByMonth, deserved: ByMonth | None
) -> pd.DataFrame:
    """Scores and decisions, one row a person in scope and month (see `History.decisions`)."""
    parts = []
    for t in range(len(scores)):
        score = scores[t]
        scope = np.flatnonzero(~np.isnan(score))
        made = {"person": people[scope], "period": _month(t, len(scope)), "score": score[scope]}
        made["decision"] = decisions[t][scope]
        if deserved is not None:
            made["truth_deserved"] = deserved[t][scope]
        parts.append(pd.DataFrame(made))
    return pd.concat(parts, ignore_index=True)


def flag_frame(what: str, people: NDArray[np.int64], held: ByMonth, names: Sequence[str]) -> pd.DataFrame:
    """Who has which of the named flags, one row a person, month and flag (see `History.lists`)."""
    person, period, code = ([np.empty(0, dtype)] for dtype in (np.int64, np.int16, np.int8))
    for t in range(len(held)):
        bits = held[t]
        some = np.flatnonzero(bits)
        row, name = np.nonzero((bits[some, None] >> np.arange(len(names), dtype=np.uint16)) & 1)
        person.append(people[some[row]])
        period.append(_month(t, len(row)))
        code.append(name.astype(np.int8))
    codes = pd.Categorical.from_codes(np.concatenate(code), pd.Index(names))
    return pd.DataFrame({"person": np.concatenate(person), "period": np.concatenate(period), what: codes})


def act_frame(acts: Sequence[Acts], kinds: Sequence[str]) -> pd.DataFrame:
    """What people truly did, one row an act (see `History.acts`)."""

    def joined(name: str, dtype: type[np.integer]) -> NDArray[np.integer]:
        return np.concatenate([np.empty(0, dtype), *(getattr(one, name).astype(dtype) for one in acts)])

    period = np.concatenate([np.empty(0, np.int16), *(_month(one.period, len(one.person)) for one in acts)])
    kind = pd.Categorical.from_codes(joined("kind", np.int8), pd.Index(kinds))
    return pd.DataFrame(
        {"person": joined("person", np.int64), "period": period, "kind": kind, "act": joined("k", np.int16)}
    )


def _month(t: int, n: int) -> NDArray[np.int16]:
    return np.full(n, t, np.int16)
