"""A sweep shows what was asked for, of what was audited, side by side and as curves over its dial."""

import math
from xml.etree import ElementTree

import pytest

from testbed.findings.finding import frame
from testbed.report.page import render
from testbed.report.plaintext import columns
from testbed.report.rows import Findings, said_point
from testbed.report.sweeps import HEADLINES, shown, side_by_side, swept

DIAL = "channels.court.false_match"
PAIR = {"split": "community", "group": "minority", "versus": "majority"}


def cells(measure, value, *, model="m", harm="disparate impact", split="all", group="all", **more):
    low, high = more.pop("low", value - 0.01), more.pop("high", value + 0.01)
    base = {"model": model, "measure": measure, "harm": harm, "split": split, "group": group, "unit": "rate", "n": 900}
    return base | {"value": value, "low": low, "high": high} | more


def made(values=("0", "0.01", "0.04"), models=("m",), dial=DIAL):
    """Findings of a sweep: the numbers of step k are k tenths and some; anchors carry numbers that nothing may show."""
    steps = [f"town{{{dial}={value}}}" for value in values]
    rows = []
    for k, step in enumerate(steps):
        for place, model in enumerate(models):
            at = 0.1 * k + 0.02 * place
            rows += [
                {"scenario": step, **cells("adverse_rate", at + 0.1, model=model)},
                {"scenario": step, **cells("adverse_rate", at + 0.3, model=model, split="sex", group="male")},
                {"scenario": step, **cells("adverse_gap", at + 0.2, model=model, **PAIR)},
                {"scenario": step, **cells("adverse_gap_p", 0.5, model=model, unit="p", **PAIR)},
                {"scenario": step, **cells("error_reach", at + 0.4, model=model, harm="error propagation")},
                {"scenario": step, **cells("error_reach[hop=kin]", at + 0.05, model=model, harm="error propagation")},
            ]
        rows.append({"scenario": step, **cells("adverse_rate", 0.777, model="lottery")})
        inside = f"{step[:-1]},channels.errors=off}}"
        rows += [{"scenario": inside, **cells(name, 0.777)} for name in ("wrong_adverse_rate", "adverse_rate")]
    manifest = {
        "kind": "sweep",
        "scenario": "town",
        "steps": steps,
        "points": [{dial: value} for value in values],
        "models": list(models),
        "compared": ["community"],
        "measures": {"adverse_rate": {"harm": "disparate impact", "gap": "adverse_gap"}},
    }
    return frame(rows), manifest


def text(findings, manifest, *wanted):
    return "\n".join(side_by_side(Findings(findings, manifest), wanted))


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (["adverse_rate"], ["adverse_rate"]),
        (["error_reach", "adverse_rate"], ["adverse_rate", "error_reach"]),
        (["error_reach[hop=kin]"], ["error_reach[hop=kin]"]),
        (["adverse_*"], ["adverse_rate"]),
        (["adverse_gap"], ["adverse_gap"]),
        (["adverse_gap_p"], ["adverse_gap_p"]),
        ([], ["adverse_rate"]),
    ],
)
def test_exactly_what_was_asked_is_shown_and_never_an_anchor(wanted, titles):
    findings, manifest = made()
    assert [place[0] for place in shown(Findings(findings, manifest), wanted)] == titles
    said = text(findings, manifest, *wanted)
    assert "0.777" not in said
    assert "wrong_adverse_rate" not in said
    assert {line.split()[0] for line in said.splitlines() if line} == {DIAL, "0", "0.01", "0.04"}


def test_where_no_headline_was_measured_the_first_numbers_over_everybody_are_shown():
    findings, manifest = made()
    rest = findings[findings["measure"].str.startswith("error_reach")]
    places = shown(Findings(rest, manifest), [])
    assert [place[0] for place in places] == ["error_reach", "error_reach[hop=kin]"]
    assert not {place[0] for place in places} & set(HEADLINES)


def test_a_number_stands_beside_its_dial_with_interval_and_count_for_every_model():
    findings, manifest = made(models=("m", "other"))
    lines = text(findings, manifest, "adverse_rate").splitlines()
    assert lines[0].split() == [DIAL, "model", "adverse_rate"]
    assert [line.split()[:3] for line in lines[1:3]] == [["0", "m", "0.1"], ["0", "other", "0.12"]]
    assert lines[1].endswith("0.1 (0.09 to 0.11, n 900)")


