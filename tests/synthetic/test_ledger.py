"""The ledger: what is wrong, what is stale, and that an entry's parts fit its id."""

import numpy as np
import pytest

from synthetic.errors import InputError
from synthetic.ledger import FIELDS, ORIGINS, Ledger, entry_id


def ledger(**columns):
    n = len(columns["origin"])
    base = {name: np.zeros(n, dtype) for name, dtype in FIELDS.items()}
    base["id"] = np.arange(n)
    codes = [ORIGINS.index(one) for one in columns.pop("origin")]
    return Ledger.build([{**base, "origin": codes, **columns}], ("slip",), ("watch",))


def test_everything_but_a_faithful_entry_is_wrong_and_a_copy_is_as_wrong_as_what_it_copies():
    held = ledger(
        origin=[*ORIGINS, "copy"],
        real=np.ones(10, bool),
        shadow=[True] + [False] * 8 + [True],
        end=np.full(10, 9),
        shadow_end=np.full(10, 9),
    )
    assert held.wrong.tolist() == [False] + [True] * 8 + [False]
    assert (held.wrong_at(0) == held.wrong).all()


def test_an_entry_that_outlives_its_term_is_stale_and_wrong_from_then_on():
    held = ledger(
        origin=["faithful", "faithful", "collision"],
        real=[True, True, True],
        shadow=[True, True, False],
        start=[0, 0, 0],
        end=[5, 8, 8],
        shadow_end=[5, 5, 5],
    )
    assert held.stale(4).tolist() == [False, False, False]
    assert held.stale(5).tolist() == [False, True, True]
    assert held.wrong_at(4).tolist() == [False, False, True]
    assert held.wrong_at(5).tolist() == [False, True, True]
    assert held.wrong_at(8).tolist() == [False, False, False]
    assert held.standing(5, shadow=True).tolist() == [False, False, False]


@pytest.mark.parametrize(("part", "value"), [("period", 512), ("kind", 32), ("k", 1024), ("channel", 16)])
def test_a_part_that_does_not_fit_an_entry_is_an_error_and_not_another_entry(part, value):
    parts = {"period": 0, "kind": np.array([0]), "k": np.array([0]), "channel": 0}
    parts[part] = np.array([value]) if isinstance(parts[part], np.ndarray) else value
    with pytest.raises(InputError, match=rf"{part} {value} is outside"):
        entry_id(np.array([1]), **parts)
