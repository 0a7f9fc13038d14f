"""The clauses of a regime in words, each as a heading and a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from testbed.regimes.base import ListClause, Regime, Sanction

REACHED = {
    "none": "nobody else",
    "children": "the children of the household",
    "household": "the whole household",
    "kin": "kin, a month later",
    "colleagues": "colleagues, a month later",
    "acquaintances": "acquaintances, a month later",
}


def clauses(regime: Regime) -> Iterator[tuple[str, str]]:
    """(heading, sentence) of every clause that holds more than a number.

    >>> from testbed.regimes.reading import load_regime
    >>> dict(clauses(load_regime("rongcheng-lists")))["agency bank"]
    'copies blacklist after 1 month, drops its copy 1 month late'
    """
    for one in regime.lists:
        yield f"list {one.name}", _list(one, regime) + _secret(one.secret)
    for agency in regime.agencies:
        delay, forgets = (_number(regime.value(agency.name, key), "month") for key in ("delay", "forgets"))
        said = f"copies {agency.copies} after {delay}, drops its copy {forgets} late"
        yield f"agency {agency.name}", said + _secret(agency.secret)
    for sanction in regime.sanctions:
        yield ("reward " if sanction.reward else "sanction ") + sanction.name, _sanction(sanction, regime)
    for gate in regime.gates:
        wait = gate.wait and f"; a queue of {regime.value(gate.name, 'wait'):g} minutes, and a fast lane"
        whom = {"all": "everybody", "adults": "adults", "children": "children"}[gate.who]
        asks = f"{regime.value(gate.name, 'attempts'):g} {gate.attempts.unit}"
        yield f"gate {gate.name}", f"{gate.title}: {whom}, {asks}{wait or ''}"
    for debt in regime.debts:
        raised, penalty, months = (regime.value(debt.name, key) for key in ("raised", "penalty", "months"))
        said = f"by {debt.by}: {raised:,.0f} {debt.raised.unit}, {penalty:g} times that as a penalty"
        yield f"debt {debt.name}", f"{said}, taken back in {_number(months, 'month')}"
    if regime.misused is not None:
        aim = f", aimed at {regime.misused.column} {regime.misused.level}" if regime.misused.column else ""
        yield "misuse", f"officials enter {regime.misused.kind.replace('_', ' ')} without cause{aim}"
    if regime.coupled:
        yield "coupled", "people compete for places or in a queue, so the effects of one entry are run one by one"


def _list(one: ListClause, regime: Regime) -> str:
    after, times = (regime.value(one.name, key) for key in ("after", "times"))
    if one.source:
        when = [f"after {_number(after, 'month')} on {one.source}"] if one.after else []
        when += [f"on {one.source} for the {_nth(times)} time"] if one.times else []
        said = " and ".join(when)
    else:
        said = f"{'adverse' if one.enter < 0 else 'favored'} decision"
        said += f", {_number(after, 'month')} in a row" if one.after and after > 1 else ""
    quota = f"; places for {regime.value(one.name, 'quota'):.4g} of the scored" if one.quota else ""
    return f"{said}; at least {_number(regime.value(one.name, 'stay'), 'month')}{quota}"


def _sanction(one: Sanction, regime: Regime) -> str:
    said = [f"by {one.by}", f"reaches {REACHED[one.reach]}" + ("" if one.subject else ", not the person")]
    if one.adults:
        said.append("adults only")
    if one.gate:
        said.append(f"{'opens the lane of' if one.reward else 'closes'} gate {one.gate}")
    if one.raises:
        rates = (f"{kind} x {regime.value(one.name, kind, 1.0):g}" for kind in one.raises)
        said.append(f"rates: {', '.join(rates)}")
    if one.audience:
        said.append(f"seen by {', '.join(one.audience)}")
    if not regime.in_force(one):
        said.append("switched off")
    where = f" ({one.where})" if one.where else ""
    return "; ".join([*said, f"{one.reading}, {one.source}{where}"]) + _secret(one.secret)


def _secret(secret: bool) -> str:
    return "; the person is not told" if secret else ""


def _number(value: float, noun: str) -> str:
    return f"{value:g} {noun}{'' if value == 1 else 's'}"


def _nth(times: float) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(int(times), f"{int(times)}th")
