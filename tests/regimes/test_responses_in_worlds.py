"""Responses in whole worlds: what falls, by how much, and that nothing is added."""

import numpy as np
import pytest

from synthetic.ledger import ORIGINS
from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.regimes.misused import operator_log
from testbed.regimes.response import counted_against
from testbed.scenarios.base import Scenario

PEOPLE, MONTHS = 6144, 6


def world(name, **dials):
    scenario = Scenario.load(name).set(dials)
    return Case.of(Setting(scenario, people=PEOPLE, periods=MONTHS, seed=2))


def acts(case, among):
    """Addresses of the acts of some kinds: (month, person, kind, k)."""
    codes = [case.scenario.kinds.index(kind) for kind in among]
    return {
        (one.period, *row)
        for one in case.history.acts_
        for row in zip(one.person.tolist(), one.kind.tolist(), one.k.tolist(), strict=True)
        if row[1] in codes
    }


@pytest.fixture(scope="module")
def base():
    return world("dang")


@pytest.fixture(scope="module")
def watched():
    return world("dang", **{"regime.response.belief": 0.8, "regime.response.chilling": 0.5})


@pytest.fixture(scope="module")
def sensitive(base):
    return [kind.name for kind in base.scenario.conduct if kind.sensitive]


def test_belief_suppresses_its_share_of_lawful_sensitive_acts_and_adds_none(base, watched, sensitive):
    before, after = acts(base, sensitive), acts(watched, sensitive)
    assert after < before
    share = 0.8 * 0.5
    assert 1 - len(after) / len(before) == pytest.approx(share, abs=4 * (share * (1 - share) / len(before)) ** 0.5)


def test_lawful_acts_that_are_not_sensitive_are_left_alone(base, watched, sensitive):
    calm = [kind.name for kind in base.scenario.conduct if kind.direction == "lawful" and kind.name not in sensitive]
    assert calm
    assert acts(watched, calm) == acts(base, calm)


def test_avoidance_leaves_all_acts_and_takes_its_share_of_the_entries():
    kinds = sorted(counted_against(Scenario.load("rongcheng").rulebook))
    dials = {"regime.response.heeded": 1, "regime.response.adaptation": 0, "regime.low_grade.follows": "off"}
    open_, hidden = (world("rongcheng", **dials, **{"regime.response.avoidance": share}) for share in (0, 0.5))
    assert acts(hidden, kinds) == acts(open_, kinds)
    many = [
        np.isin(
            case.history.ledger.kind[case.history.ledger.shadow], [case.scenario.kinds.index(k) for k in kinds]
        ).sum()
        for case in (open_, hidden)
    ]
    assert many[1] / many[0] == pytest.approx(0.5, abs=0.06)


def test_an_official_s_entries_are_wrong_and_stand_in_the_record_alone():
    case = world("health-code", **{"regime.misuse.rate": 5, "regime.misuse.audited": 1, "regime.misuse.reversal": 0})
    ledger = case.history.ledger
    mine = ledger.where(ledger.origin == ORIGINS.index("misuse"))
    assert len(mine) / (PEOPLE * MONTHS) == pytest.approx(0.005, rel=0.25)
    assert mine.real.all()
    assert not mine.shadow.any()
    log = operator_log(ledger, case.scenario.regime, case.seed)
    assert len(log) == len(mine)
    assert log["audited"].sum() == log["logged"].sum() > 0
