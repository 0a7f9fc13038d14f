"""Curves and grids: marks stand where the numbers say, and say them in words, shapes and dashes too."""

import math
import re
from xml.etree import ElementTree

import pytest

from testbed.report.numbers import Scale, scale
from testbed.report.plane import Cell, Line, Point, grid, plane

PERCENT = scale("rate")
NAMED = ("across it", "up it")


def parsed(svg):
    return ElementTree.fromstring(str(svg))


def of_class(svg, tag, name):
    return [one for one in parsed(svg).iter(tag) if name in (one.get("class") or "").split()]


def two():
    one = Line("north", [Point(0.0, 0.0), Point(0.5, 0.25), Point(1.0, 1.0), Point(0.25, 0.75, ringed=True)])
    return [one, Line("south", [Point(0.0, 0.5), Point(1.0, 0.5)])]


def test_points_stand_where_their_numbers_say():
    svg = plane("t", two(), PERCENT, PERCENT, named=NAMED)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in of_class(svg, "circle", "dot")][1:]
    (x0, y0), (xm, ym), (x1, y1), (xr, yr) = dots
    assert x0 < x1
    assert y0 > y1
    assert xm == pytest.approx((x0 + x1) / 2, abs=0.11)
    assert ym == pytest.approx(y0 + (y1 - y0) / 4, abs=0.11)
    assert (xr, yr) == pytest.approx((x0 + (x1 - x0) / 4, y0 + (y1 - y0) * 3 / 4), abs=0.11)
    drawn = of_class(svg, "polyline", "s0")[1].get("points")
    assert drawn == " ".join(f"{x:.1f},{y:.1f}" for x, y in dots[:3])
    (ring,) = of_class(svg, "circle", "ring")
    assert (float(ring.get("cx")), float(ring.get("cy"))) == (xr, yr)


def test_ticks_stand_at_the_numbers_they_name():
    svg = plane("t", two(), PERCENT, PERCENT, named=NAMED)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in of_class(svg, "circle", "dot")][1:]
    ticks = {one.text: (float(one.get("x")), float(one.get("y"))) for one in of_class(svg, "text", "tick")}
    assert ticks["100"][0] == pytest.approx(dots[2][0], abs=0.11) or ticks["100"][1] - 4 == pytest.approx(dots[2][1])
    across = [one for one in of_class(svg, "text", "tick") if one.get("text-anchor") == "middle"]
    assert [one.text for one in across] == ["0", "20", "40", "60", "80", "100"]
    assert float(across[0].get("x")) == pytest.approx(dots[0][0], abs=0.11)
    assert float(across[-1].get("x")) == pytest.approx(dots[2][0], abs=0.11)


def test_whiskers_run_from_low_to_high_and_the_diagonal_is_where_both_axes_agree():
    points = [Point(0.2, 0.3, 0.1, 0.5), Point(0.8, 0.7, 0.6, 0.9), Point(0.4, 0.4)]
    svg = plane("t", [Line("a", points)], Scale(), PERCENT, named=NAMED, diagonal=True)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in of_class(svg, "circle", "dot")][1:]
    whiskers = of_class(svg, "line", "whisker")
    assert len(whiskers) == 2
    per_unit = (dots[0][1] - dots[1][1]) / 0.4
    for one, (x, y), (down, up) in zip(whiskers, dots, ((0.2, 0.2), (0.1, 0.2)), strict=False):
        assert float(one.get("x1")) == x
        assert float(one.get("y1")) == pytest.approx(y + down * per_unit, abs=0.3)
        assert float(one.get("y2")) == pytest.approx(y - up * per_unit, abs=0.3)
    (line,) = of_class(svg, "line", "zero")
    share = (dots[2][0] - float(line.get("x1"))) / (float(line.get("x2")) - float(line.get("x1")))
    assert float(line.get("y1")) + share * (float(line.get("y2")) - float(line.get("y1"))) == pytest.approx(
        dots[2][1], abs=0.2
    )


