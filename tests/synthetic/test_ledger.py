"""The ledger: what is wrong, what is stale, and that an entry's parts fit its id."""

import numpy as np
import pytest

from synthetic.errors import InputError
from synthetic.ledger import FIELDS, ORIGINS, Ledger, entry_id, told_apart


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


def addresses(n, copy=2):
    return entry_id(np.full(n, 9), 4, np.full(n, 1), np.full(n, 7), 3, copy)


def test_entries_of_one_address_are_told_apart_by_author_and_origin_in_any_order():
    address = np.concatenate([addresses(3), addresses(2, copy=0), entry_id(np.array([8]), 4, *np.array([[1], [7]]), 3)])
    author = np.array([5000, 3000, 4000, 9, 9, 8])
    origin = np.array([2, 2, 2, 6, 0, 0], np.int8)
    made = told_apart(address, author, origin)
    assert len(np.unique(made)) == 6
    assert (made >> 4 == address >> 4).all()
    assert (made == address).tolist() == [False, True, False, False, True, True]
    turned = told_apart(address[::-1], author[::-1], origin[::-1])
    assert turned[::-1].tolist() == made.tolist()


def test_entries_of_different_addresses_keep_them():
    address = entry_id(np.array([3, 1, 2]), 4, np.full(3, 1), np.full(3, 7), 3)
    assert told_apart(address, np.arange(3), np.zeros(3, np.int8)) is address


def test_more_entries_of_one_address_than_there_are_numbers_are_refused():
    assert len(np.unique(told_apart(addresses(14), np.arange(14), np.zeros(14, np.int8)))) == 14
    with pytest.raises(InputError, match=r"^entry: 14 more entries about person 9 .* allowed: 13\.$"):
        told_apart(addresses(15), np.arange(15), np.zeros(15, np.int8))


def test_a_ledger_in_which_two_entries_have_one_id_is_never_made():
    with pytest.raises(AssertionError, match="2 entries have the id of another"):
        ledger(origin=["faithful"] * 4, id=np.array([7, 5, 7, 7]))
