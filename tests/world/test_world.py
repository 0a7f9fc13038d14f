"""The world: months that are pure functions of addressed draws."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.ledger import FIRST_AGAIN
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.models.base import Scores
from testbed.scenarios.base import Scenario
from testbed.twins import replay
from testbed.world.recorded import outcome_positive


@pytest.fixture(scope="module")
def case():
    return run_case("rongcheng", people=6 * GRID, periods=15, seed=2)


def test_the_first_grids_live_the_same_life_in_a_larger_city_where_nobody_is_mistaken_for_a_namesake():
    dials = {"channels.court.false_match": 0, "channels.agencies.false_match": 0}
    small, large = (
        run_case(Scenario.load("rongcheng").set(dials), people=size * GRID, periods=15, seed=2) for size in (2, 6)
    )
    np.testing.assert_array_equal(small.history.scores, large.history.scores[:, : 2 * GRID])
    np.testing.assert_array_equal(small.history.sanctions_, large.history.sanctions_[:, : 2 * GRID])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(case):
    again = run_case("rongcheng", people=6 * GRID, periods=15, seed=2)
    other = run_case("rongcheng", people=6 * GRID, periods=15, seed=3)
    assert again.history.scores.tobytes() == case.history.scores.tobytes()
    assert other.history.scores.tobytes() != case.history.scores.tobytes()


def test_a_shorter_run_is_the_start_of_a_longer_one(case):
    short = run_case("rongcheng", people=6 * GRID, periods=9, seed=2)
    np.testing.assert_array_equal(short.history.scores, case.history.scores[:9])
    np.testing.assert_array_equal(short.history.lists_, case.history.lists_[:9])


def test_scores_are_the_rule_book_on_the_standing_entries_in_every_month(case):
    for t in (0, 7, 14):
        asked = case.scheme.scorer.model.score(case.records_at(t)).score
        np.testing.assert_array_equal(asked, case.history.score(t)[case.scored])


def test_asking_again_with_the_worlds_own_coins_gives_the_worlds_decisions(case):
    np.testing.assert_array_equal(case.scores.decision, case.history.decision(14)[case.scored])
    asked = case.questions
    case.ask(case.records.head(10))
    assert case.questions == asked + 10


def test_nobody_out_of_scope_is_scored_or_listed(case):
    assert np.isnan(case.history.scores[:, ~case.scored]).all()
    assert not (case.history.decisions_[:, ~case.scored] != 0).any()


def test_ids_of_entries_are_unique(case):
    assert len(np.unique(case.history.ledger.id)) == len(case.history.ledger)


def crossing(scenario):
    """The scenario with many acts of a kind, each entered about somebody of the whole society."""
    always = {"false_match": 1.0, "coverage_urban": 1.0, "coverage_rural": 1.0}
    return replace(
        scenario,
        conduct=tuple(
            replace(kind, depends=(), rate=replace(kind.rate, value=0.3))
            if kind.name == "late_supplier_payment"
            else kind
            for kind in scenario.conduct
        ),
        channels=tuple(
            replace(
                one,
                mistakes="",
                numbers={key: replace(dial, value=always.get(key, dial.value)) for key, dial in one.numbers.items()},
            )
            for one in scenario.channels
        ),
    )


def test_entries_that_stray_from_two_grids_to_one_person_have_two_ids_in_every_part_of_the_society():
    case = run_case(crossing(Scenario.load("corporate")), people=4 * GRID, periods=12, seed=1)
    ledger = case.history.ledger
    again = np.flatnonzero(ledger.id & 15 >= FIRST_AGAIN)
    assert len(again)
    assert len(np.unique(ledger.id)) == len(ledger)
    for entry in again.tolist():
        first = np.flatnonzero(ledger.id == (ledger.id[entry] >> 4 << 4 | 2))
        assert len(first) == 1
        assert ledger.author[first[0]] // GRID < ledger.author[entry] // GRID
    part = replay(case.society, case.scheme, case.history, np.unique(ledger.subject[again])[:1])
    mine = np.isin(ledger.subject, part.people)
    for name, column in part.history.ledger.columns.items():
        np.testing.assert_array_equal(column, ledger.columns[name][mine])


def test_entries_without_cause_have_ids_of_their_own_however_many_there_are():
    often = Scenario.load("health-code").set({"regime.misuse.rate": 30, "regime.misuse.ratio": 100})
    ledger = run_case(often, people=2 * GRID, periods=4, seed=1).history.ledger
    assert (ledger.id & 15 >= FIRST_AGAIN).any()
    assert len(np.unique(ledger.id)) == len(ledger)


def test_an_entry_never_reaches_another_household_in_the_month_of_the_act(case):
    ledger = case.history.ledger
    elsewhere = ledger.subject != ledger.author
    assert elsewhere.any()
    assert (ledger.start[elsewhere] > ledger.period[elsewhere]).all()


def test_every_shadow_entry_is_a_true_act_of_its_subject(case):
    ledger = case.history.ledger
    done = {(int(p), a.period, int(k)) for a in case.history.acts_ for p, k in zip(a.person, a.kind, strict=True)}
    held = ledger.where(ledger.shadow)
    assert {(int(s), int(p), int(k)) for s, p, k in zip(held.subject, held.period, held.kind, strict=True)} <= done
    assert (held.subject == held.author).all()


def test_records_hold_no_truth(case):
    assert list(case.records.columns) == [*case.scenario.held, *case.scenario.recorded]
    assert case.records.index.name == "person"


class Ages:
    """Scores by the age of the youngest standing entry: needs the entries, so it is asked about everybody."""

    needs = ("entries",)
    row_wise = False

    def score(self, records: pd.DataFrame, *, entries: pd.DataFrame) -> Scores:
        assert set(entries.columns) == {"person", "kind", "age"}
        youngest = entries.groupby("person")["age"].min().reindex(records.index).fillna(99)
        return Scores(youngest.to_numpy(np.float64))


def test_a_model_may_ask_for_standing_entries_with_their_age():
    case = Case.of(Setting(Scenario.load("rongcheng"), people=GRID, periods=5), Ages())
    assert np.nanmin(case.history.score(4)) < 5


class Own:
    """Decides itself: adverse for anybody with a red light."""

    row_wise = True

    def score(self, records: pd.DataFrame) -> Scores:
        seen = records["red_light"].to_numpy() > 0
        return Scores(-seen.astype(np.float64), np.where(seen, -1, 1).astype(np.int8))


def test_a_models_own_decision_goes_before_the_scenarios():
    case = Case.of(Setting(Scenario.load("rongcheng"), people=2 * GRID, periods=5), Own())
    red = case.history.counts(4)[:, case.history.kinds.index("red_light")] > 0
    expected = np.where(red, -1, 1)[case.scored]
    np.testing.assert_array_equal(case.history.decision(4)[case.scored], expected)


def test_the_adverse_share_comes_near_the_scenarios_at_the_last_month():
    case = run_case("rongcheng", people=40 * GRID)
    share = (case.history.decision(23) == -1)[case.scored].mean()
    assert share == pytest.approx(0.03, abs=0.006)


def test_future_and_recorded_outcomes_have_their_positive_side(case):
    last = case.periods - 1
    for whose in ("future", "recorded"):
        good = outcome_positive(case.scenario, f"{whose}:red_light:6", case.history, case.society)
        assert 0.5 < good.mean() < 1
        favorable = outcome_positive(case.scenario, f"{whose}:volunteering:6", case.history, case.society)
        assert 0 < favorable.mean() < 0.5
    kind = case.history.kinds.index("red_light")
    acted = (case.history.true_counts(last) - case.history.true_counts(last - 6))[:, kind] > 0
    good = outcome_positive(case.scenario, "future:red_light:6", case.history, case.society)
    np.testing.assert_array_equal(good, ~acted)


def test_splitting_by_a_number_or_an_unknown_attribute_is_refused(case):
    for split in ("age", "tribe"):
        with pytest.raises(InputError, match="attribute to split by"):
            case.coded(split)


def test_a_crossing_has_every_pair_of_values(case):
    codes, labels = case.coded("community*sex")
    assert labels == ("majority*male", "majority*female", "minority*male", "minority*female")
    one, _ = case.coded("community")
    np.testing.assert_array_equal(codes // 2, one)


def test_a_yardstick_decides_as_many_as_the_scenarios_own_scheme():
    from testbed.models.lottery import Lottery

    setting = Setting(Scenario.load("judgment-debtors"), people=20 * GRID, periods=3)
    shares = setting.shares
    case = Case.of(setting, Lottery())
    adverse = (case.history.decision(2) == -1)[case.scored].mean()
    assert 0.001 < shares["adverse"]["worst_share"] < 0.02
    assert adverse == pytest.approx(shares["adverse"]["worst_share"], abs=0.003)
    assert not (case.history.decision(2) == 1).any()


class Odd:
    """Decides by the id of a person, whom it scores together with others."""

    row_wise = False

    def score(self, records):
        odd = records.index.to_numpy() % 2 == 1
        return Scores(np.zeros(len(records)), decision=np.where(odd, -1, 1).astype(np.int8))


class Coin:
    """Decides by the draw of a person, one record at a time."""

    row_wise, needs = True, ("draws",)

    def score(self, records, draws):
        return Scores(np.zeros(len(records)), decision=np.where(draws < 0.5, -1, 1).astype(np.int8))


@pytest.mark.usefixtures("small_training")
@pytest.mark.parametrize("model", [Odd, Coin])
def test_the_decisions_of_a_model_are_not_overruled_by_cut_offs(model):
    case = run_case("rongcheng", model(), people=1024, periods=3)
    assert case.scenario.decide["adverse"]["worst_share"] == 0.03
    for month in range(3):
        decided = case.history.decision(month)[case.scored]
        assert set(decided.tolist()) == {-1, 1}
        assert 0.4 < (decided == -1).mean() < 0.6