def test_tables_stay_within_80_columns_and_whoever_is_compared_is_named():
    findings, manifest = made()
    said = text(findings, manifest, "adverse_rate", "adverse_gap", "error_reach")
    assert "adverse_gap (community: minority versus majority)" in said
    assert max(map(columns, said.splitlines())) <= 80
    assert len(said.split("\n\n")) > 1


def test_what_is_undefined_says_why():
    findings, manifest = made()
    rows = [*findings.to_dict("records")]
    rows[0] |= {"value": math.nan, "low": math.nan, "high": math.nan, "why": "nobody was drawn"}
    said = text(frame(rows), manifest, "adverse_rate").splitlines()
    assert said[1].split() == ["0", "undefined"]
    assert said[-1] == "undefined: nobody was drawn"


def places(svg):
    """The points of the first line that is drawn over the axes, and how many whiskers there are."""
    root = ElementTree.fromstring(str(svg))
    lines = [one.get("points") for one in root.iter("polyline")]
    whiskers = [one for one in root.iter("line") if "whisker" in one.get("class")]
    points = [tuple(map(float, point.split(","))) for point in lines[-1].split()]
    return points, len(whiskers)


def test_each_number_is_a_curve_over_the_dial_at_its_true_distances_with_whiskers_and_its_data():
    findings, manifest = made()
    figures = list(swept(Findings(findings, manifest), "disparate impact", ["adverse_rate", "error_reach"]))
    assert [one.title for one in figures] == [f"Adverse rate, over {DIAL}"]
    points, whiskers = places(figures[0].svg)
    xs, ys = zip(*points, strict=True)
    assert (xs[2] - xs[0]) / (xs[1] - xs[0]) == pytest.approx(4, abs=0.05)
    assert ys[0] > ys[1] > ys[2]
    assert whiskers == 3
    assert [row.value for row in figures[0].rows] == pytest.approx([0.1, 0.2, 0.3])


def test_a_dial_of_words_gets_a_place_for_each_and_no_line_between():
    findings, manifest = made(("on", "off"), dial="channels.errors")
    (figure,) = swept(Findings(findings, manifest), "disparate impact", ["adverse_rate"])
    assert 'points=""' in str(figure.svg)
    names = [one.text for one in ElementTree.fromstring(str(figure.svg)).iter("text")]
    assert {"on", "off"} <= set(names)
    assert str(figure.svg).count('class="whisker') == 2


def test_models_and_other_dials_are_lines_of_one_figure():
    findings, manifest = made(("0", "1"), models=("m", "other"))
    other = findings.assign(scenario=findings["scenario"].str.replace("{", "{b=2,"))
    both = frame([*findings.to_dict("records"), *other.to_dict("records")])
    steps = [*manifest["steps"], *(step.replace("{", "{b=2,") for step in manifest["steps"])]
    points = [{DIAL: value, "b": b} for b in ("1", "2") for value in ("0", "1")]
    manifest |= {"steps": steps, "points": points}
    (figure,) = swept(Findings(both, manifest), "disparate impact", ["adverse_rate"])
    for name in ("b=1, m", "b=1, other", "b=2, m", "b=2, other"):
        assert name in str(figure.svg)


def test_a_value_that_could_not_be_computed_is_named_and_not_drawn():
    findings, manifest = made()
    rows = findings.to_dict("records")
    rows[0] |= {"value": math.nan, "low": math.nan, "high": math.nan, "why": "nobody was drawn"}
    (figure,) = swept(Findings(frame(rows), manifest), "disparate impact", ["adverse_rate"])
    assert "Not computed at 0: nobody was drawn." in figure.note
    assert len(places(figure.svg)[0]) == 2
    assert len(figure.rows) == 3


def test_the_page_of_a_sweep_holds_the_curve_and_short_labels_and_no_other_page_does(parse):
    findings, manifest = made()
    page = parse(render(findings, manifest | {"arguments": {"measures": ["adverse_rate"]}}))
    assert f"Adverse rate, over {DIAL}" in page.text
    assert "false_match=0.01: male" in page.text
    assert page.unbalanced == []
    alone = findings[findings["scenario"] == manifest["steps"][0]]
    assert ", over " not in parse(render(alone, {"scenario": manifest["steps"][0], "models": ["m"]})).text


def test_dials_whose_last_words_are_the_same_are_named_in_full():
    assert said_point({"a.miss": "0", "b.hit": "1"}) == "miss=0, hit=1"
    assert said_point({"a.miss": "0", "b.miss": "1"}) == "a.miss=0, b.miss=1"
