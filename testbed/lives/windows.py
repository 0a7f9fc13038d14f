"""Two windows on one life in one month: what the operator sees, and what the person could see of it."""

# Any: the windows are a JSON object; its values are numbers, texts and lists.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from synthetic.ledger import INJECTED
from testbed.case import Case
from testbed.lives.events import DECISIONS, entry_channel

View = tuple[str, str, bool]
"""What is seen, as the operator sees it, and whether the person could see it too."""


def windows(case: Case, twin: Case, person: int, since: int | None) -> dict[str, Any]:
    """What operator and person see in the first month in which the wrong entry turns the person's decision.

    If it turns none: in the month of the entry; without an entry, in the last month. The world is that with the entry.
    `rows`: {what, operator, person}; person is "" for what the person cannot see.
    """
    differs = np.flatnonzero(case.history.decisions_[:, person] != twin.history.decisions_[:, person])
    month = int(differs[0]) if len(differs) else case.periods - 1 if since is None else int(since)
    views = [
        *_standing(twin, person, month),
        *_entries(twin, person, month),
        *_reasons(twin, person, month),
        *_held(twin, person, month),
        *_scheme(twin),
    ]
    rows = [{"what": what, "operator": seen, "person": seen if shown else ""} for what, seen, shown in views]
    return {"month": month, "rows": rows}


def _standing(case: Case, person: int, month: int) -> Iterator[View]:
    """Score, decision, lists, copies and sanctions."""
    rights, history, secret = case.disclosure, case.history, case.scenario.regime.secret
    score = float(history.scores[month, person])
    if np.isnan(score):
        yield "score", "out of scope", False
        return
    yield "score", f"{score:,.6g}", rights.own_score
    yield "decision", DECISIONS[int(history.decisions_[month, person])], rights.notice_of_decision
    copies = {one.name for one in case.scenario.regime.agencies}
    words = {one.name: one.said for one in case.scenario.regime.sanctions}
    rewards = {one.name for one in case.scenario.regime.sanctions if one.reward}
    for names, bits, shown in (
        (history.list_names, history.lists_, rights.list_membership),
        (history.sanction_names, history.sanctions_, True),
    ):
        for name in _on(names, int(bits[month, person])):
            plain = name.replace("_", " ")
            what = "copy held by" if name in copies else "list" if name not in words else "sanction"
            what = "reward" if name in rewards else what
            yield what, plain if name in rewards else words.get(name, plain), bool(shown) and name not in secret


def _on(names: Sequence[str], bits: int) -> list[str]:
    return [name for bit, name in enumerate(names) if bits >> bit & 1]


def _entries(case: Case, person: int, month: int) -> Iterator[View]:
    """The entries in force, as the operator reads them: whether one is true stands in none."""
    held = case.history.ledger
    mine = held.where(held.real & (held.subject == person) & (held.start <= month) & (month < held.end))
    for kind, channel, start, noticed in zip(mine.kind, mine.channel, mine.start, mine.noticed, strict=True):
        name = entry_channel(case) if channel == INJECTED else held.channels[channel]
        text = f"{case.scenario.conduct[kind].title}, by {name}, since month {int(start)}"
        yield "entry", text, bool(case.disclosure.own_record or 0 <= noticed <= month)


def _reasons(case: Case, person: int, month: int) -> Iterator[View]:
    """The reasons for the score. They are told with a decision that the rights cover."""
    if not case.scheme.row_wise or np.isnan(case.history.scores[month, person]):
        return
    asked = case.questions
    told = case.ask(case.records_of(np.array([person]), month), period=month, reasons=True).reasons
    case.questions = asked
    if told is None or not len(told):
        return
    rights, decision = case.disclosure, int(case.history.decisions_[month, person])
    shown = {-1: rights.reasons_adverse, 1: rights.reasons_favorable}.get(decision, False)
    for rule, weight in sorted(zip(told["rule"], told["contribution"], strict=True), key=lambda one: -abs(one[1])):
        yield "reason", f"{rule}: {weight:+.4g}", shown


def _held(case: Case, person: int, month: int) -> Iterator[View]:
    """The attributes that the operator holds. People know that it holds them if they see the record or the rules."""
    record = case.records_of(np.array([person]), month)
    shown = case.disclosure.own_record or case.disclosure.rules
    for name in case.scenario.held:
        if name in record:
            yield "held about the person", f"{name}: {record[name].iloc[0]}", shown


def _scheme(case: Case) -> Iterator[View]:
    """What the operator knows of the scheme itself."""
    rights = case.disclosure
    yield "rules", "the items that the scheme reads", rights.rules
    yield "rules", "the weight of each item", rights.weights
    yield "rules", "the scores at which decisions change", rights.cutoffs
