"""The recipe us-credit against the TransRisk tables, and the tables against Hardt, Price and Srebro (2016)."""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest

from synthetic import Population, Recipe
from synthetic.errors import InputError
from synthetic.export.margins import compare
from synthetic.recipes import FOLDER
from synthetic.source import READINGS, sources

RECIPE = Recipe.load("us-credit")
TABLES = FOLDER / "transrisk"
PEOPLE = 600_000
NOT_DELINQUENT = (0.759, 0.337, 0.568, 0.807)
"""Published shares of the four groups who are not delinquent (Hardt et al. 2016, and the tables)."""
BREAK_EVEN = 0.82
"""Share of loans repaid at which a lender neither gains nor loses (Hardt et al. 2016, section 6)."""


@pytest.fixture(scope="module")
def society():
    return Population(RECIPE, PEOPLE, seed=4).arrays()


@pytest.fixture(scope="module")
def curves():
    """Share at each score, share delinquent at each score: (198, 4) each; and people of each group."""
    cdf = RECIPE.tables["recipe.table_row.percent_at_or_below"].values
    bad = RECIPE.tables["recipe.delinquent.percent_delinquent"].values
    assert (cdf[:, 0] == bad[:, 0]).all()
    people = RECIPE.tables["recipe.community.people"].values[0]
    return np.diff(cdf[:, 1:], axis=0, prepend=0) / 100, bad[:, 1:] / 100, people


def test_the_tables_are_those_of_the_data_card():
    card = (TABLES / "README.md").read_text(encoding="utf-8")
    for name, digest in re.findall(r"`(\w+\.csv)` \| `([0-9a-f]{64})`", card):
        assert hashlib.sha256((TABLES / name).read_bytes()).hexdigest() == digest, name
    assert len(list(TABLES.glob("*.csv"))) == 3


@pytest.mark.parametrize("margin", RECIPE.margins, ids=lambda margin: margin.name)
def test_the_society_has_the_published_margin(margin):
    row = compare(Population(RECIPE, 200_000, seed=4)).set_index("margin").loc[margin.name]
    assert row["holds"], f"{row['found']:.5g} against {row['target']:.5g}"


@pytest.mark.parametrize("group", range(4))
def test_the_scores_of_a_community_follow_its_curve(society, curves, group):
    share, _, _ = curves
    mine = society["community"] == group
    points = RECIPE.tables["recipe.score.points"].values[:, 0]
    found = np.searchsorted(np.sort(society["score"][mine]), points, side="right") / mine.sum()
    # Dvoretzky, Kiefer and Wolfowitz: a larger distance than this has a chance of one in a million.
    assert np.abs(found - share[:, group].cumsum()).max() < np.sqrt(np.log(2e6) / (2 * mine.sum())) + 1e-4


@pytest.mark.parametrize("group", range(4))
def test_repayment_at_each_score_follows_the_curve_of_the_community(society, curves, group):
    _, bad, _ = curves
    mine = society["community"] == group
    row = np.searchsorted(RECIPE.tables["recipe.score.points"].values[:, 0], society["score"][mine])
    n = np.bincount(row, minlength=198)
    found = np.bincount(row, weights=society["delinquent"][mine], minlength=198)
    spread = np.sqrt(n * bad[:, group] * (1 - bad[:, group]))
    seen = spread > 2
    worst = np.abs(found - n * bad[:, group])[seen] / spread[seen]
    assert seen.sum() > 100
    assert worst.max() < 4.8
    assert (worst**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / seen.sum()))


def test_the_tables_give_the_published_shares_and_medians(curves):
    share, bad, _ = curves
    assert (share * (1 - bad)).sum(axis=0) == pytest.approx(NOT_DELINQUENT, abs=0.0005)
    points = RECIPE.tables["recipe.score.points"].values[:, 0]
    medians = [points[np.searchsorted(share[:, k].cumsum(), 0.5)] for k in range(4)]
    assert medians == [55, 20, 34, 55.5]


def hulls(curves):
    """For each group: its size, share who repay, and the upper hull of (bad loans granted, good loans granted)."""
    share, bad, people = curves
    made = []
    for k in range(4):
        good = (share[:, k] * (1 - bad[:, k]))[::-1].cumsum()
        lost = (share[:, k] * bad[:, k])[::-1].cumsum()
        x, y = np.append(0, lost / lost[-1]), np.append(0, good / good[-1])
        kept: list[int] = []
        for j in range(len(x)):
            while len(kept) > 1 and (y[kept[-1]] - y[kept[-2]]) * (x[j] - x[kept[-1]]) <= (y[j] - y[kept[-1]]) * (
                x[kept[-1]] - x[kept[-2]]
            ):
                kept.pop()
            kept.append(j)
        made.append((people[k], good[-1], x[kept], y[kept]))
    return made


