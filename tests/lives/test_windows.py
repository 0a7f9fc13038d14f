"""Two windows on one life: the operator's holds the whole record, the person's what the rights show."""

import numpy as np
import pytest

from testbed.case import granted
from testbed.case.case import run_case
from testbed.disclosures.base import RIGHTS
from testbed.lives.one_life import life
from testbed.report.case_page import case_text, render_case
from testbed.scenarios.base import Scenario


@pytest.fixture(scope="module")
def case():
    return run_case(Scenario.load("rongcheng"), people=2048, periods=10, seed=2)


@pytest.fixture(scope="module")
def told(case):
    return life(case)


def seen(told, who):
    return [(row["what"], row[who]) for row in told["windows"]["rows"] if row[who]]


def under(case, on):
    return life(granted(case, {f"disclosure.{right}": on for right in RIGHTS}), life(case)["person"])


def test_the_operator_sees_every_entry_in_force_and_that_none_of_them_is_wrong(case, told):
    month, person = told["windows"]["month"], told["person"]
    assert month == told["root_period"] == 6
    held = case.history.ledger
    standing = held.real & (held.subject == person) & (held.start <= month) & (month < held.end)
    entries = [text for what, text in seen(told, "operator") if what == "entry"]
    assert len(entries) == np.count_nonzero(standing) + 1
    assert not any("wrong" in text for text in entries)
    assert ("score", f"{told['scores']['error'][month]:,.6g}") in seen(told, "operator")


def test_with_every_right_the_windows_are_the_same_and_with_none_the_person_sees_sanctions_alone(case, told):
    open_, closed = under(case, True), under(case, False)
    # No list or sanction of this regime is secret.
    assert seen(open_, "person") == seen(open_, "operator")
    assert {what for what, _ in seen(closed, "person")} <= {"sanction", "reward"}
    assert len(seen(closed, "operator")) >= 8
    between = len(seen(told, "person"))
    assert len(seen(closed, "person")) < between < len(seen(told, "operator"))


def test_reasons_are_seen_with_an_adverse_decision_and_the_score_is_not(told):
    mine = dict(seen(told, "person"))
    assert mine["decision"] == "adverse"
    assert "judgment_default: -50" in [text for what, text in seen(told, "person") if what == "reason"]
    assert "score" not in mine


def test_text_and_page_show_both_windows_and_keep_hostile_texts_as_texts(told):
    month = told["windows"]["month"]
    lines = case_text(told)
    assert f"What the operator sees in month {month}, * if the person could not see it:" in lines
    assert any(line.startswith("  * score: ") for line in lines)
    assert "  decision: adverse" in "\n".join(lines)
    bad = "<script>alert(1)</script>"
    page = render_case({**told, "windows": {"month": month, "rows": [{"what": bad, "operator": bad, "person": ""}]}})
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
    assert "not shown" in page
    assert "--grant each" in render_case(told).replace("</span>", "").replace('<span class="word">', "")
