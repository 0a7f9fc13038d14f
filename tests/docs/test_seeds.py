"""The check of the seed essays: published figures, computed again, and what the page says of them."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

from synthetic.source import check_source

ROOT = Path(__file__).parents[2]
SEEDS = runpy.run_path(str(ROOT / "docs" / "seeds.py"))
COURT, SYSTEMS = SEEDS["published"]("court-list"), SEEDS["published"]("systems")
PAGE = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")


def _named(table: object, where: str) -> list[str]:
    """Every table with a number of its own names a source and a reading that exist."""
    found = []
    if isinstance(table, dict):
        if "value" in table or "source" in table:
            found.append(check_source(table, where)[0])
        found += [source for key, part in table.items() for source in _named(part, f"{where}.{key}")]
    elif isinstance(table, list):
        found += [source for place, part in enumerate(table) for source in _named(part, f"{where}[{place}]")]
    return found


@pytest.mark.parametrize("name", ["court-list", "systems"])
def test_every_published_figure_names_a_source_and_a_reading(name: str) -> None:
    assert len(_named(SEEDS["published"](name), name)) >= 6


@pytest.mark.parametrize("key", ["flights", "trains"])
def test_the_essays_day_is_impossible_and_the_corrected_day_is_not(key: str) -> None:
    series, value = COURT["series"], float(COURT["essay"][key])
    assert not SEEDS["possible"](series, key, COURT["essay"]["date"], value)
    assert SEEDS["possible"](series, key, COURT["corrected"]["date"], value)


@pytest.mark.parametrize("key", ["flights", "trains"])
def test_a_cumulative_series_never_falls(key: str) -> None:
    values = [row[key] for row in sorted(COURT["series"], key=lambda row: row["date"]) if key in row]
    assert values == sorted(values)


def test_attempts_per_listed_person_rise_over_the_years() -> None:
    ratios = [round(ratio, 2) for _, ratio in SEEDS["attempts"](COURT["series"])]
    assert ratios == [0.91, 1.35, 1.52, 1.88]


def test_per_listed_person_month_refused_flights_rise_and_trains_fall() -> None:
    flights, trains = ([rate for *_, rate in SEEDS["monthly"](COURT["series"], key)] for key in ("flights", "trains"))
    assert flights == sorted(flights)
    assert trains[0] > 2 * max(trains[1:])
    for key in ("flights", "trains"):
        low, high = SEEDS["in_july"](COURT, key)
        assert low < high < 1.5 * low


@pytest.mark.parametrize("person", SYSTEMS["ams"]["people"], ids=lambda person: person["who"])
def test_the_ams_formula_gives_the_published_chances(person: dict[str, object]) -> None:
    found = SEEDS["logistic"](SYSTEMS["ams"]["terms"], person["terms"])
    assert abs(found - float(str(person["published"]))) <= 0.5001 * 10 ** -int(str(person["decimals"])) + 1e-9


def test_the_computer_of_michigan_was_wrong_in_93_of_100_findings() -> None:
    wrong = SYSTEMS["midas"]["reversed"]["value"] / SYSTEMS["midas"]["decided"]["value"]
    assert round(wrong, 4) == 0.9348
    for base in (0.005, 0.01, 0.05):
        found = SEEDS["specificity"](base, 0.9, wrong)
        false, right = (1 - base) * (1 - found), base * 0.9
        assert false / (false + right) == pytest.approx(wrong)


def test_the_list_grows_by_the_difference_of_its_flows() -> None:
    assert COURT["month"]["entered"]["value"] - COURT["month"]["left"]["value"] == 79_961


def test_a_low_base_rate_makes_most_alarms_false() -> None:
    screen = {key: part["value"] for key, part in SYSTEMS["screening"].items()}
    alarms = screen["passengers"] * screen["false_match"]
    assert alarms == pytest.approx(60)
    assert screen["sought"] / (screen["sought"] + 7 * alarms) < 0.02


def test_with_other_base_rates_and_like_precision_false_positive_rates_must_differ() -> None:
    with (ROOT / "testbed" / "data" / "compas_counts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for group in {row["race"] for row in rows}:
        n = {(int(row["two_year_recid"]), int(row["high"])): int(row["n"]) for row in rows if row["race"] == group}
        base = (n[1, 0] + n[1, 1]) / sum(n.values())
        precision, missed = n[1, 1] / (n[1, 1] + n[0, 1]), n[1, 0] / (n[1, 0] + n[1, 1])
        implied = base / (1 - base) * (1 - precision) / precision * (1 - missed)
        assert implied == pytest.approx(n[0, 1] / (n[0, 1] + n[0, 0]))
        found[group] = implied
    assert max(found.values()) - min(found.values()) > 0.2


def test_the_page_says_what_the_script_prints() -> None:
    for table in ("travel", "listed", "refused", "others"):
        for line in SEEDS[table]():
            assert line.strip() in PAGE, line
