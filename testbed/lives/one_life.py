"""One life in both worlds: what a person did, what was recorded, what followed, with and without one wrong entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from synthetic.ledger import CAUSES, INJECTED, ORIGINS, Ledger
from testbed.case import Case
from testbed.disclosures import RIGHTS
from testbed.history import History
from testbed.lives.encounters import at_gates, owed, reasons, refused, refused_in_all, secret, seen_by
from testbed.measures.error_propagation import WHAT, adverse_sanctions, effects
from testbed.twins import Inject

Event = dict[str, Any]
DECISIONS = {-1: "adverse", 0: "none", 1: "favored"}
ATTRIBUTES = ("age", "sex", "community", "residence", "registration", "education", "work", "role")
SAID = {
    "faithful": "true",
    "false_match": "wrong: taken for somebody else",
    "collision": "wrong: somebody else's, of the same name",
    "duplicate": "wrong: entered twice",
    "injected": "wrong: the entry that is followed",
    "averaged": "wrong: a yearly figure spread over the months",
    "misuse": "wrong: made by an official without cause",
    "legacy": "wrong: a false mark from an old file",
    "copy": "copied from another holder",
}
ENDS = {
    "expired": "expires",
    "corrected": "is corrected on appeal",
    "struck": "is struck on appeal, though true",
    "repaired": "ends early: the person's credit is repaired",
    "audited": "is taken back by the operator's own audit",
    "left": "is left behind in another city",
}
TURNS = {
    "list": ("off the list", "put on the list"),
    "copy": ("copy dropped", "copied"),
    "sanction": ("sanction ends", "sanction begins"),
    "reward": ("reward ends", "reward begins"),
}
"""How the end and the beginning of each are said."""


def typical(case: Case) -> int | None:
    """The middle one of the people whose wrong entry turned their decision adverse; None where there is no entry.

    In order of months under a sanction because of the entry, then of others touched, then of id. Never the
    extreme one: a life chosen for its size would overstate. Where no entry turned a decision, the middle of all.
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
    """Who would bear the wrong entry first, were it more frequent; None where it befalls nobody at any rate."""
    if not case.scenario.error.per_1000:
        return None
    could = case.roots_of(Inject(per_1000=1000))
    coin = uniform(sparse(case.seed, "inject", pack(could.roots, could.period, could.kind)))
    return int(could.roots[coin.argmin()]) if len(coin) else None


