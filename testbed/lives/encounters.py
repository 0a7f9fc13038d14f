"""What one person meets in both worlds: reasons, refusals, debts, and the parties that see their status."""

# Any: pandas gives the cells of a row as values of any type.
from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from testbed.case import Case
from testbed.history import History
from testbed.regimes import debts, parties, refusals

Fact = TypeVar("Fact")
Attempts = tuple[dict[tuple[int, str], int], dict[tuple[int, str], int]]
"""Refused attempts in the base and in the error world, by (month, gate)."""


def at_gates(case: Case, base: History, error: History, person: int) -> Attempts:
    """Refused attempts of the person in both worlds."""
    return _by_gate(case, base, person), _by_gate(case, error, person)


def _by_gate(case: Case, history: History, person: int) -> dict[tuple[int, str], int]:
    rows = refusals(history, case.scenario.regime, case.people, case.seed, among=[person])
    columns = (rows[name].tolist() for name in ("month", "gate", "attempts"))
    return {(month, gate): many for month, gate, many in zip(*columns, strict=True)}


def refused(case: Case, held: Attempts) -> Iterator[tuple[int, str, str, str]]:
    """Refused attempts as events (month, world, what, detail), one per month and gate."""
    titles = {gate.name: gate.title for gate in case.scenario.regime.gates}
    for month, gate in sorted(set(held[0]) | set(held[1])):
        for world, times in _worlds(*(found.get((month, gate)) for found in held)):
            yield month, world, f"refused: {titles[gate]}", _times(times)


def refused_in_all(case: Case, held: Attempts) -> dict[str, dict[str, int]]:
    """The number of refused attempts by gate and world; a gate without any is left out."""
    totals = {
        gate.title: {
            world: sum(many for (_, name), many in found.items() if name == gate.name)
            for world, found in zip(("base", "error"), held, strict=True)
        }
        for gate in case.scenario.regime.gates
    }
    return {title: worlds for title, worlds in totals.items() if any(worlds.values())}


def reasons(case: Case, twin: Case, person: int) -> Iterator[tuple[int, str, str, str]]:
    """The reasons that the person is told when a decision turns adverse or favored: (month, world, what, detail).

    Only those that the rights grant, and the three of largest weight. A model that scores people together gives none
    here, because it cannot be asked about one person.
    """
    held = [_reasons(one, person) for one in (case, twin)] if case.scheme.row_wise else [{}, {}]
    for month in sorted(set(held[0]) | set(held[1])):
        for world, said in _worlds(*(found.get(month) for found in held)):
            yield month, world, "reasons told", said


def _reasons(case: Case, person: int) -> dict[int, str]:
    """The reasons that are told, by the month in which a decision turns."""
    granted = {-1: case.disclosure.reasons_adverse, 1: case.disclosure.reasons_favorable}
    decisions = case.history.decisions_[:, person].tolist()
    found = {}
    for month, (old, new) in enumerate(zip([0, *decisions], decisions, strict=False)):
        if new == old or not granted.get(new, False):
            continue
        record = case.records_of(np.array([person]), month)
        asked = case.questions
        told = case.ask(record, period=month, reasons=True).reasons
        case.questions = asked
        if told is not None and len(told):
            rows = sorted(zip(told["rule"], told["contribution"], strict=True), key=lambda row: (-abs(row[1]), row[0]))
            found[month] = ", ".join(f"{rule} {weight:+.4g}" for rule, weight in rows[:3])
    return found


def owed(case: Case, base: History, error: History, person: int) -> Iterator[tuple[int, str, str, str]]:
    """Debts raised against the person: (month, world, what, detail)."""
    units = {one.name: one.raised.unit.split(" per ")[0] for one in case.scenario.regime.debts}
    held = []
    for history in (base, error):
        rows = debts(history, case.scenario.regime, among=[person])
        held.append({(row["month"], row["debt"]): row for row in rows.to_dict("records")})
    for month, name in sorted(set(held[0]) | set(held[1])):
        said = [None if row is None else _debt(row, units[name]) for row in (one.get((month, name)) for one in held)]
        for world, text in _worlds(*said):
            yield month, world, f"debt raised: {name.replace('_', ' ')}", text


def _debt(row: Mapping[Hashable, Any], unit: str) -> str:
    penalty = f" and a penalty of {row['penalty']:,.0f}" if row["penalty"] else ""
    cancelled = f", {row['cancelled']:,.0f} cancelled" if row["cancelled"] else ""
    return f"{row['raised']:,.0f} {unit}{penalty}; {row['taken']:,.0f} taken by the end of the run{cancelled}"


def seen_by(case: Case, history: History, person: int) -> dict[str, int]:
    """The months in which each party, other than person and operator, sees that the person is sanctioned."""
    found: dict[str, int] = {}
    sanctions = history.sanctions_[:, person]
    for party in parties(case.scenario.regime):
        bits = (1 << bit for bit, one in enumerate(case.scenario.regime.sanctions) if party in one.audience)
        found[party] = int(np.count_nonzero(sanctions & np.uint16(sum(bits))))
    return {party: months for party, months in found.items() if months}


def secret(case: Case, base: History, error: History, person: int) -> list[str]:
    """The lists, copies and sanctions of the person in either world that are kept secret from them, in words."""
    regime = case.scenario.regime
    copies = {one.name for one in regime.agencies}
    words = {one.name: one.said for one in regime.sanctions}
    found = []
    for names, bits in (("list_names", "lists_"), ("sanction_names", "sanctions_")):
        for bit, name in enumerate(getattr(base, names)):
            on = any((getattr(history, bits)[:, person] >> np.uint16(bit) & 1).any() for history in (base, error))
            if on and name in regime.secret:
                plain = name.replace("_", " ")
                copy = f"the copy of {plain}" if name in copies else f"list {plain}"
                found.append(words.get(name, copy))
    return found


def _worlds(base: Fact | None, error: Fact | None) -> Iterator[tuple[str, Fact]]:
    """Two facts with their worlds: one fact for both worlds, or one for each."""
    if base is not None and base == error:
        yield "both", base
        return
    for world, fact in (("base", base), ("error", error)):
        if fact is not None:
            yield world, fact


def _times(many: int) -> str:
    return {1: "once", 2: "twice"}.get(many, f"{many} times")
