"""Every reader of a world gets every column of its people, those that they have by ties or by the month included."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.lineage.trace import lineage
from testbed.lives.one_life import life
from testbed.measure import measures
from testbed.measures.disparate_impact.counterfactual import effects
from testbed.measures.disparate_impact.paths import worlds
from testbed.measures.disparate_impact.regime_counterfactual import everyone_moved
from testbed.measures.opacity.foresight import foresee
from testbed.measures.opacity.knowledge import sample
from testbed.measures.opacity.predictability import question
from testbed.models.base import models
from testbed.models.grammar import Condition
from testbed.models.load import load_model, not_installed
from testbed.models.mitigated import Mitigated
from testbed.regimes.ties import FIRMS, LISTED
from testbed.runs.auditing import run_audit
from testbed.runs.plan import planned
from testbed.scenarios.base import Scenario, names
from testbed.twins import Assign, Change, Inject, Switch, replay
from testbed.world.recorded import held_arrays, listed_acquaintances, record_columns

PEOPLE, MONTHS = 2048, 6
FOLLOWED = {"error.period": 1, "error.per_1000": 50}
BY_TIES = ("corporate", "restaurant-hygiene", "zhima-like")


@cache
def setting(name: str) -> Setting:
    """A small setting of a scenario, with enough wrong entries from early on."""
    return Setting(Scenario.load(name).set(FOLLOWED), people=PEOPLE, periods=MONTHS)


@cache
def lived(name: str) -> Case:
    """The scenario's own model in its small setting."""
    return Case.of(setting(name))


def wide(name: str) -> Scenario:
    """A scenario that holds all that people have by ties, and compares owners of firms with the rest."""
    made = Scenario.load(name).set(FOLLOWED)
    held = dict.fromkeys([*made.held, *(one.name for one in FIRMS), LISTED])
    return replace(made, ties=("firms",), held=tuple(held), compared=("community", "owns_firm"), scored=Condition(()))


def some(case: Case, many: int = 20) -> list[int]:
    """A few people in scope, no two of one household."""
    scored = np.flatnonzero(case.scored)
    _, first = np.unique(case.society.household[scored], return_index=True)
    return scored[np.sort(first)][:many].tolist()


def owned(case: Case) -> list[str]:
    """The columns of owners of firms that the society of a case has."""
    return [one.name for one in FIRMS if one.name in case.society.columns]


def moved(case: Case) -> tuple[str, str]:
    """The first compared attribute, and a group of it that is not the reference."""
    attribute = case.scenario.compared[0]
    _, levels = case.coded(attribute)
    return attribute, next(one for one in levels if one != case.scenario.reference.get(attribute, levels[0]))


def asked_is_lived(case: Case) -> bool:
    """Whether the scheme, asked of the records of the last month, says what it said in the world."""
    month = case.periods - 1
    score, decision = (made[case.scored] for made in (case.history.score(month), case.history.decision(month)))
    said = case.scores
    return np.array_equal(said.score, score) and said.decision is not None and np.array_equal(said.decision, decision)


CHANGES: dict[str, Callable[[Case], Change]] = {
    "wrong entries": lambda case: Inject(),
    "a group of some": lambda case: Assign(*moved(case), some(case)),
    "a group of all": lambda case: Assign(*moved(case)),
    "a group of some as channels see it": lambda case: Assign(*moved(case), some(case), ("sensing",)),
    "no errors": lambda case: Switch("channels.errors", False),
}


@pytest.mark.parametrize("name", names())
def test_people_have_every_declared_column_and_the_scheme_asked_of_their_records_says_what_it_said(name: str) -> None:
    case = lived(name)
    assert set(case.people.columns) == set(case.scenario.declared.variables) - {LISTED}
    assert list(case.records.columns) == list(record_columns(case.scenario))
    assert asked_is_lived(case)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", names())
def test_a_twin_is_of_the_same_columns_and_its_records_are_those_of_its_world(name: str, change: str) -> None:
    case = lived(name)
    twin = case.twin(CHANGES[change](case))
    assert list(twin.records.columns) == list(case.records.columns)
    assert asked_is_lived(twin)
    assert all(np.array_equal(twin.society.columns[one], case.society.columns[one]) for one in owned(case))


@pytest.mark.parametrize("name", names())
def test_what_a_person_knows_can_be_said_in_every_scenario(name: str) -> None:
    made = question(lived(name), 512)
    assert len(made.decision) == min(512, int(lived(name).scored.sum()))
    assert all(np.isfinite(view).all() for view in made.views)


@pytest.mark.parametrize("name", names())
def test_a_group_is_followed_to_the_decision_in_every_scenario(name: str) -> None:
    case = lived(name)
    reference = case.scenario.reference
    for attribute in case.scenario.compared:
        if case.scenario.declared.variables[attribute].assigned_to == "grid":
            continue
        _, levels = case.coded(attribute)
        versus = reference.get(attribute, levels[0])
        group = next(one for one in levels if one != versus)
        people, tau = effects(case, attribute, group, versus, sample=20)
        same, values, _ = worlds(case, attribute, group, versus, sample=20)
        np.testing.assert_array_equal(people, same)
        np.testing.assert_array_equal(tau, values[-1] - values[0])


