"""One life in both worlds, told from the data of the run."""

import json

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.disclosures.base import RIGHTS
from testbed.lives.one_life import life, typical
from testbed.lives.way_out import way_out
from testbed.measures.opacity import planned
from testbed.report.case_page import case_sentence, case_text
from testbed.scenarios.base import Scenario
from testbed.twins import Inject


@pytest.fixture(scope="module")
def case():
    scenario = Scenario.load("rongcheng").set({"error.per_1000": 20})
    return run_case(scenario, people=6000, periods=18, seed=2)


@pytest.fixture(scope="module")
def told(case):
    return life(case)


def test_the_typical_life_is_one_whose_entry_turned_the_decision(case, told):
    twin = case.twin(Inject())
    assert told["person"] == typical(case)
    assert told["person"] in twin.roots
    assert twin.history.newly_adverse_against(case.history)[told["person"]]
    assert told["root_period"] == 6
    assert (told["kind"], told["channel"]) == ("judgment_default", "court")
    assert told["innocent"]


def test_months_without_are_the_months_barred_in_the_error_world_alone(case, told):
    one = told["person"]
    alone = case.twin(Inject(people=(one,))).history
    for name, months in told["months_without"].items():
        if name == "rebate":
            continue
        barred = sum(
            alone.sanctioned(name, t)[one] and not case.history.sanctioned(name, t)[one] for t in range(case.periods)
        )
        assert months == barred > 0


def test_the_sentence_is_made_of_the_numbers_of_the_life(told):
    sentence = case_sentence(told)
    assert sentence.startswith(f"person {told['person']}: one wrong court entry in month 6, no ")
    assert sentence.endswith("affected")
    name, months = max(told["months_without"].items(), key=lambda item: item[1])
    assert f"no {name} for {months} month" in sentence


def test_the_wrong_entry_is_in_the_error_world_only_and_everything_before_it_in_both(told):
    wrong = [event for event in told["events"] if "only one world has" in event["detail"]]
    assert [(event["period"], event["world"]) for event in wrong] == [(6, "error")]
    assert {event["world"] for event in told["events"] if event["period"] < 6} <= {"both"}
    assert [event["period"] for event in told["events"]] == sorted(event["period"] for event in told["events"])


def test_scores_agree_until_the_entry_and_fall_by_its_points_then(case, told):
    base, error = told["scores"]["base"], told["scores"]["error"]
    assert len(base) == len(error) == case.periods
    assert base[:6] == error[:6]
    assert error[6] - base[6] == -50


def test_every_act_is_told_with_what_the_record_made_of_it(case):
    acts = case.history.acts_
    busy = np.bincount(np.concatenate([one.person for one in acts]), minlength=len(case.people)) * case.scored
    person = int(busy.argmax())
    mine = [event for event in life(case, person)["events"] if event["what"].startswith("act: ")]
    base = [event for event in mine if event["world"] in ("both", "base")]
    assert len(base) == busy[person] > 5
    fates = ("not covered", "recorded by", "missed by", "recorded about person", "not yet")
    assert all(event["detail"].startswith(fates) for event in mine)


def test_an_act_that_strayed_names_on_whom_and_that_person_s_file_says_it_is_somebody_else_s(case):
    ledger = case.history.ledger
    strayed = ledger.where(
        (ledger.origin == 2) & ledger.real & case.scored[ledger.subject] & case.scored[ledger.author]
        & (ledger.start < case.periods)
    )  # fmt: skip
    actor, victim = int(strayed.author[0]), int(strayed.subject[0])
    assert any(event["detail"] == f"recorded about person {victim} instead" for event in life(case, actor)["events"])
    assert any("about another person of the same name" in event["detail"] for event in life(case, victim)["events"])


def test_others_touched_are_those_of_the_reach_of_this_root_alone(case, told):
    rows = case.twin(Inject(people=(told["person"],))).touched
    others = rows[(rows["person"] != told["person"]) & rows[["score", "decision", "list", "sanction"]].any(axis=1)]
    assert told["others_touched"] == len(told["touched"]) == len(others)
    assert {one["person"] for one in told["touched"]} == set(others["person"])


