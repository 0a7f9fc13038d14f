"""Regimes: lists, copies, sanctions and appeals, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest
from shared import number

from synthetic.errors import InputError
from synthetic.registry import toml_names
from testbed.regimes.appeal import fates
from testbed.regimes.base import FOLDER
from testbed.regimes.reading import load_regime
from testbed.regimes.state import RegimeState


@pytest.fixture
def regime():
    return load_regime("rongcheng-lists").set({"regime.sharing.share": 1})


def state(regime, child=(False, False, True), household=(0, 0, 0), seed=1):
    return RegimeState(regime, np.arange(len(child)), np.array(household), np.array(child), seed=seed)


def bits(regime, mask):
    return {one.name for bit, one in enumerate(regime.sanctions) if mask >> bit & 1}


def walk(regime, decisions, **given):
    """Lists and sanctions of person 0 (and the household) after each month."""
    under = state(regime, **given)
    seen = []
    for t, decision in enumerate(decisions):
        made = np.zeros(len(under.child), np.int8)
        made[0] = decision
        under.step(t, made)
        seen.append((under.lists.copy(), under.sanctions.copy()))
    return under, seen


@pytest.mark.parametrize("name", toml_names(FOLDER))
def test_every_number_of_a_regime_names_source_reading_and_unit(name):
    for dial in load_regime(name).dials.values():
        assert dial.source
        assert dial.reading
        assert dial.unit


def test_an_agency_copies_after_its_delay_and_forgets_late(regime):
    regime = regime.set({"regime.blacklist.stay": 0, "regime.railway.delay": 1, "regime.railway.forgets": 2})
    _, seen = walk(regime, [-1, -1, 0, 0, 0, 0])
    listed = [lists[0] & 1 for lists, _ in seen]
    copied = [lists[0] >> 2 & 1 for lists, _ in seen]
    assert listed == [1, 1, 0, 0, 0, 0]
    assert copied == [0, 1, 1, 1, 0, 0]


def test_nobody_leaves_the_list_before_its_least_stay(regime):
    _, seen = walk(regime.set({"regime.blacklist.stay": 3}), [-1, 0, 0, 0, 0])
    assert [lists[0] & 1 for lists, _ in seen] == [1, 1, 1, 0, 0]


def test_a_listing_that_ends_before_the_delay_is_never_copied(regime):
    _, seen = walk(regime.set({"regime.blacklist.stay": 0, "regime.bank.delay": 2}), [-1, 0, 0, 0])
    assert not any(lists[0] >> 3 & 1 for lists, _ in seen)


def test_children_lose_train_and_school_and_adults_share_the_purse(regime):
    _, seen = walk(regime, [-1, -1, -1])
    _, sanctions = seen[-1]
    assert bits(regime, sanctions[0]) == {"train", "credit"}
    assert bits(regime, sanctions[1]) == {"credit"}
    assert bits(regime, sanctions[2]) == {"train", "credit", "school"}


def test_with_the_family_share_at_zero_only_the_listed_person_is_sanctioned(regime):
    _, seen = walk(regime.set({"regime.family.share": 0}), [-1, -1, -1])
    _, sanctions = seen[-1]
    assert bits(regime, sanctions[0]) == {"train", "credit"}
    assert not sanctions[1:].any()


def test_another_household_is_untouched(regime):
    _, seen = walk(regime, [-1, -1], household=(0, 1, 1))
    assert not seen[-1][1][1:].any()


def test_when_nothing_follows_from_a_low_grade_lists_stand_and_sanctions_do_not(regime):
    _, seen = walk(regime.set({"regime.low_grade.follows": "off"}), [-1, -1])
    assert seen[-1][0][0] & 1
    assert not seen[-1][1].any()


def test_the_best_grade_brings_the_rebate_and_it_lowers_a_rate(regime):
    under, seen = walk(regime, [1])
    assert bits(regime, seen[0][1][0]) == {"rebate"}
    factor = under.factors(np.array([0, 0]), np.array([0, 1]), ("utility_late", "fraud"))
    assert factor.tolist() == [0.8, 1.0]


def some(n=200_000, **given):
    settings = {"seed": 4, "can_know": True, "errors": True, **given}
    regime = settings.pop("regime", load_regime("rongcheng-lists"))
    wrong = settings.pop("wrong", np.ones(n, bool))
    ids = np.arange(n, dtype=np.int64) << 8
    return fates(ids, np.full(n, 5), wrong, np.ones(n, bool), np.full(n, 2), regime=regime, **settings)


def test_an_entry_without_appeal_stands_for_its_expiry():
    fate = some(1000, can_know=False)
    assert (fate.end == 5 + 24).all()
    assert (fate.noticed == -1).all()


def test_wrong_entries_are_struck_at_the_product_of_the_shares():
    shares = {"regime.appeal.noticed": 0.5, "regime.appeal.filed": 0.6, "regime.appeal.upheld": 0.7}
    delays = {"regime.appeal.notice_delay": 0, "regime.appeal.decision_delay": 0}
    regime = load_regime("rongcheng-lists").set(shares | delays)
    fate = some(regime=regime)
    share = (fate.end_cause == 1).mean()
    assert share == pytest.approx(0.5 * 0.6 * 0.7, abs=0.005)
    assert (fate.end[fate.end_cause == 1] == 6).all()


def test_true_entries_are_struck_only_where_appeals_err():
    true = np.zeros(200_000, bool)
    assert (some(wrong=true).end_cause == 2).any()
    assert not (some(wrong=true, errors=False).end_cause == 2).any()


def test_the_shadow_record_knows_no_appeal():
    assert (some(1000).shadow_end == 5 + 24).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('[lists.blacklist]\nentre = "adverse"', "did you mean 'enter'"),
        ('[lists.blacklist]\nenter = "bad"', "enter"),
        ('[agencies.railway]\ncopies = "greylist"', "must have 'delay'"),
        (f'[agencies.railway]\ncopies = "greylist"\ndelay = {number(0)}\nforgets = {number(0)}', "'greylist'"),
        ("[expiry]\n", "minor"),
    ],
)
def test_a_wrong_regime_file_gets_one_sentence(tmp_path, change, said):
    path = tmp_path / "own.toml"
    text = (FOLDER / "rongcheng-lists.toml").read_text()
    expiry = "" if change.startswith("[expiry]") else text[text.index("[expiry]") : text.index("[appeal]")]
    path.write_text(f'title = "own"\n{change}\n{expiry}')
    with pytest.raises(InputError, match=said):
        load_regime(str(path))


def test_a_sanction_by_an_unknown_holder_is_refused(tmp_path):
    text = (FOLDER / "rongcheng-lists.toml").read_text().replace('by       = "railway"', 'by       = "airline"')
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(InputError, match="airline"):
        load_regime(str(path))


def test_a_regime_is_not_changed_by_setting_a_dial(regime):
    regime.set({"regime.family.share": 0})
    assert replace(regime).value("family", "share") == 1.0