@pytest.mark.parametrize("name", names())
def test_a_life_and_its_lineage_can_be_told_in_every_scenario(name: str) -> None:
    case = lived(name)
    assert life(case)["root_period"] == 1
    assert set(lineage(case).rows["person"]) <= set(range(PEOPLE))


@pytest.mark.parametrize("name", BY_TIES)
def test_everybody_can_be_moved_and_columns_by_ties_stay(name: str) -> None:
    case = lived(name)
    other = everyone_moved(case, *moved(case))
    attribute, group = moved(case)
    assert (other.people[attribute] == group).all()
    for one in owned(case):
        assert other.people[one].equals(case.people[one])
    assert asked_is_lived(other)


@pytest.mark.parametrize("model", models.names())
@pytest.mark.parametrize("name", BY_TIES)
def test_every_built_in_model_reads_columns_by_ties_in_a_world_and_its_twin(name: str, model: str) -> None:
    group = "migrant" if name == "zhima-like" else "sector"
    if said := not_installed(models.get(model)()):
        pytest.skip(f"{model} {said}")
    held = Mitigated(group) if model == "mitigated" else load_model(model)
    held.sensitive = group
    case = Case.of(setting(name), held)
    assert asked_is_lived(case)
    assert asked_is_lived(case.twin(Inject()))
    assert asked_is_lived(case.twin(Assign(*moved(case), some(case))))


def test_nothing_fails_where_all_columns_by_ties_are_held_and_one_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testbed.measures.opacity.multiplicity.MODELS", 3)
    monkeypatch.setattr("testbed.measures.opacity.jitter.FITS", 2)
    monkeypatch.setitem(foresee.__kwdefaults__, "pools", 3)
    made = run_audit(planned(wide("corporate"), "logistic", people=PEOPLE, periods=MONTHS, measures=measures.names()))
    assert made.failures == []
    assert not made.void
    found = made.findings
    counterfactual = found[found["measure"].str.startswith(("counterfactual_effect", "path_effect", "spurious_gap"))]
    why = counterfactual[counterfactual["split"] == "owns_firm"]["why"]
    assert set(why) == {"owns_firm is assigned to a firm: nobody can be moved alone"}


def test_a_column_by_ties_cannot_be_assigned() -> None:
    for name, column in (("corporate", "owns_firm"), ("zhima-like", LISTED)):
        with pytest.raises(InputError, match=f"'{column}' comes by ties, which stay as they are"):
            lived(name).twin(Assign(column, "yes", [1]))


def test_a_person_knows_how_many_acquaintances_are_held_against_them() -> None:
    case = lived("zhima-like")
    who = sample(case, 512)
    held = case.records[LISTED].to_numpy()[who.row]
    assert held.any()
    assert any((view == held[:, None]).all(axis=0).any() for view in question(case, 512).views)


def test_somebody_who_moved_knows_the_scheme_they_came_under() -> None:
    case = lived("many-cities")
    who = sample(case, PEOPLE)
    now, home = case.records["scheme"].to_numpy(object), case.people["scheme"].to_numpy(object)[who.place]
    assert (now != home).any()
    for scheme in set(now) - {"none"}:
        assert ((question(case, PEOPLE).views[-1] == (now == scheme)[:, None]).all(axis=0)).any()


def test_acquaintances_listed_in_a_replay_are_counted_there_and_all_others_in_the_base_world() -> None:
    case = lived("zhima-like")
    twin, month = case.twin(Inject(people=tuple(some(case, 200)))), MONTHS - 1
    part = replay(
        case.society, case.scheme, case.history, twin.roots, injection=case.roots_of(Inject(people=tuple(twin.roots)))
    )
    whole = listed_acquaintances(case.society, twin.history, month)
    assert (whole != listed_acquaintances(case.society, case.history, month)).any()
    found = held_arrays(case.society, part.history, month, part.people, outside=case.history)
    np.testing.assert_array_equal(found[LISTED], whole[part.people])


@pytest.mark.parametrize("model", ["logistic", "boosting"])
def test_a_row_wise_model_reads_numbers_that_are_no_integers(model: str) -> None:
    scenario = replace(setting("rongcheng").scenario, held=("age", "income", "camera_density"))
    case = Case.of(Setting(scenario, people=PEOPLE, periods=MONTHS), load_model(model))
    assert asked_is_lived(case)
    assert len(np.unique(case.scores.score)) > len(case.records) / 2 or model == "boosting"
    assert asked_is_lived(case.twin(Inject()))


def test_people_of_a_society_are_those_of_its_population_and_what_they_have_by_ties() -> None:
    case = lived("corporate")
    own = case.society.population.people()
    pd.testing.assert_frame_equal(case.people[list(own.columns)], own)
    assert [name for name in case.people.columns if name not in own] == [one.name for one in FIRMS]
