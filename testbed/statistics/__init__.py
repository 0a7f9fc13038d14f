"""What is done around a measure: splits, comparisons, intervals, corrections.

Comes in: numerators and denominators per person, and clusters.
Goes out: estimates with limits, as rows.
"""

from testbed.statistics.clusters import clustered, cross_products
from testbed.statistics.comparisons import openings_of
from testbed.statistics.correction import correct, holm
from testbed.statistics.counts import (
    FN,
    FP,
    TN,
    TP,
    CellCounts,
    CellRate,
    Pairs,
    Rate,
    cell_counts,
    clusters_of,
    coded,
    counted,
    dense_ids,
    pair_sums,
)
from testbed.statistics.durations import Durations
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import estimate, reasons
from testbed.statistics.influence import (
    Limits,
    around,
    effective_number,
    few,
    moved,
    rate_limits,
    summed,
    units_in,
    widened,
)
from testbed.statistics.intervals import (
    ALPHA,
    FEW_EVENTS,
    FEWEST_CLUSTERS,
    clopper_pearson,
    enough,
    fieller,
    newcombe,
    quantile,
    two_sided,
    wilson,
)
from testbed.statistics.paired import kept, paired_rows
from testbed.statistics.ranking import Auc, settled
from testbed.statistics.relative import Relative
from testbed.statistics.rows import Across, Against, reference_of
from testbed.statistics.screening import Screened, screened, spread
from testbed.statistics.seeds import OverSeeds, over_seeds
from testbed.statistics.sensitivity import Factor, Share, design, salib, shares
from testbed.statistics.splitting import expand
from testbed.statistics.strata import Pooling
from testbed.statistics.weights import Weighing, effective, plain, weighed, weighing

__all__ = [
    "ALPHA",
    "FEWEST_CLUSTERS",
    "FEW_EVENTS",
    "FN",
    "FP",
    "TN",
    "TP",
    "Across",
    "Against",
    "Auc",
    "CellCounts",
    "CellRate",
    "Durations",
    "Estimates",
    "Factor",
    "Limits",
    "OverSeeds",
    "Pairs",
    "Pooling",
    "Rate",
    "Relative",
    "Screened",
    "Share",
    "Weighing",
    "around",
    "cell_counts",
    "clopper_pearson",
    "clustered",
    "clusters_of",
    "coded",
    "correct",
    "counted",
    "cross_products",
    "dense_ids",
    "design",
    "effective",
    "effective_number",
    "enough",
    "estimate",
    "expand",
    "few",
    "fieller",
    "holm",
    "kept",
    "moved",
    "newcombe",
    "openings_of",
    "over_seeds",
    "pair_sums",
    "paired_rows",
    "plain",
    "quantile",
    "rate_limits",
    "reasons",
    "reference_of",
    "salib",
    "screened",
    "settled",
    "shares",
    "spread",
    "summed",
    "two_sided",
    "units_in",
    "weighed",
    "weighing",
    "widened",
    "wilson",
]