def test_anybody_in_scope_has_a_life_with_the_entry_on_them_alone(case):
    other = int(np.flatnonzero(case.scored & ~np.isin(case.people.index, case.twin(Inject()).roots))[7])
    made = life(case, other)
    assert made["person"] == other
    assert made["root_period"] == 6
    assert made["scores"]["error"][6] < made["scores"]["base"][6]


def test_a_person_who_does_not_exist_or_is_out_of_scope_has_none(case):
    with pytest.raises(InputError, match="person 6000 does not exist: allowed are 0 to 5999"):
        life(case, 6000)
    with pytest.raises(InputError, match="does not exist"):
        life(case, -1)
    child = int(np.flatnonzero(~case.scored)[0])
    with pytest.raises(InputError, match=f"person {child} is not scored"):
        life(case, child)


def test_in_a_run_that_ends_before_the_entry_both_worlds_are_one():
    case = run_case("rongcheng", people=1024, periods=3)
    made = life(case, int(np.flatnonzero(case.scored)[0]))
    assert made["root_period"] is None
    assert made["others_touched"] is None
    assert made["scores"]["base"] == made["scores"]["error"]
    assert {event["world"] for event in made["events"]} <= {"both"}
    assert typical(case) is None
    with pytest.raises(InputError, match="nobody has a wrong entry"):
        life(case)


def test_in_a_society_so_small_that_nobody_is_befallen_it_is_the_one_who_would_be_first():
    case = run_case("restaurant-hygiene", people=2000, periods=8, seed=1)
    assert typical(case) is None
    person = life(case)["person"]
    shares = [(share, case.roots_of(Inject(per_1000=share)).roots) for share in range(100, 1000)]
    assert next(roots for _, roots in shares if len(roots)).tolist() == [person]
    with pytest.raises(InputError, match="nobody has a wrong entry"):
        life(run_case(case.scenario.set({"error.per_1000": 0}), people=2000, periods=8, seed=1))


def test_a_life_is_plain_data_that_the_page_can_show(told):
    json.dumps(told)
    assert set(told["rights"]) == set(RIGHTS)
    assert all(set(event) == {"period", "world", "what", "detail", "visible"} for event in told["events"])
    assert any("in both worlds" in line for line in case_text(told))


def test_who_is_told_nothing_sees_neither_decision_nor_entry():
    rights = {f"disclosure.{right}": False for right in RIGHTS}
    closed = Case.of(Setting(Scenario.load("rongcheng").set(rights), people=2048, periods=12))
    entries = [event for event in life(closed)["events"] if "entry" in event["what"] or event["what"] == "decision"]
    assert entries
    assert not any(event["visible"] for event in entries)


def test_the_way_out_is_a_plan_whose_walk_ends_the_adverse_decision(case, told):
    """The plan of the life is about the error world: without its wrong entry nothing would have to be done."""
    one = told["person"]
    found = way_out(case, one)
    error = case.twin(Inject(people=(one,)))
    assert error.history.decision(found["month"])[one] == -1
    assert found["until"] is None or found["month"] < found["until"] <= found["month"] + found["horizon"]
    held = planned(error, np.array([one]), found["month"])
    assert held.found[0].best == found["best"]
    if found["until"] is not None:
        assert found["chance"] >= found["success"]
        assert found["hours"] == held.found[0].plan.cost <= found["budget"]
        assert sum(step["times"] for step in found["steps"]) >= (found["hours"] > 0)


def test_who_is_not_decided_adversely_has_no_way_out_to_seek():
    """The run ends before the wrong entry is made, so both worlds are the same."""
    short = run_case("rongcheng", people=2048, periods=3)
    spared = np.flatnonzero(short.scored & (short.history.decisions_[:] != -1).all(axis=0))
    assert way_out(short, int(spared[0])) is None
