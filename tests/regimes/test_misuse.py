"""What operators do without cause: how often, to whom, what the log holds and who answers."""

import numpy as np
import pytest
from scipy.special import pdtrc

from synthetic.errors import InputError
from synthetic.ledger import ORIGINS, Ledger, entry_id
from testbed.regimes.base import MOST_MISUSE, names
from testbed.regimes.misused import misuse, operator_log
from testbed.regimes.reading import load_regime

N = 64 * 1024
HALF = np.arange(N) % 2
NUMBERS = {"rate": 5, "ratio": 3, "logged": 0.8, "audited": 0.5, "reversal": 2, "answered": 0.25}


@pytest.fixture
def regime(made):
    return made({"misuse": {"kind": "red", "column": "side", "level": "left", **NUMBERS}})


def drawn(regime, people=None, period=3, **given):
    people = np.arange(N) if people is None else people
    settings = {"kinds": ("blue", "red"), "seed": 9, "size": N, "levels": ("right", "left"), **given}
    return misuse(regime, period, people, lambda who, column: HALF[who], **settings)


def test_misuse_strikes_at_its_rate_and_by_its_ratio(regime):
    found = [drawn(regime, period=t) for t in range(6)]
    person = np.concatenate([one.acts.person for one in found])
    aimed = HALF[person] == 1
    assert (~aimed).sum() / (6 * N / 2) == pytest.approx(0.005, rel=0.08)
    assert aimed.sum() / (~aimed).sum() == pytest.approx(3, rel=0.1)
    assert all((one.acts.kind == 1).all() and (one.acts.k >= 768).all() and (one.acts.k < 1024).all() for one in found)


def test_any_part_of_the_society_has_the_same_entries_and_a_raised_rate_only_adds_some(regime):
    whole = drawn(regime)
    some = np.arange(100, N, 7)
    part = drawn(regime, some)
    inside = np.isin(whole.acts.person, some)
    assert np.array_equal(part.acts.address, whole.acts.address[inside])
    assert np.array_equal(part.reversal, whole.reversal[inside])


def test_the_log_read_after_the_run_is_what_was_drawn(regime):
    made = drawn(regime)
    acts, n = made.acts, len(made.acts.person)
    chunk = {
        "id": entry_id(acts.person, 3, acts.kind, acts.k, 2), "subject": acts.person, "author": acts.person,
        "period": np.full(n, 3), "kind": acts.kind, "channel": np.full(n, 2),
        "origin": np.full(n, ORIGINS.index("misuse")), "parent": np.full(n, -1), "start": np.full(n, 3),
        "end": np.full(n, 9), "shadow_end": np.full(n, 9), "end_cause": np.zeros(n), "noticed": np.full(n, -1),
        "filed": np.zeros(n), "real": np.ones(n), "shadow": np.zeros(n),
    }  # fmt: skip
    log = operator_log(Ledger.build([chunk], ("blue", "red"), ("a", "b", "c")), regime, 9)
    order = np.argsort(chunk["id"])
    assert set(log["kind"]) == {"red"}
    for name, column in (("logged", made.logged), ("audited", made.audited), ("answered", made.answered)):
        assert np.array_equal(log[name].to_numpy(bool), column[order])
    assert np.array_equal(log["reversed"].to_numpy(), made.reversal[order])
    assert log["logged"].mean() == pytest.approx(0.8, abs=0.06)
    assert log["audited"].mean() == pytest.approx(0.4, abs=0.06)
    assert log["answered"].mean() == pytest.approx(0.1, abs=0.05)
    assert (log["reversed"] >= 4).sum() == log["audited"].sum()


def test_a_regime_that_is_off_or_has_no_misuse_makes_no_entry(regime, made):
    assert not len(drawn(regime.set({"regime.active": "off"})).acts.person)
    assert not len(drawn(regime.set({"regime.misuse.rate": 0})).acts.person)
    assert not len(
        drawn(made({"misuse": {"kind": "red", **NUMBERS, "rate": 0, "column": "s", "level": "l"}})).acts.person
    )


def test_a_kind_that_the_scenario_has_not_is_refused(regime):
    with pytest.raises(InputError, match="unknown kind in regime own, misuse 'red'"):
        drawn(regime, kinds=("blue",))


def test_an_aim_without_a_ratio_is_refused(made):
    with pytest.raises(InputError, match="'column', 'level' and 'ratio'"):
        made({"misuse": {"kind": "red", "column": "side", **{k: v for k, v in NUMBERS.items() if k != "ratio"}}})


def test_more_misuse_than_a_run_can_number_is_refused_when_it_is_set_and_the_most_allowed_runs(regime):
    assert pdtrc(4096, 1024 * MOST_MISUSE / 1000) < 1e-60
    often = regime.set({"regime.misuse.rate": MOST_MISUSE / 100, "regime.misuse.ratio": 100})
    assert len(drawn(often, size=4096, people=np.arange(4096)).acts.person) > 4096
    with pytest.raises(InputError, match=r"^regime own, misuse: rate times ratio is 5000, allowed: up to 3000 entries"):
        regime.set({"regime.misuse.rate": 50, "regime.misuse.ratio": 100})


def test_every_rate_and_ratio_in_range_of_a_registered_regime_can_run():
    for regime in map(load_regime, names()):
        if regime.misused is not None:
            numbers = (regime.numbers.get(f"regime.misuse.{key}") for key in ("rate", "ratio"))
            assert regime.set({one.path: one.range[1] for one in numbers if one is not None}).misused is not None