def life(case: Case, person: int | None = None) -> dict[str, Any]:
    """The case file of one person, as `testbed.report.case_page` reads it: everything by month, in both worlds.

    The error world differs by the scenario's wrong entry on this person alone. person: any in scope; None for
    the `typical` one; in a society so small that the entry befalls nobody, the one whom it would befall `first`. Where
    the run ends before the entry enters, both worlds are one and `root_period` is None.

    `rights` is what the scheme lets people see, `secret` what befell the person without their being told, `seen_by`
    months in which other parties saw the sanctions, by world, `refused` attempts at gates, by world, and `said` the
    words for each sanction. Beside what a page shows: `innocent`, whether the person had done nothing of the kind
    before the entry. Raises InputError where there is no such person, the person is out of scope, or nobody is named
    and nobody bears a wrong entry.
    """
    if person is None:
        person = typical(case)
        person = first(case) if person is None else person
    if person is None:
        raise InputError("nobody bears a wrong entry in this run; name a person, or make it longer or larger.")
    person = int(person)
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
        "seed": case.seed,
        "model": case.model_name,
        "scenario": case.scenario.name,
        "people": case.setting.size,
        "periods": case.periods,
        "root_period": int(error.since) if is_root else None,
        "kind": kind if is_root else None,
        "channel": _channel(case) if is_root else None,
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
        "events": _in_order(
            [
                *_acts(case, base, error, person),
                *_entries(case, base, error, person),
                *_turns(case, base, error, person),
                *(
                    _event(month, 3, world, what, detail, True)
                    for month, world, what, detail in reasons(case, twin, person)
                ),
                *(
                    _event(month, 5, world, what, detail, True)
                    for told in (refused(case, gates), owed(case, base, error, person))
                    for month, world, what, detail in told
                ),
            ]
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
    """Months per sanction that the person bears in the error world only; of a reward, has in the base world only."""
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


def _in_order(events: list[Event]) -> list[Event]:
    """By month; within one: acts, entries, notice, the decision, lists, sanctions, ends of entries."""
    inside = sorted(events, key=lambda event: (event["period"], event["place"]))
    return [{name: value for name, value in event.items() if name != "place"} for event in inside]


def _event(period: int, place: int, world: str, what: str, detail: str, visible: bool) -> Event:
    return {"period": int(period), "place": place, "world": world, "what": what, "detail": detail, "visible": visible}


def _world(base: object, error: object) -> str:
    return "both" if base is not None and error is not None else "base" if error is None else "error"


# --- What happened ---


def _acts(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """The true acts of the person, and what became of each in the record."""
    held = [_done(history, person) for history in (base, error)]
    for key in sorted(set(held[0]) | set(held[1])):
        ours = [found.get(key) for found in held]
        for fate in dict.fromkeys(one for one in ours if one is not None):
            world = "both" if ours[0] == ours[1] else "base" if ours[0] == fate else "error"
            yield _event(key[0], 0, world, f"act: {_titled(case, key[1])}", fate, True)


def _done(history: History, person: int) -> dict[tuple[int, int, int], str]:
    """(month, kind, k) of each true act of the person, with what the record made of it."""
    ledger = history.ledger
    mine = ledger.where(ledger.author == person)
    found = {}
    for acts in history.acts:
        for place in np.flatnonzero(acts.person == person):
            kind, k = int(acts.kind[place]), int(acts.k[place])
            rows = mine.where((mine.period == acts.period) & (mine.kind == kind) & ((mine.id >> 8 & 1023) == k))
            found[(int(acts.period), kind, k)] = _recorded(rows, person, history.periods)
    return found


def _recorded(rows: Ledger, person: int, periods: int) -> str:
    """What the record made of an act, from the entries that go back to it."""
    if not len(rows):
        return "out of reach of every channel"
    strayed = rows.real & (rows.subject != person)
    if strayed.any():
        return f"entered on person {int(rows.subject[strayed][0])} instead"
    if not rows.real.any():
        return "missed by the channel that covers it"
    first = int(np.flatnonzero(rows.real)[0])
    if rows.start[first] >= periods:
        return f"on its way into the record of {rows.channels[rows.channel[first]]} when the run ends"
    return f"recorded by {rows.channels[rows.channel[first]]} in month {int(rows.start[first])}"


# --- What was recorded ---


def _entries(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """The entries about the person: made, noticed, contested, ended; in one world or both."""
    held = [_mine(history.ledger, person, case.periods) for history in (base, error)]
    for key in sorted(set(held[0]) | set(held[1])):
        ours = [found.get(key) for found in held]
        entry = ours[1] if ours[1] is not None else ours[0]
        assert entry is not None
        channel = _channel(case) if entry["channel"] == INJECTED else base.ledger.channels[entry["channel"]]
        what, world = f"entry by {channel}: {_titled(case, entry['kind'])}", _world(*ours)
        said = SAID[ORIGINS[entry["origin"]]]
        open_file = case.disclosure.own_record or case.disclosure.notice_of_entry
        yield _event(entry["start"], 1, world, what, said, bool(open_file or entry["noticed"] == entry["start"]))
        if 0 <= entry["noticed"] < case.periods:
            contested = "its subject learns of it and contests it" if entry["filed"] else "its subject learns of it"
            yield _event(entry["noticed"], 2, world, what, contested, True)
        if entry["end"] < case.periods:
            told = bool(open_file or 0 <= entry["noticed"] <= entry["end"])
            yield _event(entry["end"], 6, world, what, ENDS[CAUSES[entry["end_cause"]]], told)


def _mine(ledger: Ledger, person: int, periods: int) -> dict[int, dict[str, int]]:
    """Entries about the person in the record of the run, by id: an entry has the same fate in both worlds."""
    rows = ledger.where((ledger.subject == person) & ledger.real & (ledger.start < periods))
    names = ("id", "start", "end", "end_cause", "kind", "channel", "origin", "noticed", "filed")
    columns = zip(*(getattr(rows, name).tolist() for name in names), strict=True)
    return {row[0]: dict(zip(names, row, strict=True)) for row in columns}


# --- What followed ---


def _turns(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """Months in which a decision, a list, a copy or a sanction begins or ends, in one world or both."""
    copies = {one.name for one in case.scenario.regime.agencies}
    words = {one.name: one.said for one in case.scenario.regime.sanctions}
    rewards = {one.name for one in case.scenario.regime.sanctions if one.reward}
    found: dict[tuple[int, int, str, str, str], set[str]] = {}
    for world, history in (("base", base), ("error", error)):
        decision = [DECISIONS[int(value)] for value in history.decisions[:, person]]
        for month, (old, new) in enumerate(zip(["none", *decision], decision, strict=False)):
            if old != new:
                found.setdefault((month, 3, "decision", f"{new} (before: {old})", ""), set()).add(world)
        for place, what, names, bits in (
            (4, "list", history.list_names, history.lists_),
            (5, "sanction", history.sanction_names, history.sanctions_),
        ):
            for bit, name in enumerate(names):
                on = (bits[:, person] >> np.uint16(bit) & 1).astype(int)
                word = "copy" if name in copies else "reward" if name in rewards else what
                shown = words[name] if word == "sanction" else name.replace("_", " ")
                for month in np.flatnonzero(np.diff(on, prepend=0)).tolist():
                    found.setdefault((month, place, TURNS[word][on[month]], shown, name), set()).add(world)
    rights = {3: case.disclosure.notice_of_decision, 4: case.disclosure.list_membership, 5: True}
    for (month, place, what, detail, name), worlds in found.items():
        world = "both" if len(worlds) == 2 else next(iter(worlds))
        told = bool(rights[place]) and name not in case.scenario.regime.secret
        yield _event(month, place, world, what, detail, told)


def _titled(case: Case, kind: int) -> str:
    """The title of a kind of conduct, as it stands within a sentence."""
    title = case.scenario.conduct[kind].title
    return title[:1].lower() + title[1:]
