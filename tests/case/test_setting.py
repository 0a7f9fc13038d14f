"""The setting: models learn from a society of its own, of what was known before the outcome, and stay as fitted."""

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.models.base import Scores
from testbed.scenarios.base import Scenario
from testbed.twins import Switch

pytestmark = pytest.mark.usefixtures("small_training")

SLIPS = {"slip": ('column = "slip"', -1)}


class Pupil:
    """Remembers every lesson; its score is minus the entries, each at the share of bad outcomes that it was taught."""

    name = "pupil"
    row_wise = True

    def fit(self, records, outcomes):
        self.records, self.outcomes = records, outcomes
        self.weight = float((outcomes == 0).mean())
        return self

    def score(self, records):
        return -self.weight * records["slip"].to_numpy(np.float64)


@pytest.fixture
def town(plant, parts, tmp_path):
    """Slips by chance, alike in every month and for everybody, each recorded at once; `decide`: as the file says it."""

    def make(decide="adverse = { cutoff = -0.5 }"):
        plant(acts={"slip": parts.act(0.05, most=0.3)}, rules=SLIPS)
        path = tmp_path / "town.toml"
        head, _, _ = path.read_text().partition("[decide]")
        path.write_text(f"{head}[decide]\n{decide}\n")
        return Scenario.load(path)

    return make


def taught(scenario, people=1024, periods=4, seed=3):
    return Setting(scenario, people=people, periods=periods, seed=seed).scheme(Pupil()).scorer.model


def test_a_model_is_taught_the_same_lesson_whoever_it_will_judge_and_for_how_long(town):
    scenario = town()
    one, other = taught(scenario), taught(scenario, people=2048, periods=2)
    assert one.records.equals(other.records)
    np.testing.assert_array_equal(one.outcomes, other.outcomes)


def test_a_case_has_the_name_that_it_is_given_or_else_that_of_its_model(town):
    setting = Setting(town(), people=256, periods=2, seed=3)
    assert Case.of(setting, Pupil(), name="mine").model_name == "mine"
    assert Case.of(setting, Pupil()).model_name == "pupil"


def test_the_people_of_the_lesson_are_not_the_people_who_are_judged(town):
    scenario = town()
    # As many people in both, from the same seed: ages at the same places agree by chance only.
    pupil = taught(scenario)
    judged = Setting(scenario, people=1024, periods=4, seed=3).society
    theirs = judged.people()["age"].to_numpy()
    lesson = pupil.records["age"]
    both = lesson.index[judged.scored[lesson.index]]
    assert len(both) > 300
    assert (lesson[both].to_numpy() == theirs[both]).mean() < 0.1


def test_what_a_model_is_shown_does_not_hold_the_acts_that_it_is_to_foretell(town):
    # Slips come independently by month: who slips in the next half year has as often an entry before as others have.
    pupil = taught(town('learn = "future:slip:6"'))
    entered = pupil.records["slip"].to_numpy() > 0
    bad = pupil.outcomes == 0
    assert bad.mean() == pytest.approx(1 - np.exp(-0.05 * 6), abs=0.06)
    assert entered[bad].mean() == pytest.approx(entered[~bad].mean(), abs=0.12)


def test_a_switched_world_is_judged_by_the_model_and_the_cut_off_as_they_were_fitted(town):
    scenario = town('adverse = { worst_share = 0.1 }\nlearn = "recorded:slip:6"')
    change = Switch("channels.watch.miss", 0.5)
    case = Case.of(Setting(scenario, people=1024, periods=4, seed=3), Pupil())
    twin = case.twin(change)
    again = Case.of(Setting(twin.scenario, people=1024, periods=4, seed=3), Pupil())
    assert again.scheme.scorer.model.weight < 0.8 * case.scheme.scorer.model.weight
    # The same records are told the same in both worlds, and would not be if the scheme had been fitted again.
    for records in (case.records, twin.records):
        told = [world.ask(records) for world in (case, twin, again)]
        np.testing.assert_array_equal(told[0].score, told[1].score)
        np.testing.assert_array_equal(told[0].decision, told[1].decision)
        assert (told[0].score != told[2].score).any()
        assert (told[0].decision != told[2].decision).any()


def points(records):
    return -records["slip"].to_numpy(np.float64)


@pytest.mark.parametrize(
    ("decide", "model", "given"),
    [
        ("adverse = { cutoff = -0.5 }", points, ""),
        ("adverse = { worst_share = 0.1 }", points, "fitted cut-off"),
        ("adverse = { cutoff = -0.5 }\nfavored = { best_share = 0.1 }", points, "fitted cut-off"),
        ("adverse = { cutoff = -0.5 }", Pupil(), "fitted model"),
        ("adverse = { worst_share = 0.1 }", Pupil(), "fitted model and cut-off"),
        (
            "adverse = { worst_share = 0.1 }",
            lambda records: Scores(points(records), np.zeros(len(records), np.int8)),
            "",
        ),
    ],
    ids=["fixed", "worst share", "best share", "learned", "both", "decides itself"],
)
def test_a_case_says_what_a_training_society_fixed(town, decide, model, given):
    case = run_case(town(decide), model, people=1024, periods=1)
    for one in (case, case.twin(Switch("channels.errors", False))):
        assert one.given.partition(", with ")[0] == given
        assert (", with " in one.given) == (one.by_lot > 0.1)


def test_who_learns_what_is_deserved_is_taught_what_the_scheme_decides_on_true_records(town):
    learned = taught(town("adverse = { cutoff = -0.5 }\nlearn = 'deserved'"))
    assert 0.1 < learned.weight < 0.9
    np.testing.assert_array_equal(learned.outcomes == 0, learned.records["slip"] > 0)


def test_a_scheme_that_learns_cannot_learn_what_it_decides_itself(town, tmp_path):
    town("adverse = { worst_share = 0.1 }\nlearn = 'deserved'")
    path = tmp_path / "town.toml"
    path.write_text(path.read_text().replace('"scheme.toml"', '"logistic"'))
    with pytest.raises(InputError, match="logistic, learns itself"):
        run_case(Scenario.load(path), people=256, periods=2)


def test_true_conduct_and_what_people_are_can_be_learned_too(town):
    done = taught(town("learn = 'future:slip:6'"))
    kept = taught(town("learn = 'recorded:slip:6'"))
    np.testing.assert_array_equal(done.outcomes, kept.outcomes)  # every slip is recorded at once
    upper = taught(town("learn = 'column:diligence:above:0.75'"))
    assert upper.outcomes.mean() == pytest.approx(0.25, abs=0.05)
    lower = taught(town("learn = 'column:diligence:below:0.75'"))
    np.testing.assert_array_equal(lower.outcomes, 1 - upper.outcomes)


def test_the_records_of_the_training_society_name_the_scheme_of_each_city():
    """Nobody moves there; so the lottery decides on about as many as the cities do, and models can learn the scheme."""
    setting = Setting(Scenario.load("many-cities"), people=1_000, periods=1)
    held, _ = setting.lessons()
    society, _ = setting.training
    assert np.array_equal(held["scheme"].cat.codes, society.columns["scheme"][society.scored])
    assert "none" not in set(held["scheme"])
    assert 0.01 < setting.shares["adverse"]["worst_share"] < 0.1  # about 3 % of each city are adverse
