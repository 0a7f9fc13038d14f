"""Anchors: what must hold in every run, whatever the scheme. A run whose anchors fail is void."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import combinations
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.case import Case
from testbed.history import History
from testbed.measure import measures
from testbed.models import Lottery
from testbed.statistics import expand, holm
from testbed.twins import Inject, Switch, replay
from testbed.world import World

FAMILY_WISE = 0.001
"""A fair run fails a statistical anchor at most so often, scheme and lottery together: half for each."""

REPLAYED = 64
"""Households that are replayed without any change where no wrong entry was drawn."""

ORACLE = "oracle"
ERRORS = "channels.errors"
Rows = list[dict[str, Any]]


class Verdict(TypedDict):
    """Whether an anchor holds, and what was seen, in one sentence."""

    name: str
    holds: bool
    detail: str


def anchors(case: Case, lottery: Case | None = None) -> tuple[Rows, list[Verdict]]:
    """The anchors of a case: rows of findings under the anchors' own names, and a verdict on each.

    The null twin, the faithful record, the oracle, and group labels redrawn. The lottery's own are checked
    where `case` is the lottery (its findings stand in the run already, so it adds no rows), or on
    `lottery`, the lottery in the same setting, whose rows are then added.
    """
    if type(case.model) is Lottery:  # and not a model of somebody's own that is made from it
        return [], lottery_holds(case)
    rows: Rows = []
    verdicts = [null_twin(case)]
    for made, verdict in (faithful(case), oracle(case), relabelled(case)):
        rows += made
        verdicts += verdict
    if lottery is not None:
        verdicts += lottery_holds(lottery)
        for name in ("error_gain", "adverse_rate"):
            rows += _rows(lottery, name, "lottery", lottery.scenario.name, _splits(lottery) if "rate" in name else ())
    return rows, verdicts


# --- The null twin -----------------------------------------------------------------------------------


def null_twin(case: Case) -> Verdict:
    """Run again with nothing changed, whole and household by household, and compare the bytes."""
    again = World(case.society, case.scheme, case.periods).run()
    if not same(case.history, again):
        return Verdict(name="null twin", holds=False, detail="the same world, run again, came out differently")
    if not case.separable:
        return Verdict(name="null twin", holds=True, detail="the world, run again, gave the same bytes")
    roots = case.twin(Inject()).roots
    if not len(roots):
        coin = sparse(case.seed, "anchor:null", pack(case.society.ids))
        roots = np.argsort(coin, kind="stable")[:REPLAYED]
    part = replay(case.society, case.scheme, case.history, roots)
    inside = np.isin(case.history.ledger.subject, part.people)
    holds = not part.links and _same_ledger(case.history, part.history, inside)
    for name in ("scores", "decisions", "deserved_", "lists_", "sanctions_"):
        holds &= _bytes(getattr(case.history, name)[:, part.people]) == _bytes(getattr(part.history, name))
    households = len(np.unique(case.society.household[part.people]))
    said = "gave the same bytes" if holds else "did not give the base world back"
    where = f"the world, run again, and {households} households, replayed without any error,"
    return Verdict(name="null twin", holds=bool(holds), detail=f"{where} {said}")


def same(one: History, other: History) -> bool:
    """Whether two histories are equal byte for byte: scores, decisions, lists, sanctions, entries and acts."""
    for name in ("scores", "decisions", "deserved_", "lists_", "sanctions_"):
        if _bytes(getattr(one, name)) != _bytes(getattr(other, name)):
            return False
    if not _same_ledger(one, other, np.ones(len(one.ledger), bool)):
        return False
    for mine, theirs in zip(one.acts, other.acts, strict=True):
        if any(not np.array_equal(getattr(mine, f.name), getattr(theirs, f.name)) for f in fields(mine)):
            return False
    return True


def _same_ledger(one: History, other: History, inside: np.ndarray) -> bool:
    columns = one.ledger.columns
    if int(inside.sum()) != len(other.ledger):
        return False
    return all(_bytes(column[inside]) == _bytes(other.ledger.columns[name]) for name, column in columns.items())


def _bytes(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array).tobytes()


# --- The faithful record -----------------------------------------------------------------------------


def faithful(case: Case) -> tuple[Rows, list[Verdict]]:
    """Channels without errors and nothing injected: every entry equals its shadow, and no decision is wrong.

    Where the case itself has no errors it is its own anchor, which adds no rows: they would be the scheme's own.
    """
    true = case.twin(Switch(ERRORS, False)) if case.scenario.errors else case
    history, ledger = true.history, true.history.ledger
    entries = int((ledger.real != ledger.shadow).sum() + (ledger.real & (ledger.end != ledger.shadow_end)).sum())
    wrong = int((history.decisions != history.deserved_).sum())
    rows: Rows = []
    for name in ("wrong_adverse_rate", "error_burden") if true is not case else ():
        rows += _rows(true, name, case.model_name, true.scenario.name)
    if entries == wrong == 0:
        rows = [row if row["why"] else {**row, "low": row["value"], "high": row["value"]} for row in rows]
    detail = (
        f"without channel errors {entries} of {len(ledger)} entries differ from their shadow and {wrong} of "
        f"{int(case.scored.sum()) * history.periods} decisions are wrong"
    )
    return rows, [Verdict(name="faithful record", holds=entries == wrong == 0, detail=detail)]


# --- The oracle --------------------------------------------------------------------------------------


def oracle(case: Case) -> tuple[Rows, list[Verdict]]:
    """Someone who knows all true misconduct and may decide as many people adversely bounds detection."""
    if "detection_recall" not in measures.names():
        return [], []
    precision, recall = (measures.get(f"detection_{name}")(case)[0] for name in ("precision", "recall"))
    budget, guilty = int(np.sum(precision.denominator)), int(np.sum(recall.denominator))  # type: ignore[union-attr]
    found = int(np.sum(recall.numerator))  # type: ignore[union-attr]
    hits = min(budget, guilty)
    rows: Rows = []
    for name, of, nobody in (
        ("precision", budget, "nobody is decided adversely"),
        ("recall", guilty, "nobody truly misbehaved"),
    ):
        made = measures.get(f"detection_{name}")
        value = hits / of if of else float("nan")
        rows.append({
            "scenario": case.scenario.name, "model": ORACLE, "measure": made.name, "harm": made.harm, "split": "all",
            "group": "all", "versus": "", "value": value, "low": value, "high": value, "unit": made.unit, "n": of,
            "why": "" if of else nobody,
        })  # fmt: skip
    detail = f"of {guilty} people who misbehaved the scheme found {found}, an oracle with as many decisions {hits}"
    return rows, [Verdict(name="oracle", holds=found <= hits, detail=detail)]


# --- Group labels redrawn ----------------------------------------------------------------------------


class Relabelled:
    """A case in which the labels of one attribute are redrawn at random at the unit to which it is assigned.

    Labels have the shares that they have in the case; nothing else differs.
    """

    def __init__(self, case: Case, attribute: str) -> None:
        self.case, self.attribute = case, attribute
        codes, self.levels = case.coded(attribute)
        unit = case.scenario.declared.variables[attribute].assigned_to
        society = case.society
        self.unit = {"household": society.household, "grid": society.grids}.get(unit, society.ids)
        self.shares = np.bincount(codes[case.scored], minlength=len(self.levels)) / max(int(case.scored.sum()), 1)
        coin = uniform(sparse(case.seed, f"anchor:labels:{attribute}", pack(self.unit)))
        self.codes = np.searchsorted(np.cumsum(self.shares)[:-1], coin, side="right")

    cells = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["case"], name)

    def coded(self, split: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """The redrawn labels."""
        return self.codes, self.levels


def relabelled(case: Case) -> tuple[Rows, list[Verdict]]:
    """The gap in adverse decisions between groups whose labels mean nothing, as the measures compute it."""
    rows: Rows = []
    tests: list[tuple[str, float]] = []
    for attribute in case.scenario.compared:
        view = Relabelled(case, attribute)
        found = _rows(view, "adverse_rate", case.model_name, _departure(case, attribute), [attribute])
        gaps = [row for row in found if row["measure"] == "adverse_gap" and row["versus"]]
        rows += gaps
        tests += [(f"{attribute} {row['group']}", chance_of(view, row)) for row in gaps if not row["why"]]
    return rows, [_verdict("labels redrawn", tests, "group labels redrawn at random")] if tests else []


def _departure(case: Case, attribute: str) -> str:
    base, _, inside = case.scenario.name.partition("{")
    said = sorted([*(one for one in inside.removesuffix("}").split(",") if one), f"labels.{attribute}=redrawn"])
    return f"{base}{{{','.join(said)}}}"


def chance_of(view: Relabelled, row: dict[str, Any]) -> float:
    """An upper bound on the chance of a gap as large, over redraws of the labels with the decisions as they are.

    Of the units in either group each is in g with probability q, alone. The gap times n_g n_r / n is the sum
    over units in g of (adverse - rate n), whose distribution is known.
    """
    g, r = (view.levels.index(row[side]) for side in ("group", "versus"))
    both = view.scored & np.isin(view.codes, (g, r))
    _, unit = np.unique(view.unit[both], return_inverse=True)
    adverse = np.bincount(unit, weights=view.history.decision(view.decided)[both] == -1)
    size = np.bincount(unit)
    members = int((view.codes[both] == g).sum()), int((view.codes[both] == r).sum())
    summed = row["value"] * members[0] * members[1] / sum(members)
    q = view.shares[g] / (view.shares[g] + view.shares[r])
    return tail(summed, adverse - adverse.sum() / size.sum() * size, q)


def tail(observed: float, weights: NDArray[np.float64], q: float) -> float:
    """Chernoff's bound on P(|sum of weights of a random subset| >= |observed|), each in it with probability q.

    `weights` sum to 0. Valid at any size, where a normal tail is too thin for a few heavy units.

    >>> round(tail(6.0, np.array([1.0] * 10 + [-1.0] * 10), 0.5), 3)
    0.042
    >>> tail(0.0, np.array([1.0, -1.0]), 0.5)
    1.0
    """
    values, many = np.unique(np.round(weights, 12), return_counts=True)
    spread = np.sqrt(q * (1 - q) * (many * values**2).sum())
    if observed == 0 or not spread > 0:
        return 1.0
    bound = 0.0
    for sign in (1.0, -1.0):
        t = sign * np.concatenate([np.linspace(0, 12, 481), np.geomspace(12, 400, 60)]) / spread
        cumulant = (np.logaddexp(np.log1p(-q), np.log(q) + np.outer(t, values)) * many).sum(axis=1)
        bound += float(np.exp(min(0.0, (cumulant - np.abs(t) * abs(observed)).min())))
    return min(bound, 1.0)


# --- The lottery -------------------------------------------------------------------------------------


def lottery_holds(case: Case) -> list[Verdict]:
    """The lottery: no error moves it, no record says anything of it, and it knows no groups."""
    verdicts = []
    twin = case.twin(Inject())
    if len(twin.roots):
        moved = any(
            _bytes(getattr(twin.history, one)) != _bytes(getattr(case.history, one)) for one in ("scores", "decisions")
        )
        said = f"{len(twin.roots)} wrong entries moved {'some' if moved else 'no'} score or decision of the lottery"
        verdicts.append(Verdict(name="lottery: error_gain 0", holds=not moved, detail=said))
    asked = case.questions
    own = _decided(case)
    others = _decided(case, records=case.records.set_axis(np.roll(case.records.index, 1)).sort_index())
    blind = bool(np.array_equal(own, others))
    said = f"with everybody given somebody else's record, {'no' if blind else 'some'} decision of the lottery differs"
    verdicts.append(Verdict(name="lottery: hidden 0", holds=blind, detail=said))
    first, second = _decided(case, coins=1), _decided(case, coins=2)
    case.questions = asked
    tests = list(_gaps(case))
    shares = _shares(case)
    differ = 1.0 - float((shares**2).sum())
    if differ > 0:
        n = len(first)
        seen = float((first != second).mean())
        chance = _binomial(round(seen * n), n, differ)
        tests.append(("randomness", chance))
        said = f"two askings differ {seen / differ:.3f} times as often as chance alone makes them"
    else:
        said = "the lottery decides everybody alike"
    verdict = _verdict("lottery: no gap, randomness 1", tests, "the lottery's gaps")
    return [*verdicts, Verdict(name=verdict["name"], holds=verdict["holds"], detail=f"{verdict['detail']}; {said}")]


def _decided(case: Case, *, coins: int = 0, records: pd.DataFrame | None = None) -> np.ndarray:
    made = case.ask(case.records if records is None else records, coins=coins).decision
    return np.zeros(len(case.records), np.int8) if made is None else made


def _shares(case: Case) -> NDArray[np.float64]:
    """The lottery's chances of adverse, none and favored: its scores are uniform, so its cut-offs are chances."""
    cuts = case.scheme.decide
    adverse = 0.0 if cuts is None or cuts.adverse is None else float(np.clip(cuts.adverse, 0, 1))
    favored = 0.0 if cuts is None or cuts.favored is None else 1 - float(np.clip(cuts.favored, 0, 1))
    return np.array([adverse, 1 - adverse - favored, favored])


