"""Conduct: rates from what they depend on, and acts thinned so that a raised rate only adds acts."""

import numpy as np
import pytest
from scipy.special import pdtrc

from synthetic.conduct.base import MOST_BESIDE, Conduct, names
from synthetic.draws import GRID
from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.scenarios.base import Scenario
from testbed.world.society import Society


def acts_of(scenario, people=20 * GRID, periods=2, seed=5):
    history = run_case(scenario, people=people, periods=periods, seed=seed).history
    return {
        (int(p), a.period, int(k), int(n)) for a in history.acts_ for p, k, n in zip(a.person, a.kind, a.k, strict=True)
    }


@pytest.mark.parametrize("name", names())
def test_every_kind_names_source_reading_and_unit_for_each_number(name):
    for dial in Conduct.load(name).dials.values():
        assert dial.source
        assert dial.reading
        assert dial.unit


def test_a_factor_is_the_ratio_between_its_ends_and_one_in_the_middle():
    kind = Conduct.load("utility_late")
    part = next(one for one in kind.depends if one.on == "income_fifth")
    poorest, middle, richest = part.factor(np.array([0, 2, 4]), None)
    assert poorest / richest == pytest.approx(float(part.ratio.value))
    assert middle == pytest.approx(1.0)


def test_the_mean_number_of_acts_is_the_mean_rate():
    society = Society(Scenario.load("rongcheng"), 100 * GRID, 1)
    expected = society.views.rates.sum()
    found = len(acts_of(Scenario.load("rongcheng"), people=100 * GRID, periods=1, seed=1))
    assert abs(found - expected) < 5 * np.sqrt(expected)


def test_children_do_nothing_that_is_scored():
    case = run_case("rongcheng", people=5 * GRID, periods=6)
    for acts in case.history.acts_:
        assert (case.society.columns["age"][acts.person] >= 18).all()


def test_a_raised_rate_only_adds_acts():
    low = Scenario.load("rongcheng").set({"regime.low_grade.follows": "off"})
    high = low.set({"conduct.utility_late.rate": 0.03})
    before, after = acts_of(low), acts_of(high)
    assert before < after


def test_a_rate_above_its_bound_is_an_error_and_not_a_clip():
    scenario = Scenario.load("rongcheng").set(
        {"conduct.utility_late.rate": 0.03, "conduct.utility_late.diligence": 0.02}
    )
    kinds = tuple(kind for kind in scenario.conduct if kind.name == "utility_late")
    tight = Conduct(**{**kinds[0].__dict__, "most": 0.05})
    from dataclasses import replace

    scenario = replace(
        scenario, conduct=tuple(tight if kind.name == "utility_late" else kind for kind in scenario.conduct)
    )
    with pytest.raises(InputError, match=r"utility_late.*most"):
        run_case(scenario, people=GRID, periods=1)


def write(folder, name="kind", **lines):
    text = {"title": '"x"', "direction": '"lawful"', "most": "0.1", **lines}
    rate = 'rate = { value = 0.01, unit = "acts", source = "assumed", reading = "assumed", range = [0, 0.1] }'
    path = folder / f"{name}.toml"
    path.write_text("\n".join([*(f"{key} = {value}" for key, value in text.items()), rate]))
    return str(path)


def test_a_lawful_act_counts_neither_against_nor_for_a_person_and_may_be_sensitive(tmp_path):
    for direction, adverse, favorable in (
        ("adverse", True, False),
        ("favorable", False, True),
        ("lawful", False, False),
    ):
        kind = Conduct.load(write(tmp_path, direction=f'"{direction}"'))
        assert (kind.adverse, kind.favorable, kind.sensitive) == (adverse, favorable, False)
    assert Conduct.load(write(tmp_path, sensitive="true")).sensitive


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"direction": '"unlawful"'}, "lawful"),
        ({"direction": '"adverse"', "sensitive": "true"}, "sensitive"),
        ({"sensitive": '"yes"'}, "sensitive"),
        ({"most": "0.95"}, r"^conduct kind, most: found 0.95, allowed: a number above 0 to 0.8\.$"),
        ({"most": "0"}, "most: found 0, allowed: a number above 0 to 0.8"),
    ],
)
def test_a_kind_with_a_wrong_word_or_bound_says_which(tmp_path, lines, said):
    with pytest.raises(InputError, match=said):
        Conduct.load(write(tmp_path, **lines))


def test_candidates_at_the_largest_bound_are_numbered_below_those_of_entries_without_an_act():
    from synthetic.channels.rare import FIRST
    from synthetic.draws import candidates

    _, k = candidates(1, "conduct:bound", np.arange(20_000), 0, MOST_BESIDE)
    assert k.max() < FIRST
    assert pdtrc(FIRST, GRID * MOST_BESIDE) < 1e-12


def test_no_grid_has_more_candidates_of_a_shipped_kind_than_an_entry_can_number():
    assert all(pdtrc(1024, GRID * Conduct.load(name).most) < 1e-26 for name in names())
