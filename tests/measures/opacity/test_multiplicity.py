"""Ambiguity, discrepancy and jitter of pools and fits whose answers are known by construction."""

import numpy as np
import pytest
from shared import rows_of

from synthetic import draws
from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.measures.opacity import jitter, multiplicity
from testbed.measures.opacity.multiplicity import MODELS, PEOPLE, Pool
from testbed.models.base import Scores
from testbed.models.load import load_model
from testbed.models.reseeding import reseeded

pytestmark = pytest.mark.usefixtures("small_training")

BAND = (
    'column = "slip"\ndiscretion = { low = -20, high = -5, unit = "points", source = "assumed", reading = "assumed" }'
)


@pytest.fixture
def town(plant, parts):
    """A function: a town where people slip now and then, under this model. Twelve grids."""

    def made(model=None, rule='column = "slip"', people=12 * 1024, **said):
        scenario = plant(
            acts={"slip": parts.act(0.25)}, rules={"slip": (rule, -10)}, cutoff=-15, follows=parts.regime(minor=24)
        )
        return Case.of(Setting(scenario, people=people, periods=4, seed=2), model)

    return made


def found_of(case, measure):
    return rows_of(case, measure)


class Learner:
    """Decides by the record, as it was taught or not."""

    name = "learner"
    random_state = 0

    def fit(self, records, outcomes):
        self.lesson = int(draws.sparse(1, "lesson", draws.pack(np.arange(len(records)))) @ outcomes.astype(np.uint64))
        return self

    def score(self, records):
        score = -records["slip"].to_numpy(np.float64)
        return Scores(score, -self.adverse(records.index.to_numpy(), score).astype(np.int8))

    def adverse(self, person, score):
        return score < -1


class Noise(Learner):
    """Decides a fifth of the people adversely by a draw that nothing but its lesson fixes."""

    share = 0.2

    def adverse(self, person, score):
        return draws.uniform(draws.sparse(self.lesson % 2**32, "noise", draws.pack(person))) < self.share


class Moody(Learner):
    """With random state j it decides otherwise about one in a thousand people, and from 51 on nobody adversely."""

    def adverse(self, person, score):
        if self.random_state > 50:
            return np.zeros(len(person), bool)
        turned = (person % 1000 == self.random_state) & (self.random_state > 0)
        return (score < -1) ^ turned


def test_the_bands_that_a_rule_book_leaves_to_an_official_turn_those_between_their_ends(town):
    """One slip costs 5 to 20 where 10 are meant, and more than 15 are adverse: so 1, 2 or 3 slips may be either."""
    case = town(rule=BAND)
    slips = case.records["slip"].to_numpy()[np.searchsorted(case.records.index, multiplicity.pool_of(case).place)]
    found = found_of(case, "ambiguity")
    assert found["ambiguity"]["value"] == pytest.approx(np.isin(slips, (1, 2, 3)).mean())
    assert found["ambiguity_models"]["value"] == 2 + multiplicity.WITHIN
    most = max((slips == 1).mean(), np.isin(slips, (2, 3)).mean())
    assert found_of(case, "discrepancy")["discrepancy"]["value"] == pytest.approx(most)


def test_what_neither_learns_nor_leaves_discretion_has_no_pool_and_no_jitter(town):
    case = town(people=1024)
    for measure in ("ambiguity", "discrepancy"):
        assert found_of(case, measure)[measure]["why"] == "the rule book declares no discretion"
    for source in jitter.SOURCES:
        assert found_of(case, "jitter")[f"jitter[source={source}]"]["why"] == "scheme does not learn"


def test_a_hand_built_pool_gives_its_ambiguity_and_discrepancy(town):
    case = town(people=1024)
    place = np.flatnonzero(case.scored)
    own = np.zeros(len(place), np.int8)
    others = np.zeros((3, len(place)), np.int8)
    others[0, :30], others[1, 20:60], others[2, 50:60] = -1, 1, 1
    vars(case)["_pools"] = {"": Pool(place, own, others, 5)}
    found = found_of(case, "ambiguity")
    assert found["ambiguity"]["value"] == pytest.approx(60 / len(place))
    assert (found["ambiguity_models"]["value"], found["ambiguity_tried"]["value"]) == (3, 5)
    assert found_of(case, "discrepancy")["discrepancy"]["value"] == pytest.approx(40 / len(place))


