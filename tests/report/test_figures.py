import math
import re
from xml.etree import ElementTree

import pytest

from testbed.findings.finding import frame
from testbed.report.drawing import ticks
from testbed.report.family_figures import figures
from testbed.report.figures import Curve, Mark, curve, dots, steps
from testbed.report.numbers import scale
from testbed.report.rows import Findings

RATE = scale("rate")


def places(svg):
    """The x of every circle and the ends of every whisker."""
    root = ElementTree.fromstring(str(svg))
    circles = [float(one.get("cx")) for one in root.iter("circle")]
    whiskers = [
        (float(one.get("x1")), float(one.get("x2"))) for one in root.iter("line") if "whisker" in one.get("class")
    ]
    return circles, whiskers


@pytest.mark.parametrize(("whole", "times"), [(True, 100), (False, 7)])
def test_a_very_long_whisker_is_cut_unless_the_figure_is_about_it(whole, times):
    marks = [Mark("run", 0.02, 0.01, 0.03), Mark("guesses", 0.01, -1.0, 1.0)]
    drawn = str(dots("gap", marks, scale("rate", comparison=True), zero=0.0, whole=whole))
    ends = re.findall(r'class="whisker s\d" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    short, long = (float(right) - float(left) for left, right in ends)
    assert long / short == pytest.approx(times, rel=0.25)


def test_a_dot_lies_on_its_whisker_and_a_larger_value_further_right():
    circles, whiskers = places(dots("t", [Mark("a", 0.1, 0.05, 0.2), Mark("b", 0.3, 0.25, 0.4)], RATE, zero=0.0))
    assert circles[0] < circles[1]
    assert all(low < x < high for x, (low, high) in zip(circles, whiskers, strict=True))


def test_a_value_that_was_not_computed_has_no_dot_but_its_reason():
    svg = dots("t", [Mark("a", math.nan, why="nobody appealed"), Mark("b", 0.3, 0.2, 0.4)], RATE)
    assert len(places(svg)[0]) == 1
    assert "nobody appealed" in svg
    assert "a: not computed" in svg


def test_infinite_ends_stay_inside_the_drawing():
    circles, whiskers = places(dots("t", [Mark("a", 0.3, 0.1, math.inf), Mark("b", 0.2, -math.inf, 0.3)], RATE))
    assert all(0 <= end <= 400 for pair in whiskers for end in pair)
    assert len(circles) == 2


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e-12], [5.0], [-3.0, -3.0], [1e9, 1e-9]])
def test_any_values_can_be_drawn(values):
    for figure in (
        dots("t", [Mark("m", value, value, value) for value in values], RATE, zero=0.0),
        curve("t", [Curve("c", [Mark(str(k), value) for k, value in enumerate(values)])], RATE),
        steps("t", [("base", values), ("error", values)], at=0),
    ):
        drawn = ElementTree.fromstring(str(figure))
        places = [value for part in drawn.iter() for value in part.attrib.values()]
        assert places
        assert not any(word in value.split() for value in places for word in ("nan", "inf", "-inf"))


def test_every_figure_tells_its_numbers_to_those_who_cannot_see_it():
    svg = dots("Gap", [Mark("minority", 0.019, 0.012, 0.026)], RATE)
    assert 'aria-label="Gap. minority: 1.9 (1.2 to 2.6)."' in svg
    assert 'role="img"' in svg


def test_names_are_escaped_in_drawings():
    hostile = '"><script>x</script>&'
    for svg in (
        dots(hostile, [Mark(hostile, math.nan, why=hostile)], RATE),
        curve(hostile, [Curve(hostile, [Mark(hostile, 0.1), Mark("b", 0.2)])], RATE),
        steps(hostile, [(hostile, [1.0, 2.0])]),
    ):
        assert "script" not in {node.tag for node in ElementTree.fromstring(str(svg)).iter()}
        assert "<script" not in svg


def test_series_differ_by_shape_as_well_as_by_color():
    svg = dots("t", [Mark(str(number), 0.1, series=number) for number in range(4)], RATE)
    shapes = re.findall(r'<(circle|rect|polygon) class="dot (s\d)"', str(svg))
    assert [name for _, name in shapes] == ["s0", "s1", "s2", "s3"]
    points = re.findall(r'points="([^"]*)"', str(svg))
    assert len({len(one.split()) for one in points}) == 2
    assert {kind for kind, _ in shapes} == {"circle", "rect", "polygon"}


def test_months_out_of_scope_are_a_gap_in_the_line():
    svg = steps("t", [("base", [1.0, math.nan, 2.0])])
    path = re.search(r' d="([^"]*)"', str(svg)).group(1)
    assert path.count("M") == 2
    assert "L" not in path


def test_ticks_are_round_and_inside():
    assert ticks(0.0, 0.03) == [0.0, 0.01, 0.02, 0.03]
    assert all(-0.7 <= tick <= 0.3 for tick in ticks(-0.7, 0.3))


def test_marks_of_the_same_group_say_in_which_qualifier_they_differ():
    cells = {"scenario": "s", "model": "m", "harm": "error propagation", "split": "community", "unit": "rate", "n": 90}
    names = ("error_burden", "error_burden[source=court]")
    rows = [
        {**cells, "measure": name, "group": group, "value": 0.1} for name in names for group in ("majority", "minority")
    ]
    (figure,) = figures(Findings(frame(rows), {"scenario": "s", "models": ["m"]}), "error propagation")
    texts = [one.text for one in ElementTree.fromstring(str(figure.svg)).iter("text") if one.get("class") == "label"]
    assert texts == [f"{group}, {of}" for of in ("any source", "source court") for group in ("majority", "minority")]


def test_marks_that_differ_by_their_group_alone_are_named_by_it():
    cells = {"scenario": "s", "model": "m", "harm": "error propagation", "split": "community", "unit": "rate", "n": 90}
    rows = [{**cells, "measure": "error_burden", "group": group, "value": 0.1} for group in ("majority", "minority")]
    (figure,) = figures(Findings(frame(rows), {"scenario": "s", "models": ["m"]}), "error propagation")
    texts = [one.text for one in ElementTree.fromstring(str(figure.svg)).iter("text") if one.get("class") == "label"]
    assert texts == ["majority", "minority"]
