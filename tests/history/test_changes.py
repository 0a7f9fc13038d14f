"""What changes by the month is kept as its changes, and read as if it were dense."""

import numpy as np
import pytest

from synthetic.draws import sparse
from testbed.history.changes import Changes, Overlay

MONTHS, N = 7, 90


def coins(k, n=N):
    return sparse(5, f"months:{k}", np.arange(n))


def dense(n=N, fill=0.0):
    """Values that change for few people in some months, for most in others, and for nobody in one."""
    made, row = [], np.full(n, fill)
    for t in range(MONTHS):
        share = (4, 2, 12, 1, 0, 3, 9)[t]
        changes = coins(t, n) % np.uint64(16) < share + (10 if t == 3 else 0)
        row = np.where(changes, (coins(t + 50, n) % np.uint64(5)).astype(float), row)
        made.append(row)
    return np.array(made)


def kept(values, fill=0.0):
    made, before = Changes(len(values), values.shape[1], np.float64, fill), np.full(values.shape[1], fill)
    for row in values:
        made.add_whole(before, row)
        before = row
    return made


def test_every_month_and_every_part_is_that_of_the_dense_array():
    values = dense()
    made = kept(values)
    np.testing.assert_array_equal(made[:], values)
    for t in (6, 0, 3, 3, 5, 1):
        np.testing.assert_array_equal(made[t], values[t])
    for places in (np.array([7, 3, 80]), np.array([4, 4, 9]), np.arange(N) % 3 == 0, np.array([], int)):
        np.testing.assert_array_equal(made[:, places], values[:, places])
        np.testing.assert_array_equal(made[2:, places], values[2:, places])
    np.testing.assert_array_equal(made[-1], values[-1])
    np.testing.assert_array_equal(made[:, 11], values[:, 11])
    np.testing.assert_array_equal(made == 2, values == 2)
    assert made.copy().tobytes() == values.tobytes() == made.tobytes()


def test_a_month_that_was_read_does_not_change_when_another_is_read():
    made = kept(dense())
    first = made[0].copy()
    held = made[0]
    made[5]
    np.testing.assert_array_equal(held, first)
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 9


def test_few_changes_take_few_bytes():
    values = np.zeros((24, 10_000))
    values[3:, :50] = 1
    assert kept(values).nbytes == 50 * (4 + 8)


def test_neighbors_joined_are_one_array():
    values = dense()
    parts = [kept(values[:, :30]), kept(values[:, 30:31]), kept(values[:, 31:])]
    np.testing.assert_array_equal(Changes.joined(parts)[:], values)


def test_a_view_has_other_lives_for_some_and_the_base_for_the_rest():
    base, other = dense(), dense() + 10
    places = np.array([2, 30, 31, 89])
    view = Overlay(kept(base), places, kept(other[:, places]))
    expected = base.copy()
    expected[:, places] = other[:, places]
    np.testing.assert_array_equal(view[:], expected)
    np.testing.assert_array_equal(view[4], expected[4])
    np.testing.assert_array_equal(view[1:, [89, 5, 2]], expected[1:, [89, 5, 2]])
    assert ((view != expected).sum()) == 0


def test_a_month_that_was_not_run_is_refused():
    with pytest.raises(IndexError):
        kept(dense())[MONTHS]
