"""A figure shows the numbers of the findings, says what it shows, and can be read without color."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib import colors as names_of_colors
from matplotlib import pyplot

from testbed import InputError, Scenario, plot
from testbed.findings import frame
from testbed.plot.drawing import COLORS, DASHES, MARKS

matplotlib.use("agg")

PAIR = {"split": "community", "group": "minority", "versus": "majority", "harm": "disparate impact", "unit": "rate"}
EVERYBODY = {"split": "all", "group": "all", "harm": "opacity", "unit": "rate"}
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""What is seen of linear red, green and blue: Machado, Oliveira and Fernandes (2009), table of severity 1."""


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def case():
    return Scenario.load("rongcheng").run(people=2048, periods=9)


def made(rows, *, models=("mine",)):
    found = frame([{**row, "model": model} for model in models for row in rows], scenario="town")
    found.attrs["audited"] = [("town", model) for model in models]
    return found


@pytest.fixture
def findings():
    gaps = [
        {"measure": "adverse_gap", "value": 0.02, "low": 0.01, "high": 0.04, "n": 90, **PAIR},
        {"measure": "wrong_adverse_gap", "value": -0.01, "n": 80, **PAIR},
        {"measure": "spurious_gap", "value": float("nan"), "why": "too few people", "n": 0, **PAIR},
        {"measure": "adverse_gap", "value": 0.3, "low": 0.2, "high": 0.4, "n": 9, **PAIR, "split": "sex", "group": "f",
         "versus": "m"},
    ]  # fmt: skip
    known = [
        {"measure": f"{name}[k={k}]", "value": value, "low": value - 0.1, "high": value + 0.1, "n": 50, **EVERYBODY}
        for name in ("unpredictability", "hidden")
        for k, value in ((0, 0.9), (10, 0.8), (100, 0.5))
    ]
    return made([*gaps, *known])


def lines(ax):
    """The points of every drawn line, without the empty ones of the key."""
    return [np.asarray(line.get_xydata(), float) for line in ax.lines if len(line.get_xdata())]


def test_a_gap_stands_where_its_number_is_with_its_interval(findings):
    ax = plot.gap(findings)
    drawn = lines(ax)
    assert any(np.allclose(one, [[2.0, 0]]) for one in drawn)  # percentage points
    assert any(np.allclose(one[:, 0], [1.0, 4.0]) and (one[:, 1] == 0).all() for one in drawn)
    assert any(np.allclose(one, [[-1.0, 1]]) for one in drawn)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "adverse gap (n = 90)", "wrong adverse gap (n = 80)", "spurious gap (n = 0)"
    ]  # fmt: skip
    assert "too few people" in " ".join(text.get_text() for text in ax.texts)


def test_a_value_without_an_interval_is_hollow_and_the_key_says_so(findings):
    ax = plot.gap(findings)
    (hollow,) = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_xdata()[0] == -1.0]
    assert hollow.get_markerfacecolor() == "white"
    assert "no interval" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_title_says_who_is_compared_and_a_wanted_split_is_drawn(findings):
    assert "minority than majority people" in plot.gap(findings).get_title(loc="left").replace("\n", " ")
    assert "f than m people" in plot.gap(findings, split="sex").get_title(loc="left")


def test_models_stand_in_one_row_with_marks_of_their_own(findings):
    both = made(findings[findings["split"] == "community"].drop(columns=["model", "scenario"]).to_dict("records"),
                models=("one", "two"))  # fmt: skip
    ax = plot.gap(both, measures=["adverse_gap"])
    dots = [line for line in ax.lines if len(line.get_xdata()) == 1 and np.isclose(line.get_xdata()[0], 2.0)]
    assert len(dots) == 2
    assert len({line.get_marker() for line in dots}) == len({line.get_color() for line in dots}) == 2
    assert {"one", "two"} <= {text.get_text() for text in ax.get_legend().get_texts()}


def test_the_lines_of_what_is_hidden_are_the_values_by_k(findings):
    ax = plot.hidden(findings)
    curves = [one for one in lines(ax) if len(one) == 3]
    assert len(curves) == 2
    for one in curves:
        np.testing.assert_allclose(one[:, 1], [90, 80, 50])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "10", "100"]
    assert ax.get_ylim()[1] >= 100


def test_axes_that_are_given_are_drawn_on(findings):
    _, (left, right) = pyplot.subplots(1, 2)
    assert plot.gap(findings, left) is left
    assert plot.hidden(findings, ax=right) is right


def test_a_case_is_measured_for_the_figure(case):
    from testbed.plot.reading import measured

    found = measured(case, ["adverse_rate"])
    (row,) = found[(found["measure"] == "adverse_gap") & (found["split"] == "sex")].itertuples()
    drawn = lines(plot.gap(case, measures=["adverse_gap"], split="sex"))
    assert any(np.allclose(one, [[row.value * 100, 0]]) for one in drawn)
    reach = measured(case, ["error_reach"])
    total = reach[(reach["measure"] == "error_reach") & (reach["split"] == "all")]["value"].item()
    assert any(np.allclose(one, [[total, 0]]) for one in lines(plot.cascade(case)))


def test_a_life_is_two_lines_of_scores_that_part_at_the_entry(case):
    from testbed.lives import life

    told = life(case)
    ax = plot.life(told)
    base, error = [one for one in lines(ax) if len(one) == case.periods + 1]
    at = told["root_period"]
    np.testing.assert_array_equal(base[:at], error[:at])
    assert (base[at:, 1] != error[at:, 1]).any()
    assert f"person {told['person']}" in ax.get_title(loc="left")
    assert plot.life(case, person=told["person"]).get_title(loc="left") == ax.get_title(loc="left")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda one: plot.gap(one, split="sx"), "did you mean 'sex'"),
        (lambda one: plot.frontier(one), "no rows of benefit"),
        (lambda one: plot.life(one), "a life needs a Case"),
        (lambda one: plot.hidden(one, model="x"), "unknown model 'x'"),
        (lambda one: plot.gap(one[:0]), "no rows"),
        (lambda one: plot.gap([1]), "found list"),
        (lambda one: plot.gap(one, measures=["spurious_gap"]), "too few people"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(findings, call, said):
    with pytest.raises(InputError, match=said):
        call(findings)


def test_a_name_is_drawn_as_it_is_and_never_read_as_a_formula(findings):
    strange = made(findings.drop(columns=["model", "scenario"]).to_dict("records"), models=("$x^2$\x1b[1m", "two"))
    ax = plot.gap(strange)
    ax.get_figure().canvas.draw()
    assert r"\$x^2\$ [1m" in {text.get_text() for text in ax.get_legend().get_texts()}


@pytest.mark.parametrize("kind", BLIND)
def test_colors_are_told_apart_by_people_with_any_color_blindness(kind):
    def seen(color):
        red = np.array(names_of_colors.to_rgb(color))
        linear = np.where(red <= 0.04045, red / 12.92, ((red + 0.055) / 1.055) ** 2.4)
        return lab(np.clip(np.array(BLIND[kind]) @ linear, 0, 1))

    distances = [np.linalg.norm(seen(a) - seen(b)) for a, b in combinations(COLORS[:4], 2)]
    assert min(distances) > 20  # a difference in CIELAB of 2.3 can just be seen
    assert len(set(MARKS)) == len(set(DASHES)) == len(COLORS)


def lab(linear):
    """CIELAB coordinates of linear red, green and blue, white D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
