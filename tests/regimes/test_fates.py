"""Restoration, cost of appeal, audit and staleness: when entries end, in closed form."""

import numpy as np
import pytest

from synthetic.errors import InputError
from synthetic.ledger import CAUSES
from testbed.regimes.appeal import fates
from testbed.regimes.state import RegimeState

N = 50_000
REPAIR = {"minor": 1, "moderate": 3, "serious": 12, "requested": 0.5, "granted": 0.8}
APPEAL = {
    "noticed": 1,
    "notice_delay": 0,
    "filed": 0.6,
    "filed_true": 0,
    "upheld": 1,
    "upheld_true": 0,
    "decision_delay": 0,
}


def told(regime, severity=2, wrong=True, start=5, can_know=True, **given):
    """Fates of N adverse entries of one severity."""
    ids = np.arange(N, dtype=np.int64) << 8
    return fates(
        ids, np.full(N, start), np.full(N, wrong), np.ones(N, bool), np.full(N, severity),
        regime=regime, seed=4, can_know=can_know, errors=True, **given,
    )  # fmt: skip


def by(fate, cause):
    return fate.end_cause == CAUSES.index(cause)


@pytest.mark.parametrize(("severity", "waits"), [(0, 1), (1, 3), (2, 12)])
def test_repair_ends_entries_after_the_wait_of_their_severity_in_record_and_shadow_alike(made, severity, waits):
    fate = told(made({"restoration": REPAIR}), severity, wrong=False)
    repaired = by(fate, "repaired")
    assert repaired.mean() == pytest.approx(0.5 * 0.8, abs=0.01)
    assert (fate.end[repaired] == 5 + waits).all()
    assert (fate.end[~repaired] == 5 + (6, 12, 24)[severity]).all()
    assert np.array_equal(fate.end, fate.shadow_end)


def test_who_can_know_of_no_entry_asks_for_no_repair(made):
    assert not by(told(made({"restoration": REPAIR}), can_know=False), "repaired").any()


def test_an_agency_keeps_its_copy_after_a_repair_for_as_long_as_it_forgets_late(made):
    regime = made(
        {"lists.black": {"enter": "adverse", "stay": 0}},
        {"agencies.bank": {"copies": "black", "delay": 0, "forgets": 4}},
    )
    state = RegimeState(regime, np.arange(1), np.arange(1), np.zeros(1, bool), seed=1)
    held = []
    for t in range(9):
        state.step(t, np.array([-1 if t < 3 else 0], np.int8))
        held.append((bool(state.on["black"][0]), bool(state.on["bank"][0])))
    assert [t for t, (listed, _) in enumerate(held) if listed] == [0, 1, 2]
    assert [t for t, (_, copied) in enumerate(held) if copied] == [0, 1, 2, 3, 4, 5, 6]


def test_an_appeal_that_is_decided_after_the_entry_expired_strikes_nothing(made):
    # Everybody files at once. Decisions come two months after the entry and later, the entry lasts six months.
    rights = {**APPEAL, "filed": 1, "decision_delay": 5}
    fate = told(made({"appeal": rights}), severity=0)
    struck = by(fate, "corrected")
    assert fate.filed.all()
    assert 0.2 < struck.mean() < 0.8
    assert (fate.end <= fate.shadow_end).all()
    assert (fate.end[struck] < 5 + 6).all()
    assert (fate.end[~struck] == 5 + 6).all()
    assert by(fate, "expired")[~struck].all()


def test_a_fee_of_the_bearable_share_of_income_halves_the_appeals(made):
    regime = made({"appeal": {**APPEAL, "cost": 300, "bearable": 0.1}})
    free = told(made({"appeal": APPEAL}))
    assert free.filed.mean() == pytest.approx(0.6, abs=0.01)
    assert told(regime, income=np.full(N, 3000.0)).filed.mean() == pytest.approx(0.3, abs=0.01)
    assert told(regime, income=np.full(N, 6000.0)).filed.mean() == pytest.approx(0.4, abs=0.01)
    assert not told(regime, income=np.zeros(N)).filed.any()
    assert (told(regime, income=np.full(N, 3000.0)).filed <= free.filed).all()
    with pytest.raises(InputError, match="no income"):
        told(regime)


def test_the_operator_finds_wrong_entries_at_its_monthly_hazard_until_they_expire(made):
    fate = told(made({"audit": {"found": 0.05}}))
    found = by(fate, "audited")
    assert found.mean() == pytest.approx(1 - 0.95**23, abs=0.01)
    lasted = (fate.end - 5)[found]
    assert (lasted == 1).mean() * found.mean() == pytest.approx(0.05, abs=0.005)
    assert (fate.end - 5).mean() == pytest.approx((1 - 0.95**24) / 0.05, abs=0.1)
    assert (fate.shadow_end == 29).all()
    assert not by(told(made({"audit": {"found": 0.05}}), wrong=False), "audited").any()


def test_a_raised_hazard_ends_no_entry_later(made):
    low, high = (told(made({"audit": {"found": share}})).end for share in (0.05, 0.2))
    assert (high <= low).all()


def test_a_stale_entry_outlives_its_term_in_the_record_alone_unless_it_was_struck(made):
    stale = np.full(N, 7)
    fate = told(made({"appeal": APPEAL}), stale=stale)
    struck = by(fate, "corrected")
    assert struck.any()
    assert (fate.end[~struck] == 5 + 24 + 7).all()
    assert (fate.end[struck] == 6).all()
    assert (fate.shadow_end == 5 + 24).all()


def test_an_operator_takes_its_own_entry_back_in_the_month_it_said(made):
    reversal = np.where(np.arange(N) % 2 == 0, 9, -1)
    fate = told(made(), reversal=reversal)
    assert (fate.end[::2] == 9).all()
    assert by(fate, "audited")[::2].all()
    assert (fate.end[1::2] == 29).all()