def test_groups_differ_by_dash_and_shape_and_are_named():
    lines = [Line(f"group {number}", [Point(0, number), Point(1, number)]) for number in range(4)]
    svg = plane("t", lines, Scale(), Scale(), named=NAMED)
    dashes = {one.get("class"): one.get("stroke-dasharray") for one in of_class(svg, "polyline", "line")}
    assert len(set(dashes.values())) == 4
    kinds = {
        one.get("class"): (one.tag, len((one.get("points") or "").split()))
        for one in parsed(svg).iter()
        if "dot" in (one.get("class") or "")
    }
    assert len(set(kinds.values())) == 4
    assert [one.text for one in of_class(svg, "text", "label")] == ["group 0", "group 1", "group 2", "group 3"]


def test_a_drawing_tells_what_was_decided_and_what_its_axes_are_to_those_who_cannot_see_it():
    said = parsed(plane("Trade", two(), PERCENT, PERCENT, named=NAMED)).get("aria-label")
    assert said.startswith("Trade. Across: across it. Up: up it. north: 25 % across, 75 % up, among 3 other points;")


def test_a_cell_is_darker_where_its_number_is_higher_and_holds_its_number():
    cells = {
        ("a", "x"): Cell(0.1, 900),
        ("a", "y"): Cell(0.3, 800),
        ("b", "x"): Cell(0.2, 12, True),
        ("b", "y"): Cell(math.nan, 0, why="no people"),
    }
    svg = grid("t", ["a", "b"], ["x", "y"], cells, PERCENT)
    boxes = [one for one in of_class(svg, "rect", "cell") if one.get("fill-opacity")]
    shades = [float(one.get("fill-opacity")) for one in boxes]
    assert shades == [0.05, 0.5, pytest.approx(0.275)]
    numbers = [(one.text, float(one.get("x")), float(one.get("y"))) for one in of_class(svg, "text", "number")]
    assert [text for text, _, _ in numbers] == ["10.0", "30.0", "20.0"]
    for box, (_, x, y) in zip(boxes, numbers, strict=True):
        assert float(box.get("x")) < x < float(box.get("x")) + float(box.get("width"))
        assert float(box.get("y")) < y < float(box.get("y")) + float(box.get("height"))
    (small,) = of_class(svg, "rect", "small")
    assert small is not None
    assert "n 12, small" in str(svg)
    (none,) = of_class(svg, "rect", "none")
    assert none.get("fill-opacity") is None
    assert "b and y: not computed (no people)" in parsed(svg).get("aria-label")


@pytest.mark.parametrize("values", [[0.0, 0.0], [1e-12], [5.0], [1e9, 1e-9], [-3.0]])
def test_any_values_can_be_drawn(values):
    points = [Point(value, value, value, value) for value in values]
    cells = {("a", str(place)): Cell(value, 1) for place, value in enumerate(values)}
    for svg in (
        plane("t", [Line("l", points)], Scale(), PERCENT, named=NAMED, diagonal=True),
        grid("t", ["a"], [str(place) for place in range(len(values))], cells, PERCENT),
        grid("t", ["a"], ["x"], {("a", "x"): Cell(math.nan, 0)}, PERCENT),
    ):
        places = [value for part in parsed(svg).iter() for value in part.attrib.values()]
        assert not any(re.search(r"\b(nan|inf)\b", value) for value in places)


def test_names_are_escaped_and_cut():
    hostile = '"><script>x</script>&' * 5
    for svg in (
        plane(hostile, [Line(hostile, [Point(0, 1)])], Scale(), Scale(), named=(hostile, hostile)),
        grid(hostile, [hostile], [hostile], {(hostile, hostile): Cell(0.5, 1, why=hostile)}, PERCENT),
    ):
        assert "script" not in {node.tag for node in parsed(svg).iter()}
        assert "<script" not in svg
