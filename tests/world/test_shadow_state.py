"""The shadow record of whom one knows on a list: it follows the lists to which the shadow record would have led.

In the planted towns nothing that people do depends on lists. So the world in which no channel errs has the same acts,
and its decisions are the deserved ones of the world with errors, month by month and person by person.
"""

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import run_case
from testbed.measures.error_propagation.error_sources import OTHERS, SIDES, contributions
from testbed.regimes import tied
from testbed.twins import Assign
from testbed.world import World

pytestmark = pytest.mark.usefixtures("small_training")

PERIODS = 6
LISTS = f"""
[lists.black]
enter = "adverse"
stay = {number(1)}
[agencies.rail]
copies = "black"
delay = {number(1)}
forgets = {number(1)}
"""
MOVES = f"""
[moving]
rate = {number(0.05)}
listed_ratio = {number(1)}
record_follows = {number(1)}
"""
APPEAL = {"noticed": 1, "notice_delay": 0, "filed": 0.5, "filed_true": 0.5, "upheld": 0.5, "upheld_true": 0.5,
          "decision_delay": 0}  # fmt: skip
KNOWN = {"slip": ('column = "slip"', -3), "known": ('column = "listed_acquaintances"', -1)}


@pytest.fixture
def town(plant, parts):
    """A town in which two points are adverse: a slip, or two acquaintances on lists; slips miss and stray."""

    def make(
        rules=KNOWN,
        held=("age", "listed_acquaintances"),
        follows=LISTS,
        cutoff=-1.5,
        dials=None,
        people=3072,
        slips=0.006,
        depends="",
        **errors,
    ):
        scenario = plant(
            acts={"slip": parts.act(slips, depends=depends), "lapse": parts.act(0.02)},
            rules=rules,
            channels={"first": parts.channel(["slip"], **(errors or {"miss": 0.3, "false_match": 0.4})),
                      "second": parts.channel(["lapse"], **errors.get("second", {"false_match": 0.5}))},
            held=held, cutoff=cutoff, follows=parts.regime(minor=3, **APPEAL) + follows,
        )  # fmt: skip
        return run_case(scenario.set(dials or {}), people=people, periods=PERIODS, seed=2)

    return make


def faithful(case):
    """The same people under the same scheme where no channel errs and no appeal is decided against the truth."""
    return run_case(case.scenario.set({"channels.errors": "off"}), people=len(case.people), periods=PERIODS, seed=2)


def same_acts(one, other):
    return all(
        np.array_equal(np.sort(a.address), np.sort(b.address))
        for a, b in zip(one.history.acts_, other.history.acts_, strict=True)
    )


def test_deserved_decisions_are_those_of_the_world_without_errors_where_acquaintances_on_lists_count(town):
    case = town()
    clean = faithful(case)
    assert same_acts(case, clean)
    np.testing.assert_array_equal(case.history.deserved_[:], clean.history.decisions_[:])
    np.testing.assert_array_equal(case.history.shadow_lists_[:], clean.history.lists_[:])
    np.testing.assert_array_equal(clean.history.deserved_[:], clean.history.decisions_[:])
    wrong = case.history.decisions_[:] != case.history.deserved_[:]
    own = np.stack([case.history.counts(t) != case.history.counts(t, shadow=True) for t in range(PERIODS)]).any(axis=2)
    assert (wrong & ~own).sum() > 20


def test_people_move_in_the_shadow_record_as_they_moved(town):
    # Moving is conduct: who moved is scored by the city they live in, deserved or not.
    rules = {**KNOWN, "city": ('when = { scheme = { is = "none" } }', -2)}
    dials = {"recipe.city.smallest": 1, "recipe.city.largest": 1, "recipe.scheme.share": 0.5}
    case = town(rules, ("age", "scheme", "listed_acquaintances"), LISTS + MOVES, dials=dials)
    clean = faithful(case)
    np.testing.assert_array_equal(case.history.schemes[:], clean.history.schemes[:])
    assert (case.history.schemes[-1] != case.history.schemes[0]).sum() > 100
    np.testing.assert_array_equal(case.history.deserved_[:], clean.history.decisions_[:])
    assert (case.history.decisions_[:] != case.history.deserved_[:]).sum() > 20