def profits(curves):
    """Largest profit under each constraint as a share of the largest of all."""
    loss = BREAK_EVEN / (1 - BREAK_EVEN)
    groups = hulls(curves)

    def gain(k, lost, good):
        people, base, _, _ = groups[k]
        return people * (base * good - (1 - base) * lost * loss)

    share, bad, people = curves
    steps = np.linspace(0, 1, 20_001)
    best = sum(gain(k, x, y).max() for k, (_, _, x, y) in enumerate(groups))
    worth = (people * share * ((1 - bad) - bad * loss)).sum(axis=1)
    one_cut = worth[::-1].cumsum().max()
    same_good = sum(gain(k, np.interp(steps, y, x), steps) for k, (_, _, x, y) in enumerate(groups)).max()
    lowest = np.min([np.interp(steps, x, y) for _, _, x, y in groups], axis=0)
    same_both = sum(gain(k, steps, lowest) for k in range(4)).max()
    parity = 0
    for k, (_, base, x, y) in enumerate(groups):
        granted = base * y + (1 - base) * x
        parity = parity + gain(k, np.interp(steps, granted, x), np.interp(steps, granted, y))
    return [100 * each / best for each in (one_cut, same_good, same_both, parity.max())]


def test_what_each_constraint_costs_a_lender_is_as_published(curves):
    assert profits(curves) == pytest.approx((99.3, 92.8, 80.2, 69.8), abs=1)


def test_income_has_the_published_medians_and_follows_the_score_only_as_the_dial_says(society):
    names = ("majority", "minority_1", "minority_2", "minority_3")
    for k, name in enumerate(names):
        mine = society["income"][society["community"] == k]
        error = 1.2533 * 0.8 / np.sqrt(len(mine))
        assert np.log(np.median(mine) / RECIPE.dials[f"recipe.income.{name}"].value) == pytest.approx(0, abs=5 * error)
    first = society["community"] == 0
    r = np.corrcoef(np.log(society["income"][first]), society["score"][first])[0, 1]
    assert 0.25 < r < 0.32
    alone = Population(RECIPE.set({"recipe.income.with_score": 0}), 100_000, seed=4).arrays()
    first = alone["community"] == 0
    assert abs(np.corrcoef(np.log(alone["income"][first]), alone["score"][first])[0, 1]) < 5 / np.sqrt(first.sum())


def test_diligence_is_uniform_and_lower_among_the_delinquent(society):
    for k in range(4):
        mine = society["diligence"][society["community"] == k]
        counts = np.bincount((mine * 50).astype(int), minlength=50)
        expected = len(mine) / 50
        assert abs(((counts - expected) ** 2 / expected).sum() - 49) < 5 * np.sqrt(2 * 49)
    late = society["delinquent"]
    assert society["diligence"][late].mean() < society["diligence"][~late].mean() - 0.2


def test_truth_is_not_what_a_bureau_holds():
    assert Population(RECIPE, 10).truth == ("delinquent", "diligence")


def test_a_table_comes_from_a_file_or_from_the_text_not_both(tmp_path):
    text = FOLDER.joinpath("us_credit.toml").read_text()
    (tmp_path / "mine.py").write_text(FOLDER.joinpath("us_credit.py").read_text())
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match=r"totals\.csv: cannot be read"):
        Recipe.load(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_text(text.replace("skip = 1,", "skip = 1, values = [1],"))
    with pytest.raises(InputError, match="either values or a file"):
        Recipe.load(tmp_path / "mine.toml")
    (tmp_path / "transrisk").mkdir()
    for path in TABLES.glob("*.csv"):
        (tmp_path / "transrisk" / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "transrisk" / "totals.csv").open("a", newline="") as file:
        csv.writer(file).writerow(["SSA", "many"])
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(InputError, match="must be a list of numbers"):
        Recipe.load(tmp_path / "mine.toml")


@pytest.mark.parametrize("path", [*RECIPE.dials, *RECIPE.tables])
def test_no_number_is_inert(path):
    if path in RECIPE.dials:
        low, high = RECIPE.dials[path].range
        other = RECIPE.set({path: high if RECIPE.dials[path].value != high else low})
    else:
        table = RECIPE.tables[path]
        changed = replace(table, values=np.where(table.values > 50, table.values**0.9, table.values + 0.5))
        other = RECIPE.with_numbers(RECIPE.dials, {**RECIPE.tables, path: changed})
    name = path.split(".")[1]
    one, two = (Population(recipe, 5000, seed=4).arrays(names=[name])[name] for recipe in (RECIPE, other))
    assert (one != two).any()


def test_every_number_has_a_unit_a_source_and_a_reading():
    for number in [*RECIPE.dials.values(), *RECIPE.tables.values(), *RECIPE.margins]:
        assert number.unit
        assert number.source in sources()
        assert number.reading in READINGS
