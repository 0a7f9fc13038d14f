"""One life in both worlds: what happened to a person with and without the wrong entries that a scenario follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from synthetic.errors import InputError
from synthetic.ledger import CAUSES, INJECTED, ORIGINS, Ledger
from testbed.case import Case
from testbed.history import History
from testbed.twin import Inject

DECISIONS = {-1: "adverse", 0: "none", 1: "favored"}
ATTRIBUTES = ("age", "sex", "community", "residence", "registration", "education", "work", "role")
SAID = {
    "faithful": "true",
    "false_match": "wrong: taken for somebody else",
    "collision": "wrong: somebody else's, of the same name",
    "duplicate": "wrong: entered twice",
    "injected": "wrong: the entry that is followed",
}
ENDS = {"expired": "expires", "corrected": "is corrected", "struck": "is struck, though true"}


def typical(case: Case) -> int | None:
    """The middle one of the people whose wrong entry turned their decision adverse, by others touched and months lost.

    Never the extreme one: a life chosen for its size would overstate. Where no entry turned a decision, the
    middle of all; None where there is no wrong entry.
    """
    twin = case.twin(Inject())
    if not len(twin.roots):
        return None
    turned = twin.history.newly_adverse_against(case.history)[twin.roots] > 0
    roots = twin.roots[turned] if turned.any() else twin.roots
    others = twin.touched[twin.touched["person"] != twin.touched["root"]]["root"].value_counts()
    touched = np.array([int(others.get(int(root), 0)) for root in roots])
    lost = _months(twin.history, roots) - _months(case.history, roots)
    return int(roots[np.lexsort((roots, lost, touched))[len(roots) // 2]])


def _months(history: History, people: np.ndarray) -> np.ndarray:
    """Months in which any sanction or reward applies: int (people,)."""
    return (history.sanctions_[:, people] > 0).sum(axis=0)


def life(case: Case, person: int) -> dict[str, Any]:
    """The case file of a person, as `testbed.report.case_page` reads it.

    The two worlds are the base world and its twin with the scenario's wrong entries. Raises InputError
    where there is no such person.
    """
    if not 0 <= person < len(case.people):
        raise InputError(f"person {person}: this society has the people 0 to {len(case.people) - 1}.")
    twin = case.twin(Inject())
    base, error = case.history, twin.history
    is_root = person in twin.roots
    others = twin.touched[(twin.touched["root"] == person) & (twin.touched["person"] != person)] if is_root else None
    row = case.people.loc[person]
    return {
        "person": int(person),
        "seed": case.seed,
        "model": case.model_name,
        "scenario": case.scenario.name,
        "people": case.setting.size,
        "periods": case.periods,
        "root_period": int(error.since) if is_root else None,
        "kind": case.scenario.error.kind if is_root else None,
        "channel": _channel(case) if is_root else None,
        "who": {name: _plain(row[name]) for name in ATTRIBUTES if name in row.index},
        "months_without": _without(case, base, error, person),
        "others_touched": None if others is None else len(others),
        "touched": [] if others is None else [_touched(one) for one in others.itertuples()],
        "scores": {"base": _scores(base, person), "error": _scores(error, person)},
        "events": sorted(
            [*_entries(case, base, error, person), *_turns(case, base, error, person)],
            key=lambda event: (event["period"], event["what"]),
        ),
    }


def _channel(case: Case) -> str:
    """The first channel that records the kind of the wrong entry."""
    kind = case.scenario.error.kind
    return next((channel.name for channel in case.scenario.channels if kind in channel.kinds), "")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


def _scores(history: History, person: int) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in history.scores[:, person].tolist()]


def _without(case: Case, base: History, error: History, person: int) -> dict[str, int]:
    """Months per sanction that the person bears in the error world and not in the base world."""
    rewards = {sanction.name for sanction in case.scenario.regime.sanctions if sanction.reward}
    found = {}
    for bit, name in enumerate(base.sanction_names):
        with_error, without = (history.sanctions_[:, person] >> np.uint16(bit) & 1 == 1 for history in (error, base))
        months = int((without & ~with_error).sum() if name in rewards else (with_error & ~without).sum())
        if months:
            found[name] = months
    return found


def _touched(row: Any) -> dict[str, Any]:
    how = [name for name in ("decision", "list", "sanction", "score") if getattr(row, name)]
    last = f"month {row.first}" if row.first == row.last else f"months {row.first} to {row.last}"
    return {"person": int(row.person), "hop": str(row.hop), "how": f"{', '.join(how) or 'record'} differs, {last}"}


def _entries(case: Case, base: History, error: History, person: int) -> list[dict[str, Any]]:
    """The entries about the person, made and ended, in one world or both."""
    held = [_mine(history.ledger, person) for history in (base, error)]
    events = []
    for key in sorted(set(held[0]) | set(held[1])):
        ours = [found.get(key) for found in held]
        entry = ours[1] if ours[1] is not None else ours[0]
        assert entry is not None
        channel = _channel(case) if entry["channel"] == INJECTED else case.history.ledger.channels[entry["channel"]]
        said = SAID[ORIGINS[entry["origin"]]]
        what = f"{channel} entry: {base.kinds[entry['kind']].replace('_', ' ')}"
        told = entry["noticed"] >= 0
        events.append({"period": entry["start"], "world": _world(*ours), "what": what, "detail": said, "visible": told})
        ends = [None if one is None or one["end"] >= case.periods else (one["end"], one["end_cause"]) for one in ours]
        for end in dict.fromkeys(one for one in ends if one is not None):
            world = "both" if ends[0] == ends[1] else "base" if ends[0] == end else "error"
            detail = ENDS[CAUSES[end[1]]]
            events.append({"period": end[0], "world": world, "what": what, "detail": detail, "visible": told})
    return events


def _mine(ledger: Ledger, person: int) -> dict[int, dict[str, int]]:
    rows = ledger.where((ledger.subject == person) & ledger.real)
    names = ("id", "start", "end", "end_cause", "kind", "channel", "origin", "noticed")
    return {
        row[0]: dict(zip(names, row, strict=True))
        for row in zip(*(getattr(rows, name).tolist() for name in names), strict=True)
    }


def _world(base: object, error: object) -> str:
    return "both" if base is not None and error is not None else "base" if error is None else "error"


def _turns(case: Case, base: History, error: History, person: int) -> list[dict[str, Any]]:
    """Months in which a decision, a list or a sanction begins or ends, in one world or both."""
    events = []
    found: dict[tuple[int, str, str], set[str]] = {}
    for world, history in (("base", base), ("error", error)):
        decision = [DECISIONS[int(value)] for value in history.decisions[:, person]]
        for month, (old, new) in enumerate(zip(["none", *decision], decision, strict=False)):
            if old != new:
                found.setdefault((month, "decision", f"{old} to {new}"), set()).add(world)
        for names, bits in ((history.list_names, history.lists_), (history.sanction_names, history.sanctions_)):
            for bit, name in enumerate(names):
                on = (bits[:, person] >> np.uint16(bit) & 1).astype(int)
                for month in np.flatnonzero(np.diff(on, prepend=0)).tolist():
                    what = f"{'list' if names is history.list_names else 'sanction'} {name}"
                    found.setdefault((month, what, "begins" if on[month] else "ends"), set()).add(world)
    for (month, what, detail), worlds in found.items():
        world = "both" if len(worlds) == 2 else worlds.pop()
        told = {"decision": case.disclosure.notice_of_decision, "list": case.disclosure.list_membership}.get(
            what.split()[0], True
        )
        events.append({"period": month, "world": world, "what": what, "detail": detail, "visible": told})
    return events
