"""Who reads whom: a published noise record is -1, a closed faithful file 1."""

import numpy as np
from hand_made import PUBLISHED, Lottery, Points, coin, make, shown

from testbed.measures.opacity.legibility import legibility_gap


def gap(case, **said):
    return {row.suffix: row for row in legibility_gap(case, **said)}


def test_published_rules_over_a_published_record_of_pure_noise_let_people_see_all_and_the_operator_nothing():
    noise = np.column_stack([coin("other"), coin("more")])
    found = gap(make(Points(), shown(**PUBLISHED, own_record=True), record=noise))
    assert found["_person"].value == 1
    assert found["_operator"].low <= 0 <= found["_operator"].high
    assert found[""].low <= -1 <= found[""].high
    assert found[""].high - found[""].low < 0.1


def test_a_faithful_record_in_a_closed_file_without_notice_lets_the_operator_see_all_and_people_nothing():
    found = gap(make(Points(), "closed"))
    assert {suffix: row.value for suffix, row in found.items()} == {"": 1, "_operator": 1, "_person": 0}
    assert (found[""].low, found[""].high) == (1, 1)


def test_a_faithful_record_that_is_shown_with_its_rules_is_even():
    found = gap(make(Points(), shown(**PUBLISHED, own_record=True)), k=100)
    assert {suffix: row.value for suffix, row in found.items()} == {"": 0, "_operator": 1, "_person": 1}
    assert found[""].qualifiers == {"k": 100}


def test_a_record_that_is_wrong_for_a_share_of_people_tells_what_is_left():
    """A coin's record is turned over for a tenth: of the variance 1 - 4 x 0.09 is told."""
    turned = np.column_stack([coin("late") ^ coin("turned", 0.1), coin("kind")])
    found = gap(make(Points(), "closed", record=turned))["_operator"]
    assert found.low <= 1 - 4 * 0.09 <= found.high + 0.01  # learning from 1,000 cases costs a little
    assert found.high - found.low < 0.1


def test_a_lottery_has_no_gap_and_the_operators_part_is_still_shown():
    found = gap(make(Lottery(), "open"))
    for suffix in ("", "_person"):
        assert found[suffix].why == "hardly anything but chance decides: randomness is above 0.9"
    assert found["_operator"].value == 1


def test_people_of_whom_none_misbehaved_leave_the_operator_nothing_to_foresee():
    innocent = np.column_stack([0 * coin("late"), coin("kind") + coin("kinder")])
    found = gap(make(Points(), "open", truth=innocent))
    assert found[""].why == found["_operator"].why == "everybody or nobody misbehaved"
    assert found["_person"].value == 1
