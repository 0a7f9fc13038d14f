"""The lottery: no error moves it, no record changes it, and it knows no groups."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.runs.anchors.verdicts import Verdict, bytes_of, judged_together, splits_and_crossings
from testbed.twins import Inject


def lottery_holds(case: Case) -> list[Verdict]:
    """Check that no error moves the lottery, that it reads no record, and that it knows no groups."""
    return [*_errors_move_nothing(case), _reads_no_record(case), _knows_no_groups(case)]


def _errors_move_nothing(case: Case) -> list[Verdict]:
    """Check that no score or decision changes with the wrong entries; nothing if there are none."""
    twin = case.twin(Inject())
    if not len(twin.roots):
        return []
    moved = any(
        bytes_of(getattr(twin.history, one)) != bytes_of(getattr(case.history, one)) for one in ("scores", "decisions_")
    )
    said = f"{len(twin.roots)} wrong entries moved {'some' if moved else 'no'} score or decision of the lottery"
    return [Verdict(name="lottery: error_gain 0", holds=not moved, detail=said)]


def _reads_no_record(case: Case) -> Verdict:
    """Check that decisions stay the same if each person is given the record of another."""
    asked = case.questions
    own = _decided(case)
    others = _decided(case, records=case.records.set_axis(np.roll(case.records.index, 1)).sort_index())
    blind = bool(np.array_equal(own, others))
    case.questions = asked
    said = f"if each person is given the record of another, {'no' if blind else 'some'} decision of the lottery differs"
    return Verdict(name="lottery: hidden 0", holds=blind, detail=said)


def _knows_no_groups(case: Case) -> Verdict:
    """Check that adverse decisions by group, and two askings of everyone, differ as often as chance says."""
    asked = case.questions
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
        said = f"two askings differ {seen / differ:.3f} times as often as by chance"
    else:
        said = "the lottery decides the same for everyone"
    verdict = judged_together("lottery: no gap, randomness 1", tests, "the lottery's gaps")
    return Verdict(name=verdict["name"], holds=verdict["holds"], detail=f"{verdict['detail']}; {said}")


def _decided(case: Case, *, coins: int = 0, records: pd.DataFrame | None = None) -> NDArray[np.int8]:
    """Return one decision per record; all 0 if the model decides nothing."""
    made = case.ask(case.records if records is None else records, coins=coins).decision
    return np.zeros(len(case.records), np.int8) if made is None else made


def _shares(case: Case) -> NDArray[np.float64]:
    """Return the chances of adverse, none and favored: the scores are uniform, so the cut-offs are chances."""
    cuts = case.scheme.decide
    adverse = 0.0 if cuts is None or cuts.adverse is None else float(np.clip(cuts.adverse, 0, 1))
    favored = 0.0 if cuts is None or cuts.favored is None else 1 - float(np.clip(cuts.favored, 0, 1))
    return np.array([adverse, 1 - adverse - favored, favored])


def _gaps(case: Case) -> Iterator[tuple[str, float]]:
    """Give, for each group of each split, the p value of its number of adverse decisions."""
    adverse = case.history.decision(case.decided) == -1
    chance = float(_shares(case)[0])
    for split in splits_and_crossings(case):
        codes, levels = case.coded(split)
        for code, level in enumerate(levels):
            inside = case.scored & (codes == code)
            if inside.any():
                yield f"{split} {level}", _binomial(int((adverse & inside).sum()), int(inside.sum()), chance)


def _binomial(events: int, trials: int, chance: float) -> float:
    """Return twice the smaller tail of a binomial count, at most 1."""
    from scipy.special import bdtr, bdtrc

    if chance <= 0 or chance >= 1:
        return 1.0 if events == trials * chance else 0.0
    below = float(bdtr(events, trials, chance))
    above = float(bdtrc(events - 1, trials, chance)) if events else 1.0
    return min(1.0, 2 * min(below, above))
