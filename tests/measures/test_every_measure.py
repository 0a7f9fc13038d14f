"""Every measure in one small town: with its scores on another scale, and beside a copy of its model."""

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.findings.finding import frame
from testbed.measure import measures
from testbed.statistics import expand
from testbed.statistics.paired import kept, paired_rows

pytestmark = pytest.mark.usefixtures("small_training")

TIMES = 1000.0
KEY = ["measure", "split", "group", "versus"]


def follows(parts):
    """A regime with a list, an agency that copies it, a sanction that raises a rate, and appeals."""
    said = '{{ value = {}, unit = "planted", source = "assumed", reading = "assumed", range = [0, 100] }}'
    appeal = {
        "noticed": 1, "notice_delay": 0, "filed": 1, "filed_true": 0.5, "upheld": 0.5, "upheld_true": 0.1,
        "decision_delay": 1,
    }  # fmt: skip
    lines = ["[lists.black]", 'enter = "adverse"', f"stay = {said.format(1)}"]
    lines += ["[agencies.rail]", 'copies = "black"', f"delay = {said.format(1)}", f"forgets = {said.format(2)}"]
    lines += ["[sanctions.bar]", 'by = "black"', 'family = "all"', 'source = "assumed"', 'reading = "assumed"']
    lines += ["[sanctions.bar.raises]", f"lapse = {said.format(1.5)}", "[family]", f"share = {said.format(1)}"]
    return "\n".join([parts.regime(minor=4, **appeal), *lines])


@pytest.fixture
def run(plant, parts):
    """A function that runs a small town whose rules give these points for an entry of a slip, of a lapse."""

    def made(slip, lapse):
        scenario = plant(
            acts={"slip": parts.act(0.05, most=0.8), "lapse": parts.act(0.02, most=0.8)},
            rules={"lapse": ('column = "lapse"', lapse)} | ({"slip": ('column = "slip"', slip)} if slip else {}),
            channels={"watch": parts.channel(["slip", "lapse"], miss=0.1, false_match=0.1)},
            follows=follows(parts), cutoff=0.75 * lapse,
        )  # fmt: skip
        wrong = {"error.kind": "slip", "error.period": 3, "error.per_1000": 20}
        return run_case(scenario.set(wrong), people=1536, periods=7)

    return made


def rows(case):
    found = []
    for name in measures.names():
        one = measures.get(name)
        found += expand(one, one(case), case, splits=["sex"], reference={"sex": "male"})
    return frame(found).set_index(KEY)


@pytest.mark.parametrize("slip", [-0.5, 1.0, 0.0], ids=["takes a half", "gives one", "is not read"])
def test_multiply_the_scores_by_a_constant_and_every_number_in_points_follows_and_no_other_changes(run, slip):
    # The wrong entry is a slip: a gain of 0 or 1 of every root must not be taken for a share of the roots.
    one, many = rows(run(slip, -1.0)), rows(run(slip * TIMES, -1.0 * TIMES))
    assert one.index.equals(many.index)
    points = one["unit"] == "points"
    assert {"error_gain", "error_gain[span=horizon]", "mean_score"} <= set(one[points].index.get_level_values(0))
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(many[column], one[column] * np.where(points, TIMES, 1.0), rtol=1e-9, atol=1e-12)
    assert (one["n"] == many["n"]).all()
    assert (one["unit"] == many["unit"]).all()
    horizon = one.loc[("error_gain[span=horizon]", "all", "all", "")]
    assert horizon["n"] >= 10
    assert (horizon["low"] < horizon["value"] < horizon["high"]) == (slip != 0)


def test_a_model_minus_its_copy_is_exactly_0_in_every_measure_or_undefined_and_says_why(run):
    first, second = (run(1.0, -1.0) for _ in range(2))
    found = []
    for name in measures.names():
        one = measures.get(name)
        found += paired_rows(one, kept(one(first)), kept(one(second)), first, splits=["sex"], reference={"sex": "male"})
    rows = frame(found)
    numbers, tests = rows[rows["unit"] != "p"], rows[rows["unit"] == "p"]
    known = numbers["value"].notna()
    assert (numbers.loc[known, ["value", "low", "high"]] == 0).all(axis=None)
    assert (numbers.loc[~known, "why"] != "").all()
    assert set(tests["value"].dropna()) == {1.0}
    assert (tests.loc[tests["value"].isna(), "why"] != "").all()
    said = set(numbers.loc[known, "measure"])
    assert {
        "base_rate",
        "adverse_rate",
        "adverse_gap",
        "error_gain",
        "mean_score",
        "error_burden",
        "flip_rate_net",
    } <= said


def test_n_is_people_and_not_their_entries_nor_more_people_than_there_are(run):
    case = run(1.0, -1.0)
    found = rows(case)
    of_rules = found["unit"].isin(["rules", "bands of grades"]) | (
        found.index.get_level_values(0) == "out_of_scope_rules"
    )
    assert (found.loc[~of_rules, "n"] <= case.scored.sum()).all()
    ledger = case.history.ledger
    about = ledger.subject[ledger.real & (ledger.start < case.periods)]
    about = about[case.scored[about]]
    assert len(np.unique(about)) < len(about)
    assert found.loc[("notice_delay", "all", "all", ""), "n"] == len(np.unique(about))


COUNTED = [(name, key) for name in measures.names() for key, default in measures.get(name).qualifiers.items()
           if type(default) is int or key in ("k", "period")]  # fmt: skip


@pytest.mark.parametrize("count", [-5, True, 1.5, "x", 1 << 70])
def test_a_count_that_is_none_is_refused_before_anything_is_computed(count):
    assert ("consistency", "k") in COUNTED
    for name, key in COUNTED:
        with pytest.raises(InputError, match=rf"^{name}: {key}: found .*; whole numbers from 0 to 2147483647"):
            measures.get(name)(None, **{key: count})
