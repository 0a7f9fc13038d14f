"""The one piece of code around every measure: splits, comparisons, intervals, rows."""

# Any: a case or a table, and parts of a measure of any kind.
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from testbed.measure import Measure, Row, in_unit
from testbed.statistics.estimation import estimate
from testbed.statistics.rows import (
    Across,
    Against,
    Rows,
    reference_of,
    row_as_given,
    rows_across,
    rows_against,
    rows_of_gaps,
    rows_of_values,
)


def expand(
    measure: Measure,
    parts: Iterable[Any],
    case: Any,
    *,
    splits: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
) -> Rows:
    """Findings rows of a measure: everybody, each group of each split, comparisons, intervals, p values.

    Parameters
    ----------
    parts: what the measure gave: PerPerson (value, per group, signed difference named by `measure.gap`
        with `_p` and `_detectable` rows), Row (as it is), Across, Against.
    case: what is measured (see `counts.People`): `people`, `coded(split)`, `clusters`, and for rates of
        the decision table `prediction`, `outcome`, `scored`, `weights`.
    splits: attributes and crossings `a*b`; `all` is always there and need not be named.
    reference: group of each split that others are compared with; a crossing left out takes the
        references of its attributes, any other split its largest group.

    Returns rows with the keys measure, harm, split, group, versus, value, low, high, unit, n, why; and `terms`, the
    sums that a ratio is made of, which pool it over seeds and are no column of the findings.
    """
    rows: Rows = []
    wanted = [split for split in splits if split != "all"]
    for part in (in_unit(one, measure.unit) for one in parts):
        if isinstance(part, Row):
            rows.append(row_as_given(measure, part))
        elif isinstance(part, Across):
            for split in wanted:
                rows += rows_across(measure, part, case, split)
        elif isinstance(part, Against):
            for split in wanted:
                rows += rows_against(measure, part, case, split, reference or {})
        else:
            rows += rows_of_values(measure, part, estimate(part, case, "all"), "all")
            if measure.splits:
                for split in wanted:
                    made = estimate(part, case, split)
                    rows += rows_of_values(measure, part, made, split)
                    if measure.gap:
                        r = reference_of(case, split, made, reference or {})
                        rows += rows_of_gaps(measure, part, made, split, r)
    return rows
