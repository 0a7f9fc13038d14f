"""Anchors: what must hold in every run, whatever the scheme. A run with an anchor that fails is void.

Comes in: a case.
Goes out: rows of findings under the anchors' own names, and a verdict on each anchor.
"""

from testbed.runs.anchors.by_chance import lottery_holds
from testbed.runs.anchors.every import anchors
from testbed.runs.anchors.known import faithful, oracle
from testbed.runs.anchors.labels import Relabelled, relabelled, tail
from testbed.runs.anchors.rerun import null_twin, same
from testbed.runs.anchors.verdicts import Verdict

__all__ = [
    "Relabelled",
    "Verdict",
    "anchors",
    "faithful",
    "lottery_holds",
    "null_twin",
    "oracle",
    "relabelled",
    "same",
    "tail",
]
