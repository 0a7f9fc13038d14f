"""On how many people each scheme decides, beside the share that its scenario declares for other models.

20,000 people, the scenario's own months, seed 0, the decisions of the last month.

    python docs/shares.py [SCENARIO ...]
"""

from __future__ import annotations

import sys

import numpy as np

from testbed.case import Case, Setting
from testbed.scenarios import SHARES, Scenario, names

PEOPLE = 20_000
CODES = {"adverse": -1, "favored": 1}


def lines(name: str) -> list[str]:
    """For each side that a scenario cuts by points: how it is cut, the scheme's share, and the declared share."""
    scenario = Scenario.load(name)
    cut = {side: spec for side, spec in scenario.decide.items() if {"cutoff", "grade"} & set(spec)}
    if not cut:
        return []
    case = Case.of(Setting(scenario, people=PEOPLE))
    decision = np.asarray(case.history.decision(case.periods - 1))[case.scored]
    made = []
    for side, spec in cut.items():
        at = f"grade {spec['grade']}" if "grade" in spec else f"{spec['cutoff']:.4g}"
        share = (decision == CODES[side]).mean()
        declared = spec.get(SHARES[side], "none")
        made.append(f"| {name} | {side} | {at} | {share:.5f} | {declared} |")
    return made


def main() -> None:
    """Print the table."""
    print("| scenario | side | cut at | scheme's share | file's share |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or names():
        for line in lines(name):
            print(line, flush=True)


if __name__ == "__main__":
    main()
