"""A cut-off is for models that count in the points of the scheme; the share beside it is for every other model."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed import Scenario
from testbed.case import Case, Setting
from testbed.commands.guesses import guesses
from testbed.models import load_model, load_rulebook
from testbed.runs import idle_dials, planned
from testbed.scenarios import SHARES, names


@pytest.fixture
def town(plant, parts, tmp_path):
    """A function that makes a scenario with a planted scheme, and with this in place of its cut-off."""

    def make(decide="cutoff = -0.5, worst_share = 0.04"):
        plant(acts={"slip": parts.act(0.1)}, rules={"slip": ('column = "slip"', -1)})
        path = tmp_path / "town.toml"
        path.write_text(path.read_text().replace("cutoff = -0.5", decide))
        return Scenario.load(path)

    return make


@pytest.mark.parametrize("name", names())
def test_every_scenario_decides_on_somebody_whatever_the_model_counts_in(name):
    scenario = Scenario.load(name)
    cuts = scenario.cuts(object())
    assert SHARES["adverse"] in cuts["adverse"]
    for side, spec in scenario.decide.items():
        assert set(cuts[side]) == ({SHARES[side]} if spec else set()), "a cut-off or a grade without a share"
    assert sum(value for cut in cuts.values() for value in cut.values()) <= 1


def test_a_cutoff_is_for_the_scheme_and_for_books_that_start_as_it_does(town):
    scenario = town()
    book = scenario.rulebook
    assert scenario.cuts(book)["adverse"] == {"cutoff": -0.5}
    assert scenario.cuts(load_rulebook("judgment-debtors"))["adverse"] == {"cutoff": -0.5}
    for other in ("rongcheng", "ams-2018", "childcare-benefits"):  # they start elsewhere, or count the other way
        assert scenario.cuts(load_rulebook(other))["adverse"] == {"worst_share": 0.04}
    for model in (object(), load_model("logistic"), lambda records: records["slip"]):
        assert scenario.cuts(model)["adverse"] == {"worst_share": 0.04}


def test_a_scheme_that_starts_elsewhere_by_its_dial_keeps_its_cutoff(town):
    moved = town().set({"model.base.points": 0.25})
    assert moved.cuts(moved.rulebook)["adverse"] == {"cutoff": -0.5}


def test_a_scheme_that_is_no_rule_book_keeps_its_cutoffs():
    scenario = Scenario.load("many-cities")
    assert scenario.cuts(load_model("cities")) == {"adverse": {"cutoff": 0.03}, "favored": {"cutoff": 0.95}}
    assert scenario.cuts(load_rulebook("xiamen")) == scenario.cuts(load_model("logistic"))
    assert set(scenario.cuts(load_model("logistic"))["adverse"]) == {"worst_share"}


def test_a_lone_cutoff_is_for_every_model(town):
    scenario = town("cutoff = -0.5")
    for model in (scenario.rulebook, load_rulebook("rongcheng"), object()):
        assert scenario.cuts(model)["adverse"] == {"cutoff": -0.5}


def test_a_cutoff_that_is_set_is_for_every_model(town):
    scenario = town().set({"decide.adverse_cutoff": 0.2})
    for model in (scenario.rulebook, load_rulebook("rongcheng"), object()):
        assert scenario.cuts(model)["adverse"] == {"cutoff": 0.2}
        assert scenario.idle(model) == {"decide.worst_share"}


def test_a_cutoff_and_a_grade_at_once_are_refused(town):
    with pytest.raises(InputError, match=r"decide\.adverse must have one of cutoff, grade, found both"):
        town('cutoff = -0.5, grade = "B"')


@pytest.mark.parametrize("name", ["joint-sanctions", "grid-and-cameras"])
def test_a_model_with_probabilities_decides_on_as_many_as_the_share_says(name):
    scenario = Scenario.load(name)
    setting = Setting(scenario, people=2_000, periods=2)
    scheme = setting.scheme(load_model("logistic"))
    assert "cut-off" in scheme.fitted
    made = setting._trained(scheme.scorer)
    decision = scheme.decide.decide(made.score, np.linspace(0, 1, len(made.score), endpoint=False))
    share = scenario.decide["adverse"]["worst_share"]
    assert (decision == -1).mean() == pytest.approx(share, rel=0.2)
    assert (np.asarray(Case.of(setting, load_model("logistic")).history.decision(1)) == -1).sum() > 0


@pytest.mark.parametrize(
    ("name", "model", "idle"),
    [
        ("joint-sanctions", None, {"decide.worst_share"}),
        ("joint-sanctions", "logistic", {"decide.adverse_cutoff"}),
        ("joint-sanctions", ["judgment-debtors", "logistic"], set()),
        ("joint-sanctions", "lottery", {"decide.worst_share"}),  # as many as the scheme decides on
        ("grid-and-cameras", None, {"decide.best_share"}),
        ("rongcheng", None, {"decide.worst_share", "decide.best_share"}),
        ("rongcheng", "tree", {"decide.adverse_grade", "decide.favored_grade"}),
        ("essay-claims", None, set()),
    ],
)
def test_what_a_model_does_not_decide_by_is_idle_and_is_not_varied(name, model, idle):
    plan = planned(name, model, people=1_000)
    assert idle_dials(plan) == idle
    varied = {factor.name for factor in guesses(plan, ("assumed",))[0]}
    assert not varied & idle
    read = {path for path in plan.scenario.dials if path.startswith("decide.") and path.endswith("_share")} - idle
    assert read <= varied


def test_what_the_scheme_decides_by_is_read_if_a_model_learns_what_people_deserve():
    plan = planned("joint-sanctions", "logistic", people=1_000, dials={"decide.learn": "deserved"})
    assert idle_dials(plan) == set()
