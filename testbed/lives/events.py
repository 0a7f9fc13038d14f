"""The events of one life by month: acts, entries, notices, decisions, lists, sanctions, refusals and debts."""

# Any: an event is a JSON object; its values are numbers, texts and flags.
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from synthetic.ledger import CAUSES, INJECTED, ORIGINS, Ledger
from testbed.case import Case
from testbed.history import History
from testbed.lives.encounters import Attempts, owed, reasons, refused

Event = dict[str, Any]
DECISIONS = {-1: "adverse", 0: "none", 1: "favored"}
SAID = {
    "faithful": "true",
    "false_match": "wrong: mistaken for another person",
    "collision": "wrong: about another person of the same name",
    "duplicate": "wrong: entered twice",
    "injected": "wrong: the entry that only one world has",
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
"""The words for the end and the beginning of each."""


def events_of(case: Case, twin: Case, person: int, gates: Attempts) -> list[Event]:
    """The events of a person in both worlds, by month and in the order of a month.

    gates: the refused attempts of the person in both worlds.
    """
    base, error = case.history, twin.history
    met = (refused(case, gates), owed(case, base, error, person))
    told = [(3, *one) for one in reasons(case, twin, person)] + [(5, *one) for found in met for one in found]
    return _in_order(
        [
            *_acts(case, base, error, person),
            *_entries(case, base, error, person),
            *_turns(case, base, error, person),
            *(_event(month, place, world, what, detail, True) for place, month, world, what, detail in told),
        ]
    )


def entry_channel(case: Case) -> str:
    """The first channel that records the kind of conduct in the wrong entry."""
    kind = case.scenario.error.kind
    return next((channel.name for channel in case.scenario.channels if kind in channel.kinds), "")


def _in_order(events: list[Event]) -> list[Event]:
    """The events by month; within a month: acts, entries, notices, decisions, lists, sanctions, ends of entries."""
    inside = sorted(events, key=lambda event: (event["period"], event["place"]))
    return [{name: value for name, value in event.items() if name != "place"} for event in inside]


def _event(period: int, place: int, world: str, what: str, detail: str, visible: bool) -> Event:
    return {"period": int(period), "place": place, "world": world, "what": what, "detail": detail, "visible": visible}


def _world(base: object, error: object) -> str:
    return "both" if base is not None and error is not None else "base" if error is None else "error"


# --- What happened ---


def _acts(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """The true acts of the person, and how each was recorded."""
    held = [_done(history, person) for history in (base, error)]
    for key in sorted(set(held[0]) | set(held[1])):
        ours = [found.get(key) for found in held]
        for fate in dict.fromkeys(one for one in ours if one is not None):
            world = "both" if ours[0] == ours[1] else "base" if ours[0] == fate else "error"
            yield _event(key[0], 0, world, f"act: {_titled(case, key[1])}", fate, True)


def _done(history: History, person: int) -> dict[tuple[int, int, int], str]:
    """How each true act of the person was recorded, by (month, kind, k)."""
    ledger = history.ledger
    mine = ledger.where(ledger.author == person)
    found = {}
    for acts in history.acts_:
        for place in np.flatnonzero(acts.person == person):
            kind, k = int(acts.kind[place]), int(acts.k[place])
            rows = mine.where((mine.period == acts.period) & (mine.kind == kind) & ((mine.id >> 8 & 1023) == k))
            found[(int(acts.period), kind, k)] = _recorded(rows, person, history.periods)
    return found


def _recorded(rows: Ledger, person: int, periods: int) -> str:
    """How an act was recorded, from the entries that go back to it."""
    if not len(rows):
        return "not covered by any channel"
    strayed = rows.real & (rows.subject != person)
    if strayed.any():
        return f"recorded about person {int(rows.subject[strayed][0])} instead"
    if not rows.real.any():
        return "missed by the channel that covers it"
    first = int(np.flatnonzero(rows.real)[0])
    if rows.start[first] >= periods:
        return f"not yet recorded by {rows.channels[rows.channel[first]]} when the run ends"
    return f"recorded by {rows.channels[rows.channel[first]]} in month {int(rows.start[first])}"


# --- What was recorded ---


def _entries(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """The entries about the person as they are made, noticed, contested and ended, in one world or both."""
    held = [_mine(history.ledger, person, case.periods) for history in (base, error)]
    for key in sorted(set(held[0]) | set(held[1])):
        ours = [found.get(key) for found in held]
        entry = ours[1] if ours[1] is not None else ours[0]
        assert entry is not None
        channel = entry_channel(case) if entry["channel"] == INJECTED else base.ledger.channels[entry["channel"]]
        what, world = f"entry by {channel}: {_titled(case, entry['kind'])}", _world(*ours)
        said = SAID[ORIGINS[entry["origin"]]]
        open_file = case.disclosure.own_record or case.disclosure.notice_of_entry
        yield _event(entry["start"], 1, world, what, said, bool(open_file or entry["noticed"] == entry["start"]))
        if 0 <= entry["noticed"] < case.periods:
            contested = "the person learns of it and contests it" if entry["filed"] else "the person learns of it"
            yield _event(entry["noticed"], 2, world, what, contested, True)
        if entry["end"] < case.periods:
            told = bool(open_file or 0 <= entry["noticed"] <= entry["end"])
            yield _event(entry["end"], 6, world, what, ENDS[CAUSES[entry["end_cause"]]], told)


def _mine(ledger: Ledger, person: int, periods: int) -> dict[int, dict[str, int]]:
    """The entries about the person by id; an entry has the same fate in both worlds."""
    rows = ledger.where((ledger.subject == person) & ledger.real & (ledger.start < periods))
    names = ("id", "start", "end", "end_cause", "kind", "channel", "origin", "noticed", "filed")
    columns = zip(*(getattr(rows, name).tolist() for name in names), strict=True)
    return {row[0]: dict(zip(names, row, strict=True)) for row in columns}


# --- What followed ---


def _turns(case: Case, base: History, error: History, person: int) -> Iterator[Event]:
    """The months in which a decision, a list, a copy or a sanction begins or ends, in one world or both."""
    copies = {one.name for one in case.scenario.regime.agencies}
    words = {one.name: one.said for one in case.scenario.regime.sanctions}
    rewards = {one.name for one in case.scenario.regime.sanctions if one.reward}
    found: dict[tuple[int, int, str, str, str], set[str]] = {}
    for world, history in (("base", base), ("error", error)):
        decision = [DECISIONS[int(value)] for value in history.decisions_[:, person]]
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
    """The title of a kind of conduct, in lower case for use within a sentence."""
    title = case.scenario.conduct[kind].title
    return title[:1].lower() + title[1:]
