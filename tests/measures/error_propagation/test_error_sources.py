"""Which errors are behind wrong decisions, in towns where every error is planted."""

import itertools

import numpy as np
import pytest
from shared import rows_of

import testbed.measures.error_propagation.error_sources as sources
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.lineage.trace import decisions_on
from testbed.measures.error_propagation.error_sources import SIDES, contributions
from testbed.models.lottery import Lottery
from testbed.scenarios.base import Scenario

pytestmark = pytest.mark.usefixtures("small_training")


def summed(found, side):
    return sum(found.of[side].values())


@pytest.fixture(scope="module")
def case():
    return run_case("rongcheng", people=8192, periods=14)


@pytest.fixture
def towns(plant, parts):
    """A town with two channels, each of which may miss or stray, and a book that reads both kinds."""

    def make(*, rules=None, follows=None, people=3072, periods=8, **errors):
        first, second = errors.get("first", {}), errors.get("second", {})
        return run_case(
            plant(
                acts={"slip": parts.act(0.06, most=0.3), "lapse": parts.act(0.06, most=0.3)},
                rules=rules or {"slip": ('column = "slip"', -1), "lapse": ('column = "lapse"', -1)},
                channels={"first": parts.channel(["slip"], **first), "second": parts.channel(["lapse"], **second)},
                follows=follows or parts.regime(),
            ),
            people=people, periods=periods, seed=2,
        )  # fmt: skip

    return make


def test_the_values_of_all_sources_sum_to_the_wrong_decisions_of_each_person(case):
    for by, side in itertools.product(("channel", "origin"), SIDES):
        found = contributions(case, by)
        np.testing.assert_allclose(summed(found, side), found.total[side], atol=1e-9)
        assert found.total[side].sum() > 10
        assert not found.of[side]["others"].any()


def test_wrong_adverse_values_sum_to_the_error_burden(case):
    found = rows_of(case, "error_burden")
    parts = [row["value"] for name, row in found.items() if name.startswith("error_burden[")]
    assert len(parts) >= 2
    assert sum(parts) == pytest.approx(found["error_burden"]["value"])
    by_channel = rows_of(case, "channel_contribution")
    parts = [row["value"] for name, row in by_channel.items() if "side=" not in name]
    assert sum(parts) == pytest.approx(found["error_burden"]["value"])


def test_errors_of_one_channel_are_owed_to_that_channel_alone(towns):
    found = contributions(towns(first={"false_match": 0.3}), "channel")
    assert found.of["adverse"]["first"].sum() == found.total["adverse"].sum() > 20
    assert set(found.of["adverse"]) == {"first", "others"}
    origins = contributions(towns(first={"miss": 0.3}), "origin")
    assert origins.of["favorable"]["missed"].sum() == origins.total["favorable"].sum() > 20
    assert not origins.total["adverse"].any()


def test_two_channels_that_are_alike_share_alike(towns):
    case = towns(people=12_288, first={"false_match": 0.3}, second={"false_match": 0.3})
    found = rows_of(case, "channel_contribution")
    one, two = found["channel_contribution[channel=first]"], found["channel_contribution[channel=second]"]
    assert one["low"] < two["value"] < one["high"]


def test_where_a_decision_takes_an_error_of_each_channel_each_owes_half(towns):
    # Adverse takes a slip and a lapse: of those with neither act of their own and a stray of each, halves.
    both = {"both": ("when = { slip = { at_least = 1 }, lapse = { at_least = 1 } }", -1)}
    case = towns(rules=both, first={"false_match": 0.5}, second={"false_match": 0.5})
    found = contributions(case, "channel")
    first, second = found.of["adverse"]["first"], found.of["adverse"]["second"]
    assert found.total["adverse"].sum() > 20
    assert set(np.unique((first * 2) % 1)) == {0}
    assert (np.minimum(first, second) > 0).any()
    np.testing.assert_allclose(first + second, found.total["adverse"])


