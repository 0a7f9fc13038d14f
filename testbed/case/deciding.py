"""How decisions come about: by the model itself, by cut-offs in points, by grades, or by shares of people; in words."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.case.case import Case
from testbed.models import by_person, higher_is

ITSELF = "made by the model itself"
IF_ANYBODY = "made by the model itself, if at all: the scenario has no cut-offs"


def decided_by(case: Case) -> str:
    """How the decisions of a case come about, in words.

    >>> from testbed.case import run_case
    >>> decided_by(run_case("rongcheng", people=1024, periods=2))
    'adverse if the grade is B or worse; favored if the grade is AA or better'
    >>> decided_by(run_case("joint-sanctions", people=1024, periods=2))
    'adverse if the score is less than 0'
    """
    model, scenario = case.scheme.scorer.model, case.scenario
    keys, cuts = scenario.keys(model), case.setting.cuts(model)
    if case.scheme.decide is None:
        return ITSELF if any(cuts.values()) else IF_ANYBODY
    worse = higher_is(model) == "worse"
    society = "this society" if by_person(model) else "the training society"
    said: list[str] = []
    for side, cut in cuts.items():
        if keys.get(side) == "grade" and "cutoff" in cut:
            what, where = (
                "the grade",
                f"{scenario.decide[side]['grade']} or {'worse' if side == 'adverse' else 'better'}",
            )
        elif cut:
            what, where = "the score", _where(side, cut, worse, society)
        else:
            continue
        said.append(f"{side} if {what} is {where}")
    return "; ".join(said)


def _where(side: str, cut: Mapping[str, float], worse: bool, society: str) -> str:
    """Where the scores of a side lie, in words. worse: whether a higher score is worse."""
    ((key, value),) = cut.items()
    if key != "cutoff":
        return f"among the {'worst' if side == 'adverse' else 'best'} {100 * value:.3g} % of {society}"
    if side == "adverse":
        return f"{'more' if worse else 'less'} than {value:.6g}"
    return f"{value:.6g} or {'less' if worse else 'more'}"
