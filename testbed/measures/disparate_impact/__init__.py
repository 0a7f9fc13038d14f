"""Who is affected: rates, gaps and effects by group.

Comes in: a case or a table.
Goes out: per-person parts, or rows.
"""

from testbed.measures.disparate_impact.calibration_bins import bins
from testbed.measures.disparate_impact.pairs import Sample, by_group, sampled, splits_in

__all__ = ["Sample", "bins", "by_group", "sampled", "splits_in"]
