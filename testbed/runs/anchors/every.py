"""All anchors of a case."""

from __future__ import annotations

from testbed.case import Case
from testbed.models import Lottery
from testbed.runs.anchors.by_chance import lottery_holds
from testbed.runs.anchors.known import faithful, oracle
from testbed.runs.anchors.labels import relabelled
from testbed.runs.anchors.rerun import null_twin
from testbed.runs.anchors.verdicts import Rows, Verdict


def anchors(case: Case) -> tuple[Rows, list[Verdict]]:
    """Return the rows of the anchors of a case, under the anchors' own names, and a verdict on each anchor.

    The anchors are the null twin, the faithful record, the oracle, and redrawn group labels. The lottery has anchors
    of its own, and no rows: the run holds its findings already.
    """
    if type(case.model) is Lottery:  # not a user's model that is derived from it
        return [], lottery_holds(case)
    rows: Rows = []
    verdicts = [null_twin(case)]
    for made, verdict in (faithful(case), oracle(case), relabelled(case)):
        rows += made
        verdicts += verdict
    return rows, verdicts