def test_an_error_that_hides_another_has_a_negative_share(towns):
    # A favorable kind outweighs an adverse one: a stray of it makes good a wrong adverse entry.
    rules = {"slip": ('column = "slip"', -1), "lapse": ('column = "lapse"', 5)}
    case = towns(rules=rules, first={"false_match": 0.5}, second={"false_match": 0.5})
    found = contributions(case, "channel")
    assert found.of["adverse"]["second"].min() < 0


def test_the_values_are_those_of_every_order_in_which_sources_come_in(towns):
    case = towns(people=2048, first={"false_match": 0.5, "duplicate": 0.3}, second={"false_match": 0.5})
    errors = sources.Disturbances.of(case.history.ledger, "channel")
    t = case.periods - 1
    now = (errors.start <= t) & (t < errors.end)
    disturbed = [
        person for person in np.unique(errors.subject[now]).tolist()
        if case.scored[person] and len(set(errors.source[now & (errors.subject == person)].tolist())) > 1
    ]  # fmt: skip
    assert len(disturbed) > 3
    one_month = _one_month(case, t)
    for person in disturbed[:20]:
        here = sorted(set(errors.source[now & (errors.subject == person)].tolist()))

        def wrong(some, person=person):
            counts = case.history.counts(t, shadow=True)[[person]].astype(int)
            for place in np.flatnonzero(now & (errors.subject == person) & np.isin(errors.source, list(some))):
                counts[0, errors.kind[place]] += errors.sign[place]
            decision = decisions_on(case, np.array([person]), counts, t)[0]
            return float(decision == -1 and case.history.deserved(t)[person] != -1)

        orders = list(itertools.permutations(here))
        value = dict.fromkeys(here, 0.0)
        for order in orders:
            for place, source in enumerate(order):
                value[source] += (wrong(order[: place + 1]) - wrong(order[:place])) / len(orders)
        for source in here:
            assert one_month["adverse"][errors.names[source]][person] == pytest.approx(value[source])


def _one_month(case, t):
    """Contributions of a single month."""
    history = case.history
    errors = sources.Disturbances.of(history.ledger, "channel")
    people = np.unique(errors.subject)
    shadow = history.counts(t, shadow=True)[people].astype(int)
    now = (errors.start <= t) & (t < errors.end)
    moved = np.zeros((len(errors.names), *shadow.shape), int)
    at = np.searchsorted(people, errors.subject[now])
    np.add.at(moved, (errors.source[now], at, errors.kind[now]), errors.sign[now])
    owed = sources._owed(case, t, people, shadow, moved, (moved != 0).any(axis=2))
    made = {}
    for side in SIDES:
        made[side] = {}
        for place, name in enumerate(errors.names):
            whole = np.zeros(len(case.people))
            whole[people] = owed[side][place]
            made[side][name] = whole
    return made


def test_true_entries_struck_are_owed_to_the_appeal(towns, parts):
    appeal = {"noticed": 1, "notice_delay": 0, "filed": 1, "filed_true": 1, "upheld": 1, "upheld_true": 0.5,
              "decision_delay": 0}  # fmt: skip
    found = contributions(towns(follows=parts.regime(**appeal)), "channel")
    assert found.of["favorable"]["appeal"].sum() == found.total["favorable"].sum() > 20


def test_a_record_without_errors_owes_nothing_exactly_and_a_lottery_reads_none(case):
    clean = run_case(Scenario.load("rongcheng").set({"channels.errors": "off"}), people=2048, periods=6)
    for one in (clean, Case.of(Setting(case.scenario, people=2048, periods=6), Lottery())):
        for row in [*rows_of(one, "channel_contribution").values(), *rows_of(one, "error_burden").values()]:
            assert row["value"] == row["low"] == row["high"] == 0


def test_a_model_that_looks_at_people_together_says_why(case):
    class Ranking:
        def score(self, records):
            return records["utility_late"].rank().to_numpy(float)

    ranked = Case.of(case.setting, Ranking())
    for row in rows_of(ranked, "channel_contribution").values():
        assert np.isnan(row["value"])
        assert "scores people together" in row["why"]
    assert rows_of(ranked, "error_burden")["error_burden"]["value"] >= 0
