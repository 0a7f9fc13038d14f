"""Figures from the curve table and from crossings: one per attribute or pair, each with its numbers beside it."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from testbed import audit_table
from testbed.findings.finding import frame
from testbed.report.curve_figures import crossings, curve_figures, doses, frontiers
from testbed.report.page import render
from testbed.report.rows import Findings


@pytest.fixture(scope="module")
def of_table():
    n = np.arange(4000)
    region, age = np.array(["north", "south"])[n % 2], np.array(["old", "young"])[n // 2 % 2]
    score = (n * 7919 % 4000) / 4000
    outcome = (n * 104_729 % 4000) / 4000 < np.where(n % 2, score, score**2)
    rare = np.where(n < 12, "few", age)
    table = pd.DataFrame({"region": region, "age": rare, "y": outcome, "s": score})
    return audit_table(table, groups=["region", "age"], outcome="y", score="s", threshold=0.6)


def drawn(findings):
    rows = Findings(findings, {"scenario": "table", "models": ["s"]})
    return {one.title: one for one in curve_figures(rows, findings.attrs["curves"])}


def test_each_attribute_has_a_figure_of_thresholds_and_one_of_calibration(of_table):
    assert list(drawn(of_table)) == [
        "What each threshold would do, by region",
        "What a score means, by region",
        "What each threshold would do, by age",
        "What a score means, by age",
    ]


def test_the_ringed_point_is_what_the_findings_say_was_decided(of_table):
    figure = drawn(of_table)["What each threshold would do, by region"]
    decided = {row[0]: row for row in figure.table[1] if row[1] == "decided"}
    for group in ("north", "south"):
        for place, measure in ((2, "false_positive_rate"), (3, "true_positive_rate")):
            rows = (of_table["measure"] == measure) & (of_table["split"] == "region") & (of_table["group"] == group)
            found = of_table.loc[rows, "value"].item()
            assert float(decided[group][place]) == pytest.approx(found, abs=5e-5)
    assert str(figure.svg).count('class="ring"') == 2


def test_the_data_of_a_figure_has_a_row_for_every_mark(of_table):
    for figure in drawn(of_table).values():
        head, body = figure.table
        groups = {row[0] for row in body}
        marks = str(figure.svg).count('class="dot')
        assert marks == len(body) + len(groups)  # the legend has one each
        assert all(len(row) == len(head) for row in body)


def test_a_diagonal_is_drawn_only_where_scores_can_be_shares(of_table):
    figure = drawn(of_table)["What a score means, by region"]
    assert 'class="zero"' in figure.svg
    assert "Dashed: the score equals the share." in figure.note
    points = of_table.attrs["curves"].replace("calibration,s,region,north,bin,9,", "calibration,s,region,north,bin,9,6")
    rows = Findings(of_table, {"scenario": "table", "models": ["s"]})
    other = next(one for one in curve_figures(rows, points) if one.title == "What a score means, by region")
    assert 'class="zero"' not in other.svg


def test_crossings_are_grids_of_the_rates_in_the_findings_with_small_cells_marked(of_table):
    rows = Findings(of_table, {"scenario": "table", "models": ["s"]})
    figures = {one.title: one for one in crossings(rows)}
    assert next(iter(figures)) == "Selection rate by region and age: share decided positively"
    figure = figures["Selection rate by region and age: share decided positively"]
    values = of_table.query("measure == 'selection_rate' and split == 'region*age' and group != '' and versus == ''")
    assert {row.value for row in figure.rows} == set(values["value"])
    for value in values["value"]:
        assert f">{100 * value:.1f}<" in str(figure.svg)
    assert str(figure.svg).count("cell small") == 2
    assert "n 6, small" in str(figure.svg)


def test_a_crossing_with_one_column_or_too_many_is_left_to_the_tables():
    def rates(groups):
        base = {"measure": "adverse_rate", "harm": "disparate impact", "split": "a*b", "versus": "", "unit": "rate"}
        numbers = {"value": 0.1, "low": 0.0, "high": 0.2, "n": 100, "why": "", "scenario": "x", "model": "m", "seed": 0}
        return Findings(frame([{**base, **numbers, "group": group} for group in groups]), {"scenario": "x"})

    assert list(crossings(rates(["p*q", "p*r"]))) == []
    assert list(crossings(rates([f"{a}*{b}" for a in range(9) for b in range(9)]))) == []
    assert len(list(crossings(rates([f"{a}*{b}" for a in range(9) for b in range(3)])))) == 1


def test_the_page_shows_the_figures_with_their_tables_and_without_curves_shows_none(of_table, parse):
    manifest = {"scenario": "table", "kind": "table", "models": ["s"], "compared": ["region", "age"]}
    text = render(of_table, manifest)
    page = parse(text)
    assert not page.unbalanced
    assert "What each threshold would do, by region" in page.text
    assert "curves.csv has the same rows" in page.text
    bare = of_table.copy()
    bare.attrs = {}
    assert "What each threshold would do" not in render(bare, manifest)


def rows_of(measure, harm, values, **more):
    base = {"harm": harm, "split": "all", "group": "all", "versus": "", "unit": "rate", "why": "", "n": 500, "seed": 0}
    return [
        {**base, "scenario": "x", "model": "m", "measure": measure.format(at), "value": value, "low": value - 0.01,
         "high": value + 0.01, **more}
        for at, value in values.items()
    ]  # fmt: skip


def test_the_frontier_has_a_point_per_coverage_with_its_benefit_and_its_harm():
    name = "benefit_harm_frontier_{}[coverage={}]"
    rows = rows_of(name.format("benefit", "{}"), "benefit", {0.25: 0.1, 0.5: 0.2, 1.0: 0.3})
    rows += rows_of(name.format("harm", "{}"), "benefit", {0.25: 0.05, 0.5: 0.06, 1.0: 0.09})
    rows += rows_of(name.format("dominated", "{}"), "benefit", {0.25: 0.0, 0.5: 0.0, 1.0: 0.0})
    info = {"benefit_harm_frontier": {"harm": "benefit", "qualifiers": {"benefit": "detection_recall", "harm": "h"}}}
    (figure,) = frontiers(Findings(frame(rows), {"scenario": "x", "measures": info}))
    assert figure.title == "What more coverage brings: detection recall and h"
    circles = [one for one in ElementTree.fromstring(str(figure.svg)).iter("circle") if one.get("class") == "dot s0"][
        1:
    ]
    across, up = ([float(one.get(side)) for one in circles] for side in ("cx", "cy"))
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)
    assert (up[1] - up[2]) / (up[0] - up[1]) == pytest.approx(3, abs=0.1)
    assert str(figure.svg).count('class="ring"') == 1
    assert len(figure.rows) == 6
    assert list(frontiers(Findings(frame(rows[:3]), {"scenario": "x", "measures": info}))) == []


def test_a_dose_response_is_drawn_over_its_rates_of_error():
    rows = rows_of("dose_response[times={}]", "error propagation", {2.0: 4.0, 0.0: 0.0, 1.0: 2.0}, unit="per 1,000")
    info = {"dose_response": {"harm": "error propagation", "qualifiers": {"of": "error_burden", "times": "grid"}}}
    (figure,) = doses(Findings(frame(rows), {"scenario": "x", "measures": info}))
    assert figure.title == "Error burden at more and fewer errors"
    (line,) = list(ElementTree.fromstring(str(figure.svg)).iter("polyline"))[1:]
    points = [tuple(map(float, one.split(","))) for one in line.get("points").split()]
    assert points == sorted(points)
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
    assert len(points) == 3
