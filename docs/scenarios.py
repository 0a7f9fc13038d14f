"""What each scenario is about, in one figure, with the command that gives it.

16,384 people over 18 months, seed 0. The figures belong to the scenario and its assumed dials, not to any country.

    python docs/scenarios.py > docs/scenarios.txt
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from testbed import audit, claim

PEOPLE, PERIODS = 16_384, 18
MINORITY = {"split": "community", "group": "minority", "versus": "majority"}

FIGURES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "ams-2018": (
        "how much more often the same job seeker is in the lowest class as a woman",
        "counterfactual_effect",
        {"split": "sex", "group": "female", "versus": "male"},
    ),
    "rongcheng": ("wrong entries that turn a decision", "flip_rate", {}),
    "judgment-debtors": ("people of the household that one wrong entry touches", "error_reach[hop=household]", {}),
    "joint-sanctions": ("agencies that act on one wrong entry, of five", "error_agencies", {}),
    "suining-2010": ("months that the effects of one wrong entry last, of 12 that are left", "error_lifetime", {}),
    "dang": ("share of the file that its subject can see", "record_access", {}),
    "zhima-like": ("acquaintances whose score one wrong entry moves", "error_reach[hop=acquaintance]", {}),
    "corporate": ("people at the firm whom one wrong entry about its owner touches", "error_reach[hop=employer]", {}),
    "restaurant-hygiene": ("kitchens graded average or worse", "adverse_rate", {}),
    "health-code": ("red codes that true records would not give", "operator_error_rate", {}),
    "grid-and-cameras": (
        "how much more of what is decided on minority people is wrong",
        "operator_error_gap",
        MINORITY,
    ),
    "metro-sorting": ("extra checks that true records would not bring", "operator_error_rate", {}),
    "targeted-group": (
        "flagged of the minority beyond those of the same conduct",
        "adverse_gap_at_equal_conduct",
        MINORITY,
    ),
    "many-cities": ("people whom two cities decide differently, mean over pairs", "scheme_disagreement", {}),
    "robodebt-averaging": ("debts that true records would not raise", "operator_error_rate", {}),
    "midas-auto": ("findings of fraud that are right", "detection_precision", {}),
    "childcare-benefits": ("how much more often the same minority family owes", "counterfactual_effect", MINORITY),
    "essay-claims": ("rules that count what is no breach, or who one is", "out_of_scope_rules", {}),
}


def line(name: str) -> str:
    """The figure of a scenario, with its interval, the people behind it, and the command."""
    what, measure, row = FIGURES[name]
    plain = {"operator_error_gap": "operator_error_rate"}.get(measure, measure.split("[")[0])
    found = audit(name, people=PEOPLE, periods=PERIODS, measures=plain)
    own: Any = claim(found, measure, **row)
    command = f"testbed audit {name} --people {PEOPLE} --periods {PERIODS} --measures {plain}"
    limits = "no interval" if own.low != own.low else f"{own.low:.3f} to {own.high:.3f}"
    return f"{name}: {what}: {own.value:.3f} ({limits}; n {own.n})\n    {command}"


def main() -> None:
    """Print a figure for each scenario named, or for all."""
    for name in sys.argv[1:] or FIGURES:
        print(line(name), flush=True)


if __name__ == "__main__":
    main()
