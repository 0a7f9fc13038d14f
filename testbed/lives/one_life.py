"""One life in both worlds: what a person did, what was recorded, what followed, with and without one wrong entry."""

# Any: a life is a JSON object; its values are numbers, texts, lists and objects.
from __future__ import annotations

from typing import Any

import numpy as np

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from testbed.case import Case
from testbed.disclosures import RIGHTS
from testbed.history import History
from testbed.lives.encounters import at_gates, refused_in_all, secret, seen_by
from testbed.lives.events import entry_channel, events_of
from testbed.lives.windows import windows
from testbed.measures.error_propagation import WHAT, adverse_sanctions, effects
from testbed.twins import Inject

ATTRIBUTES = ("age", "sex", "community", "residence", "registration", "education", "work", "role")


def typical(case: Case) -> int | None:
    """The middle person of those whose wrong entry turned their decision adverse; None if there is no wrong entry.

    People are ordered by months under a sanction because of the entry, then by others affected, then by id. An extreme
    life would overstate. If no entry turned a decision, the middle person of all.
    """
    found = effects(case)
    if found.why:
        return None
    base, error = found.own()
    barred = adverse_sanctions(case)
    lost = ((error.sanctions & barred > 0) & (base.sanctions & barred == 0)).sum(axis=0)
    others = found.summed(
        found.rows[list(WHAT[1:])].to_numpy(bool).any(axis=1) & (found.rows["hop"] != "self").to_numpy()
    )
    turned = ((error.decisions == -1) & (base.decisions != -1)).any(axis=0)
    among = np.flatnonzero(turned) if turned.any() else np.arange(len(found.roots))
    order = among[np.lexsort((found.roots[among], others[among], lost[among]))]
    return int(found.roots[order[len(order) // 2]])


def first(case: Case) -> int | None:
    """The first person to get the wrong entry if it were more frequent; None if no rate gives it to anyone."""
    if not case.scenario.error.per_1000:
        return None
    could = case.roots_of(Inject(per_1000=1000))
    coin = uniform(sparse(case.seed, "inject", pack(could.roots, could.period, could.kind)))
    return int(could.roots[coin.argmin()]) if len(coin) else None


def life(case: Case, person: int | None = None) -> dict[str, Any]:
    """The case file of one person, as `testbed.report.case_page` reads it: everything by month, in both worlds.

    The error world differs by the scenario's wrong entry on this person alone. person: anyone in scope; None
    for the `typical` person, or, if nobody in a small society gets the entry, the `first` who would. If the run ends
    before the entry is made, both worlds are the same and `root_period` is None.

    `windows` is what operator and person see in one month (see `testbed.lives.windows`). `rights` is what the scheme
    lets people see; `secret` what happened to the person without notice; `seen_by` the months in which other parties
    saw the sanctions, by world; `refused` the attempts at gates, by world; `said` the words for each sanction.
    Not shown on a page: `innocent`, whether the person had done nothing of the kind before the entry. Raises InputError
    if there is no such person, the person is out of scope, or nobody is named and nobody has a wrong entry.
    """
    person = _someone(case) if person is None else int(person)
    twin = case.twin(Inject(people=(person,)))
    base, error = case.history, twin.history
    is_root = len(twin.roots) > 0
    gates = at_gates(case, base, error, person)
    rows = twin.touched
    others = rows[(rows["person"] != person) & rows[list(WHAT[1:])].any(axis=1)]
    row = case.people.loc[person]
    kind = case.scenario.error.kind
    done = base.true_counts(min(case.scenario.error.period, case.periods - 1))[person, base.kinds.index(kind)]
    return {
        "person": person,
        **({} if case.scenario.recipe.rows is None else {"rows": case.scenario.recipe.name}),
        "seed": case.seed,
        "model": case.model_name,
        "scenario": case.scenario.name,
        "people": case.setting.size,
        "periods": case.periods,
        "root_period": int(error.since) if is_root else None,
        "kind": kind if is_root else None,
        "channel": entry_channel(case) if is_root else None,
        "innocent": bool(done == 0),
        "who": {name: _plain(row[name]) for name in ATTRIBUTES if name in row.index},
        "rights": {right: bool(getattr(case.disclosure, right)) for right in RIGHTS},
        "months_without": _without(case, base, error, person),
        "said": {one.name: one.said for one in case.scenario.regime.sanctions},
        "refused": refused_in_all(case, gates),
        "secret": secret(case, base, error, person),
        "seen_by": {"base": seen_by(case, base, person), "error": seen_by(case, error, person)},
        "audience": list(case.disclosure.audience),
        "others_touched": len(others) if is_root else None,
        "touched": [_touched(one) for one in others.itertuples()],
        "scores": {"base": _scores(base, person), "error": _scores(error, person)},
        "windows": windows(case, twin, person, int(error.since) if is_root else None),
        "events": events_of(case, twin, person, gates),
    }


def _someone(case: Case) -> int:
    """The `typical` person, or else the `first`. Raises InputError if there is neither."""
    found = typical(case)
    found = first(case) if found is None else found
    if found is None:
        raise InputError("nobody has a wrong entry in this run; name a person, or use more people or months.")
    return found


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


def _scores(history: History, person: int) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in history.scores[:, person].tolist()]


def _without(case: Case, base: History, error: History, person: int) -> dict[str, int]:
    """Months per sanction that the person has only in the error world; for a reward, only in the base world."""
    rewards = {sanction.name for sanction in case.scenario.regime.sanctions if sanction.reward}
    found = {}
    for name in base.sanction_names:
        hit, spared = (
            np.array([history.sanctioned(name, t)[person] for t in range(case.periods)]) for history in (error, base)
        )
        months = int((spared & ~hit).sum() if name in rewards else (hit & ~spared).sum())
        if months:
            found[name] = months
    return found


def _touched(row: Any) -> dict[str, Any]:
    how = [name for name in ("decision", "list", "sanction", "score") if getattr(row, name)]
    last = f"month {row.first}" if row.first == row.last else f"months {row.first} to {row.last}"
    return {"person": int(row.person), "hop": str(row.hop), "how": f"{', '.join(how)} differs, {last}"}
