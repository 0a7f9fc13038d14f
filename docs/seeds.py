"""What the seed essays say, held against published figures; and the other outside figures that can be computed.

    python docs/seeds.py

The tables of seeds.md are what this prints; the data stand in benchmarks/published/*.toml.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

COURT_LIST = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "court_list.py"))
published, monthly, in_july = (COURT_LIST[name] for name in ("published", "monthly", "in_july"))


def bounds(series: Sequence[Mapping[str, Any]], key: str, day: date) -> tuple[float, float]:
    """What a cumulative series allows on a day: the last value before it and the first after it."""
    rows = [row for row in series if key in row]
    before = [float(row[key]) for row in rows if row["date"] <= day]
    after = [float(row[key]) for row in rows if row["date"] >= day]
    return max(before, default=0.0), min(after, default=float("inf"))


def possible(series: Sequence[Mapping[str, Any]], key: str, day: date, value: float) -> bool:
    """Whether a cumulative series can have had this value on this day."""
    low, high = bounds(series, key, day)
    return low <= value <= high


def reached(series: Sequence[Mapping[str, Any]], key: str, value: float) -> date:
    """The day on which the series, in straight lines between its points, reached a value."""
    rows = [row for row in series if key in row]
    days = [row["date"].toordinal() for row in rows]
    first = date.fromordinal(days[0])
    place = np.interp(value, [float(row[key]) for row in rows], [day - days[0] for day in days])
    return first + timedelta(days=round(float(place)))


def attempts(series: Sequence[Mapping[str, Any]]) -> list[tuple[date, float]]:
    """Refused flights per person listed, on each day that has both figures."""
    return [(row["date"], float(row["flights"]) / float(row["listed"])) for row in series if "listed" in row]


def logistic(terms: Mapping[str, float], names: Sequence[str]) -> float:
    """1 / (1 + exp(-sum of the named terms))."""
    return float(1 / (1 + np.exp(-sum(terms[name] for name in names))))


def specificity(base: float, sensitivity: float, wrong: float) -> float:
    """The specificity at which a share `wrong` of all findings is wrong.

    wrong = (1 - base)(1 - specificity) / (that + base sensitivity), solved for the specificity.
    """
    return 1 - base * sensitivity * wrong / ((1 - base) * (1 - wrong))


def travel() -> Iterator[str]:
    """The essay's two figures, on its day and on the day that they were published for."""
    held = published("court-list")
    yield "| figure | on | the court's series allows | the essay's figure | possible |"
    yield "|---|---|---|---|---|"
    for key in ("flights", "trains"):
        value = float(held["essay"][key])
        for day in (held["essay"]["date"], held["corrected"]["date"]):
            low, high = bounds(held["series"], key, day)
            said = "yes" if possible(held["series"], key, day, value) else "no"
            yield f"| {key} refused, millions | {day} | {low:.2f} to {high:.2f} | {value:.2f} | {said} |"
    for key in ("flights", "trains"):
        day = reached(held["series"], key, float(held["essay"][key]))
        yield f"\nIn straight lines the series reaches the figure for {key} on {day}."


def listed() -> Iterator[str]:
    """Refused flights per listed person."""
    yield "| day | refused flights per person listed |"
    yield "|---|---|"
    for day, ratio in attempts(published("court-list")["series"]):
        yield f"| {day} | {ratio:.2f} |"


def refused() -> Iterator[str]:
    """Refused tickets per listed person-month, by period."""
    held = published("court-list")
    yield "| period | flights | trains | flights for each train |"
    yield "|---|---|---|---|"
    for flights, trains in zip(*(monthly(held["series"], key) for key in ("flights", "trains")), strict=True):
        one, other = flights[2], trains[2]
        yield f"| {flights[0]} to {flights[1]}, of all ever listed | {one:.3f} | {other:.4f} | {one / other:.1f} |"
    for place, whom in enumerate(("all ever listed", "those not known to have left")):
        one, other = (in_july(held, key)[place] for key in ("flights", "trains"))
        yield f"| July 2019, of {whom} | {one:.3f} | {other:.4f} | {one / other:.1f} |"


def others() -> Iterator[str]:
    """Outside figures of other systems."""
    held, court = published("systems"), published("court-list")
    yield "| what | computed | published |"
    yield "|---|---|---|"
    for person in held["ams"]["people"]:
        found = logistic(held["ams"]["terms"], person["terms"])
        yield f"| AMS, {person['who']} | {found:.4f} | {person['published']} |"
    midas = held["midas"]
    wrong = midas["reversed"]["value"] / midas["decided"]["value"]
    yield f"| MiDAS, share of the computer's findings reversed | {wrong:.4f} | 93 percent |"
    for base in (0.005, 0.01, 0.05):
        what = f"the specificity that gives it, at a base rate of {base:g} and a sensitivity of 0.9"
        yield f"| {what} | {specificity(base, 0.9, wrong):.4f} | none |"
    month = court["month"]
    grown = month["entered"]["value"] - month["left"]["value"]
    yield f"| the court's list, natural persons more in a month | {grown:,} | none |"
    screen = held["screening"]
    alarms = screen["passengers"]["value"] * screen["false_match"]["value"]
    yield f"| screening, false alarms a day at 1 in 1,000 | {alarms:.0f} | none |"
    right = screen["sought"]["value"] / (screen["sought"]["value"] + 7 * alarms)
    yield f"| screening, share of a week's alarms that is right | {right:.4f} | none |"


def main() -> None:
    """Print every table."""
    for table in (travel, listed, refused, others):
        print("\n".join(table()), end="\n\n")


if __name__ == "__main__":
    main()
