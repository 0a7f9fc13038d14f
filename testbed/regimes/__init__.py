"""What follows from a decision: lists, agencies, sanctions, gates, appeals, and how people respond.

Comes in: one TOML file of clauses with sources, and the decisions of a month.
Goes out: the regime as data, and who is on which list and under which sanction in each month.
"""

from testbed.regimes.appeal import can_know, fates
from testbed.regimes.base import EXPIRY, FOLDER, TIES, Regime, Sanction, names
from testbed.regimes.clauses import GRAMMAR
from testbed.regimes.debt import debts
from testbed.regimes.gates import ADULT, asks, attempts, doors, mask_of, refusals, waits
from testbed.regimes.misused import misuse, operator_log
from testbed.regimes.publicity import parties, seen_by
from testbed.regimes.reading import load_regime
from testbed.regimes.response import Response, counted_against, heeded
from testbed.regimes.sentences import clauses
from testbed.regimes.state import Reach, RegimeState
from testbed.regimes.ties import (
    ACQUAINTED,
    LISTED,
    Declared,
    Outside,
    adverse_bits,
    check_reach,
    check_ties,
    declared,
    firm_columns,
    only,
    tied,
    ties_of,
)

__all__ = [
    "ACQUAINTED",
    "ADULT",
    "EXPIRY",
    "FOLDER",
    "GRAMMAR",
    "LISTED",
    "TIES",
    "Declared",
    "Outside",
    "Reach",
    "Regime",
    "RegimeState",
    "Response",
    "Sanction",
    "adverse_bits",
    "asks",
    "attempts",
    "can_know",
    "check_reach",
    "check_ties",
    "clauses",
    "counted_against",
    "debts",
    "declared",
    "doors",
    "fates",
    "firm_columns",
    "heeded",
    "load_regime",
    "mask_of",
    "misuse",
    "names",
    "only",
    "operator_log",
    "parties",
    "refusals",
    "seen_by",
    "tied",
    "ties_of",
    "waits",
]
