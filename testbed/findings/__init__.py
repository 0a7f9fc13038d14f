"""The long table of findings, one number a row.

Comes in: rows of measures.
Goes out: the table, its names, selections and claims, and the shape of fairlearn's MetricFrame.
"""

from testbed.findings.claims import Claim, ClaimBroken, ClaimError, ClaimUndecided, Settled, claim, listeners
from testbed.findings.equivalence import checked, judged
from testbed.findings.finding import (
    ANCHOR_MODELS,
    COLUMNS,
    audited,
    csv_text,
    frame,
    in_one_world,
    jsonl_text,
    neutralized,
    parsed,
    read,
    restored,
)
from testbed.findings.impact_ratios import above_median, impact_ratios
from testbed.findings.ladders import ALREADY, NO_REASONS, NONE, ladder
from testbed.findings.metric_frames import metric_frame
from testbed.findings.minimum import checked_minimum, small_groups, without_quotes, without_small
from testbed.findings.names import canonical, patterns, plain_name, split_name
from testbed.findings.pooling import DERIVED, KEY, bounds, is_change, pooled, unseen
from testbed.findings.references import by_name, by_reference, own_measure
from testbed.findings.selection import asks, chosen, may_give, only_asked, rows_asked
from testbed.findings.verdicts import VERDICT_COLUMNS, VERDICTS, Verdict, timeless, verdicts

__all__ = [
    "ALREADY",
    "ANCHOR_MODELS",
    "COLUMNS",
    "DERIVED",
    "KEY",
    "NONE",
    "NO_REASONS",
    "VERDICTS",
    "VERDICT_COLUMNS",
    "Claim",
    "ClaimBroken",
    "ClaimError",
    "ClaimUndecided",
    "Settled",
    "Verdict",
    "above_median",
    "asks",
    "audited",
    "bounds",
    "by_name",
    "by_reference",
    "canonical",
    "checked",
    "checked_minimum",
    "chosen",
    "claim",
    "csv_text",
    "frame",
    "impact_ratios",
    "in_one_world",
    "is_change",
    "jsonl_text",
    "judged",
    "ladder",
    "listeners",
    "may_give",
    "metric_frame",
    "neutralized",
    "only_asked",
    "own_measure",
    "parsed",
    "patterns",
    "plain_name",
    "pooled",
    "read",
    "restored",
    "rows_asked",
    "small_groups",
    "split_name",
    "timeless",
    "unseen",
    "verdicts",
    "without_quotes",
    "without_small",
]