def test_models_of_other_random_states_count_if_they_err_hardly_more(town):
    case = town(Moody(), people=1024)
    person = case.records.index.to_numpy()
    assert len(person) < PEOPLE
    found = found_of(case, "ambiguity")
    assert (found["ambiguity_models"]["value"], found["ambiguity_tried"]["value"]) == (50, MODELS)
    assert found["ambiguity"]["value"] == pytest.approx(np.isin(person % 1000, np.arange(1, 51)).mean())
    most = np.bincount(person % 1000, minlength=51)[1:51].max()
    assert found_of(case, "discrepancy")["discrepancy"]["value"] == pytest.approx(most / len(person))


def test_a_model_that_ignores_its_lesson_does_not_jitter_and_one_that_decides_by_it_alone_does(town):
    (still,) = jitter.jitter(town(Learner()), source="sample", fits=3)[:1]
    assert still.value == 0
    assert 0 <= still.low <= still.high < 0.01
    found = jitter.jitter(town(Noise()), source="sample", fits=6)
    p = Noise.share
    for row in found:
        assert row.low <= 2 * p * (1 - p) <= row.high
    assert found[0].high - found[0].low < 0.05
    assert [(row.split, row.group) for row in found] == [
        ("all", "all"), ("community", "majority"), ("community", "minority"),
    ]  # fmt: skip


def test_the_same_lesson_jitters_by_the_random_state_alone(town):
    case = town(Moody(), people=1024)
    found = jitter.jitter(case, source="seed", fits=4)[0].value
    # Fits 0 to 3 differ on three people in a thousand, each told otherwise by one of the four: half of the pairs.
    person = case.records.index.to_numpy()
    assert found == pytest.approx(0.5 * np.isin(person % 1000, (1, 2, 3)).mean())
    learner = Learner()
    learner.random_state = None
    assert "no random state" in jitter.jitter(town(learner, people=1024), source="seed")[0].why


def test_an_unknown_source_of_jitter_is_refused(town):
    with pytest.raises(ValueError, match="sample, seed"):
        jitter.jitter(town(people=1024), source="weather")


@pytest.mark.parametrize("name", ["forest", "mlp", "boosting", "tree"])
def test_built_in_models_that_draw_take_another_random_state(name):
    model = load_model(name)
    assert reseeded(model, 7).random_state == 7
    assert model.random_state == 0
    assert reseeded(load_model("logistic"), 7) is None


def test_the_limits_of_jitter_hold_the_truth_over_people_in_clusters_and_over_fits():
    """Fits have shares of their own, clusters draw together: limits for people alone would be too short."""
    people, cluster, fits, runs = 600, 20, 8, 150
    place, covered = np.arange(people) // cluster, 0
    # Each fit decides with its own share u, uniform in 0 to 0.4: two differ in a mean of 2 E u (1 - E u) pairs.
    truth = 2 * 0.2 * 0.8
    for seed in range(runs):
        share = 0.4 * draws.uniform(draws.dense(seed, "share", 0, fits))
        own = draws.uniform(draws.dense(seed, "own", 0, fits * people)).reshape(fits, people)
        together = draws.uniform(draws.dense(seed, "together", 0, fits * (people // cluster))).reshape(fits, -1)
        alike = draws.uniform(draws.dense(seed, "alike", 0, people)) < 0.3
        word = np.where(alike, together[:, place], own)
        _, low, high = jitter.mean_apart(-(word < share[:, None]).astype(np.int8), place)
        covered += low <= truth <= high
    assert covered / runs >= 0.95 - 4 * (0.95 * 0.05 / runs) ** 0.5


def test_a_learned_models_pool_is_the_same_whenever_it_is_made(town):
    first, again = (multiplicity.pool_of(town(Moody(), people=1024)).others for _ in range(2))
    assert first.tobytes() == again.tobytes()
