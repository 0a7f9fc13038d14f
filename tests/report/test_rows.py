import math

from testbed.findings.finding import frame
from testbed.report.finding_row import owner, parts
from testbed.report.rows import Findings


def test_a_row_is_numbered_as_its_line_in_the_file(findings, manifest):
    rows = Findings(findings, manifest).rows
    assert [row.number for row in rows] == list(range(1, len(findings) + 1))
    assert all(row.measure == findings["measure"][row.number - 1] for row in rows)


def test_suffixes_and_qualifiers_are_taken_apart_unless_the_name_is_registered():
    assert parts("adverse_gap_p_holm") == ("adverse_gap", "_p_holm", {})
    assert parts("hidden[k=100]") == ("hidden", "", {"k": "100"})
    assert parts("error_p", ["error_p"]) == ("error_p", "", {})


def test_a_gap_belongs_to_the_rate_whose_difference_it_is():
    info = {"adverse_rate": {}, "mean_score": {}, "selection_rate": {"gap": "statistical_parity_difference"}}
    assert owner("adverse_gap", info) == "adverse_rate"
    assert owner("mean_score_gap", info) == "mean_score"
    assert owner("statistical_parity_difference", info) == "selection_rate"
    assert owner("echo", info) == "echo"


def test_rows_of_anchors_are_never_taken_for_the_schemes(findings, manifest):
    rows = Findings(findings, manifest)
    assert {row.model for row in rows.audited} == {"rongcheng"}
    assert {row.scenario for row in rows.audited} == {"rongcheng"}
    assert {row.model for row in rows.anchors} == {"lottery", "oracle", "rongcheng"}
    assert len(rows.audited) + len(rows.anchors) == len(findings)


def test_the_lottery_stands_beside_the_row_of_the_same_people(findings, manifest):
    rows = Findings(findings, manifest)
    row = next(row for row in rows.audited if row.measure == "adverse_gap")
    beside = rows.beside(row)
    assert (beside.model, beside.group, beside.versus, beside.value) == ("lottery", "minority", "majority", 0.0004)
    assert (
        rows.beside(next(row for row in rows.audited if row.measure == "echo_p" or row.name == "record_access")) is None
    )


def test_the_lottery_stands_beside_others_when_it_is_audited_itself(findings, manifest):
    rows = Findings(findings, {**manifest, "models": ["rongcheng", "lottery"]})
    row = next(row for row in rows.audited if row.measure == "flip_rate" and row.model == "rongcheng")
    assert rows.beside(row).value == 0.0
    assert rows.beside(rows.beside(row)) is None


def test_a_headline_is_the_first_group_of_the_first_compared_attribute_not_the_largest_gap():
    cells = {
        "scenario": "s",
        "model": "m",
        "measure": "adverse_gap",
        "harm": "disparate impact",
        "unit": "rate",
        "n": 500,
    }
    made = [
        ("sex", "female", "male", 0.9),
        ("community", "b", "a", 0.01),
        ("community", "c", "a", 0.5),
    ]
    rows = [{**cells, "split": s, "group": g, "versus": v, "value": x, "low": x, "high": x} for s, g, v, x in made]
    manifest = {"scenario": "s", "models": ["m"], "compared": ["community", "sex"]}
    assert Findings(frame(rows), manifest).pick("adverse_gap", ("s", "m")).group == "b"


def test_of_several_seeds_the_pooled_row_speaks():
    cells = {
        "scenario": "s",
        "model": "m",
        "measure": "flip_rate",
        "harm": "error propagation",
        "unit": "rate",
        "n": 50,
    }
    cells |= {"split": "all", "group": "all"}
    rows = [{**cells, "value": value, "seed": seed} for seed, value in ((-1, 0.5), (0, 0.4), (1, 0.6))]
    found = Findings(frame(rows), {"scenario": "s", "models": ["m"]})
    assert found.pick("flip_rate", ("s", "m")).value == 0.5
    assert [row.seed for row in found.rows if found.on_page(row)] == [-1]


def test_small_numbers_are_marked_and_exact_ones_are_not(findings, manifest):
    rows = Findings(findings, manifest).rows
    few = next(row for row in rows if row.group == "female")
    rare = next(row for row in rows if row.name == "reason_coverage")
    exact = next(row for row in rows if row.exact)
    assert few.small == "small: under 30 people"
    assert rare.small == "small: under 10 events or non-events"
    assert exact.small == ""
    assert all(not row.small for row in rows if math.isnan(row.value))


def test_every_step_of_a_sweep_is_audited_and_none_is_an_anchor():
    cells = {"model": "m", "measure": "flip_rate", "harm": "error propagation", "unit": "rate", "n": 50, "value": 0.5}
    cells |= {"split": "all", "group": "all"}
    steps = ["s{d=0}", "s{d=1}"]
    rows = [{**cells, "scenario": step, "model": model} for step in steps for model in ("m", "lottery")]
    found = Findings(frame(rows), {"scenario": "s", "steps": steps, "models": ["m"]})
    assert found.heads == [("s{d=0}", "m"), ("s{d=1}", "m")]
    assert [found.label(column) for column in found.heads] == steps
    assert all(found.beside(row).scenario == row.scenario for row in found.audited)
    assert {row.model for row in found.anchors} == {"lottery"}


def test_a_model_in_a_folder_is_audited_though_the_manifest_leaves_the_folder_out():
    cells = {
        "scenario": "s",
        "measure": "flip_rate",
        "harm": "error propagation",
        "unit": "rate",
        "n": 50,
        "value": 0.5,
    }
    rows = [{**cells, "split": "all", "group": "all", "model": name} for name in ("books/x.toml", "m", "lottery")]
    found = Findings(frame(rows), {"scenario": "s", "models": ["x.toml", "m"]})
    assert found.models == ["books/x.toml", "m"]
    assert [row.model for row in found.anchors] == ["lottery"]


def test_a_number_that_counts_worlds_or_rules_says_so():
    from testbed.report.sentences import sentence

    cells = {"scenario": "s", "model": "m", "harm": "opacity", "split": "all", "group": "all", "unit": "rate"}
    cells |= {"value": 0.5, "low": 0.4, "high": 0.6}
    names = ("assumption_share[by=dials]", "out_of_scope_rules", "adverse_rate")
    rows = Findings(frame([{**cells, "measure": name, "n": 24} for name in names]), {}, {}).rows
    said = [sentence(row).detail for row in rows]
    for text, noun in zip(said, ("worlds", "rules", "people"), strict=True):
        assert f"24 {noun}; small: under 30 {noun}" in text