def test_wrong_decisions_about_people_without_an_error_of_their_own_are_owed_to_others(town):
    case = town()
    found = contributions(case, "channel")
    for side in SIDES:
        np.testing.assert_allclose(sum(found.of[side].values()), found.total[side], atol=1e-9)
    history, expected = case.history, np.zeros(len(case.people))
    for t in range(PERIODS):
        own = (history.counts(t) != history.counts(t, shadow=True)).any(axis=1)
        expected += ~own & (history.decision(t) == -1) & (history.deserved(t) != -1)
    assert expected.sum() > 20
    assert (found.of["adverse"][OTHERS] >= expected).all()
    row = rows_of(case, "channel_contribution")["channel_contribution[channel=others]"]
    assert row["value"] == pytest.approx(1000 * found.of["adverse"][OTHERS].sum() / case.scored.sum() / PERIODS)
    burden = rows_of(case, "error_burden")
    assert burden["error_burden[source=others]"]["value"] == pytest.approx(row["value"])
    parts = [one["value"] for name, one in burden.items() if name.startswith("error_burden[")]
    assert sum(parts) == pytest.approx(burden["error_burden"]["value"])


def test_where_a_decision_takes_an_error_of_ones_own_and_one_about_others_each_owes_half(town):
    # A lapse is listed. A slip is adverse beside a listed acquaintance only; nobody slips but by strayed entries.
    both = "when = { slip = { at_least = 1 }, listed_acquaintances = { at_least = 1 } }"
    rules = {"lapse": ('column = "lapse"', -1), "both": (both, -1)}
    case = town(rules, cutoff=-0.5, false_match=1.0, slips=0.05)
    history, (first, others, halves, *hides) = case.history, np.zeros((5, len(case.people)))
    lapsed = np.zeros(len(case.people), bool)
    for t in range(1, PERIODS):
        own, truth = history.counts(t), history.counts(t, shadow=True)
        lapsed |= (own[:, 1] > 0) | (truth[:, 1] > 0)
        listed, deserved = (
            np.bincount(tied(case.society.ties("acquaintances"), np.flatnonzero(bits))[1], minlength=len(lapsed)) > 0
            for bits in (history.lists(t - 1), history.shadow_lists(t - 1))
        )
        slip, true_slip = own[:, 0] > 0, truth[:, 0] > 0
        halves += slip & listed & ~true_slip & ~deserved
        first += slip & listed & ~true_slip & deserved
        others += slip & listed & true_slip & ~deserved
        hides[0] += ~slip & listed & true_slip & ~deserved  # the slip that strayed away makes good whom one knows
        hides[1] += slip & ~listed & ~true_slip & deserved  # and the other way round
    which = case.scored & ~lapsed
    assert halves[which].sum() > 20
    found = contributions(case, "channel").of["adverse"]
    np.testing.assert_allclose(found["first"][which], (first + (halves - hides[0] + hides[1]) / 2)[which])
    np.testing.assert_allclose(found[OTHERS][which], (others + (halves + hides[0] - hides[1]) / 2)[which])


def test_a_replay_follows_the_lists_of_the_shadow_record_though_those_of_the_record_stay(town, parts):
    # Every slip is missed, so nobody is listed; people who are moved to the minority slip, and their acquaintances
    # deserve what follows.
    case = town(slips=0.002, depends=parts.times("community", "minority", 100), miss=1.0)
    moved = np.flatnonzero(case.scored & (case.people["community"] == "majority").to_numpy())[::40]
    views = case.society.shown("community", "minority", moved, ())
    full = World(case.society, case.scheme, PERIODS, views=views).run()
    twin = case.twin(Assign("community", "minority", moved.tolist())).history
    assert case.separable
    assert not full.lists_[:].any()
    np.testing.assert_array_equal(twin.deserved_[:], full.deserved_[:])
    np.testing.assert_array_equal(twin.shadow_lists_[:], full.shadow_lists_[:])
    others = np.isin(case.society.household, case.society.household[moved], invert=True)
    assert (full.deserved_[:] != case.history.deserved_[:])[:, others].any()


def test_a_scheme_that_reads_no_acquaintance_keeps_no_shadow_lists(town):
    case = town({"slip": ('column = "slip"', -3)})
    assert case.history.shadow_lists_ is None
    assert not contributions(case, "channel").of["adverse"][OTHERS].any()
