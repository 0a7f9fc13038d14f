"""Who is affected: rates, gaps and effects by group.

Comes in: a case or a table.
Goes out: per-person parts, or rows.
"""

from testbed.measures.disparate_impact.calibration_bins import bins
from testbed.measures.disparate_impact.equal_conduct import at_equal_conduct, first_full_month
from testbed.measures.disparate_impact.pairs import Sample, by_group, sampled, splits_in

__all__ = ["Sample", "at_equal_conduct", "bins", "by_group", "first_full_month", "sampled", "splits_in"]