def _gaps(case: Case) -> Iterator[tuple[str, float]]:
    """For each group of each split: how likely its number of adverse decisions is, by the lottery's own chance."""
    adverse = case.history.decision(case.decided) == -1
    chance = float(_shares(case)[0])
    for split in _splits(case):
        codes, levels = case.coded(split)
        for code, level in enumerate(levels):
            inside = case.scored & (codes == code)
            if inside.any():
                yield f"{split} {level}", _binomial(int((adverse & inside).sum()), int(inside.sum()), chance)


def _binomial(events: int, trials: int, chance: float) -> float:
    """Twice the smaller tail of a binomial count, at most 1."""
    from scipy.special import bdtr, bdtrc

    if chance <= 0 or chance >= 1:
        return 1.0 if events == trials * chance else 0.0
    below = float(bdtr(events, trials, chance))
    above = float(bdtrc(events - 1, trials, chance)) if events else 1.0
    return min(1.0, 2 * min(below, above))


# --- Around them -------------------------------------------------------------------------------------


def _verdict(name: str, tests: Sequence[tuple[str, float]], what: str) -> Verdict:
    """Holm's step-down over these tests at half of the family-wise level."""
    adjusted = holm(np.array([p for _, p in tests]))
    worst = int(np.argmin(adjusted))
    level = FAMILY_WISE / 2
    holds = bool(adjusted[worst] >= level)
    least = f"least corrected p {adjusted[worst]:.3g} of {len(tests)} tests ({tests[worst][0]})"
    return Verdict(name=name, holds=holds, detail=f"{what}: {least}, void under {level:g}")


def _splits(case: Case) -> list[str]:
    alone = list(case.scenario.compared)
    return [*alone, *("*".join(pair) for pair in combinations(alone, 2))]


def _rows(case: Any, name: str, model: str, scenario: str, splits: Sequence[str] = ()) -> Rows:
    """The rows of a measure without its p values, under these names; nothing where it is not registered."""
    if name not in measures.names():
        return []
    one = measures.get(name)
    found = expand(one, one(case), case, splits=splits, reference=case.scenario.reference)
    kept = [row for row in found if not row["measure"].split("[")[0].endswith(("_p", "_detectable"))]
    return [{"scenario": scenario, "model": model, **row} for row in kept]
