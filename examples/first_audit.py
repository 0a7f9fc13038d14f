"""A first audit: a scenario, two models, and the same scenario with one right granted.

python examples/first_audit.py
"""

from __future__ import annotations

from testbed import Scenario, audit

PEOPLE = 5_000


def main(people: int = PEOPLE) -> None:
    """Print what one wrong entry does under a rule book, a lottery, and without channel errors."""
    scenario = Scenario.load("rongcheng")
    print(f"{scenario.title}: {len(scenario.dials)} dials, for example")
    for path in ("regime.family.share", "channels.cameras.false_match"):
        dial = scenario.dials[path]
        print(f"  {path} = {dial.value} {dial.unit} ({dial.reading}, {dial.source})")

    measures = ["flip_rate", "error_reach[hop=household]"]
    findings = audit(scenario, ["rongcheng", "logistic"], people=people, measures=measures, anchors=True)
    everybody = findings[(findings["split"] == "all") & (findings["scenario"] == "rongcheng")]
    for row in everybody[everybody["measure"].isin(measures)].itertuples():
        print(f"{row.model:>10} {row.measure}: {row.value:.2f} ({row.low:.2f} to {row.high:.2f}, n = {row.n})")

    faithful = audit(scenario, people=people, dials={"channels.errors": "off"}, measures="wrong_adverse_rate")
    wrong = faithful[faithful["split"] == "all"].iloc[0]
    print(f"without channel errors, wrong adverse decisions among those who deserve none: {wrong['value']:g}")


if __name__ == "__main__":
    main()
