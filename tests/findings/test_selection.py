"""Which measures and rows a pattern asks for."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.findings.selection import asks, chosen, rows_asked
from testbed.measure import Measure, measures
from testbed.measures.disparate_impact.entropy import entropy_of_shares


@pytest.mark.parametrize(
    ("pattern", "row", "selected"),
    [
        ("error_reach[hop=any]", "error_reach", True),
        ("error_reach[hop=any]", "error_reach[hop=kin]", False),
        ("error_*[hop=any]", "error_reach_net", True),
        ("error_*[hop=kin]", "error_reach_gap[hop=kin]", True),
        ("error_reach[hop=kin,what=any]", "error_reach[hop=kin]", True),
        ("error_reach", "error_reach[hop=kin]", True),
    ],
)
def test_a_qualifier_left_out_of_a_row_is_its_default_and_a_default_asked_for_is_not_every_row(
    pattern: str, row: str, selected: bool
) -> None:
    assert asks(pattern, row, measures.get("error_reach")) is selected


def entropies(pattern: str) -> list[dict[str, object]]:
    from testbed.case.decisions import Table

    people = np.arange(20)
    case = Table(people, {}, people % 3 == 0, people % 2 == 0)  # type: ignore[arg-type]
    (measure,) = chosen([pattern])
    assert isinstance(measure, Measure)
    return rows_asked(measure, case, [pattern], splits=[], reference={})


def test_a_qualifier_that_no_registered_row_has_is_what_the_measure_is_asked_with() -> None:
    (row,) = entropies("generalized_entropy_index[alpha=0.5]")
    assert row["measure"] == "generalized_entropy_index[alpha=0.5]"
    people = np.arange(20)
    lost = np.mean((people % 2 == 0) & (people % 3 != 0))
    won = np.mean((people % 2 == 1) & (people % 3 == 0))
    assert row["value"] == pytest.approx(float(entropy_of_shares(lost, won, 0.5)))
    (same,) = entropies("generalized_entropy_index[alpha=2]")
    assert same["measure"] == "generalized_entropy_index[alpha=2]"


def test_a_qualifier_that_a_measure_does_not_have_selects_nothing_and_a_wrong_number_is_refused() -> None:
    assert entropies("generalized_entropy_index[beta=2]") == []
    with pytest.raises(InputError, match="alpha is 'two'; a number is needed"):
        entropies("generalized_entropy_index[alpha=two]")
