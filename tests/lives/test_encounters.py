"""What one person meets at gates and who sees them, against the tables of the whole run."""

import numpy as np
import pytest

from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.lives.one_life import life
from testbed.regimes.debt import debts
from testbed.regimes.gates import refusals
from testbed.regimes.publicity import seen_by
from testbed.report.case_page import case_text, sections
from testbed.twins import Inject


def told(name, person=None, **dials):
    from testbed.scenarios.base import Scenario

    case = Case.of(Setting(Scenario.load(name).set(dials), people=4096, periods=14, seed=1))
    return case, life(case, person)


@pytest.fixture(scope="module")
def debtor():
    return told("joint-sanctions", **{"regime.flight.attempts": 1, "error.per_1000": 20})


def test_refused_attempts_are_those_of_the_table_of_refusals_in_each_world(debtor):
    case, made = debtor
    one = made["person"]
    twin = case.twin(Inject(people=(one,))).history
    for world, history in (("base", case.history), ("error", twin)):
        rows = refusals(history, case.scenario.regime, case.people, case.seed, among=[one])
        assert sum(worlds[world] for worlds in made["refused"].values()) == rows["attempts"].sum()
    assert made["refused"]["flights"]["error"] > made["refused"]["flights"]["base"] == 0
    events = [event for event in made["events"] if event["what"] == "refused: flights"]
    months = np.flatnonzero([twin.sanctioned("flight", t)[one] for t in range(case.periods)])
    assert events
    assert {event["world"] for event in events} == {"error"}
    assert {event["period"] for event in events} <= set(months.tolist())


def test_a_party_sees_the_person_in_the_months_of_the_sanctions_that_are_shown_to_it(debtor):
    case, made = debtor
    one = made["person"]
    twin = case.twin(Inject(people=(one,))).history
    shown = np.array([seen_by(twin.sanctions_[t, one], case.scenario.regime) for t in range(case.periods)])
    assert made["seen_by"]["error"]["public"] == made["seen_by"]["error"]["neighbors"] == (shown > 0).sum() > 0
    assert made["seen_by"]["base"] == {}
    said = dict(sections(made))["Who else could see them"]
    assert any(line.startswith("public, always") and "with it" in line for line in said)


def test_turns_of_one_month_are_said_together_and_in_words(debtor):
    _, made = debtor
    text = " ".join(" ".join(case_text(made, width=1000)).split())
    assert "sanction begins: no fast train, no flight, on the public board" in text
    assert "copied: bank, market office, personnel office" in text


def test_what_befalls_a_person_in_secret_is_marked_and_named():
    _, made = told("dang", **{"error.per_1000": 50})
    secret = [event for event in made["events"] if event["what"] in ("put on the list", "copied", "sanction begins")]
    assert secret
    assert not any(event["visible"] for event in secret)
    assert {"list marked", "the copy of employer", "passed over at work"} <= set(made["secret"])
    assert "is not told of: list marked" in dict(sections(made))["What the person could see"]


def test_a_debt_is_told_with_what_is_taken_by_the_end():
    case, made = told("midas-auto", **{"error.per_1000": 200})
    one = made["person"]
    rows = debts(case.twin(Inject(people=(one,))).history, case.scenario.regime)
    mine = rows[rows["person"] == one].iloc[0]
    event = next(event for event in made["events"] if event["what"] == "debt raised: overpayment")
    assert (event["period"], event["world"]) == (mine["month"], "error")
    assert event["detail"].startswith(f"3,617 Australian dollars and a penalty of 14,468; {mine['taken']:,.0f} taken")


def test_the_reasons_told_at_a_decision_are_the_rules_that_took_the_points():
    case, made = told("rongcheng", **{"error.per_1000": 50})
    twin = case.twin(Inject(people=(made["person"],)))
    turned = next(t for t in range(14) if twin.history.decision(t)[made["person"]] == -1)
    said = [event for event in made["events"] if event["what"] == "reasons told" and event["period"] == turned]
    assert [event["world"] for event in said] == ["error"]
    assert said[0]["detail"].startswith("judgment_default -50")
    assert case.questions == twin.questions == 0


def test_where_no_reasons_are_due_none_are_told():
    _, made = told("rongcheng", **{"error.per_1000": 50, "disclosure.reasons_adverse": "off"})
    assert any(event["detail"].startswith("adverse") for event in made["events"] if event["what"] == "decision")
    assert not any(event["what"] == "reasons told" for event in made["events"])
