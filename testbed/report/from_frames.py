"""A findings table alone, without the manifest of its run, as a report reads it."""

# Any: a user may give anything.
from __future__ import annotations

from typing import Any

import pandas as pd

from synthetic.errors import InputError
from testbed.report.rows import Findings


def findings_of(frame: Any) -> Findings:
    """The rows of a findings table, as `audit` or `audit_table` returns it or as it is read from a file.

    What was audited is what `attrs["audited"]` names, else all models but the anchors. Raises InputError for anything
    else than a table of findings, and for one without rows.
    """
    from testbed.measure import measures

    if not isinstance(frame, pd.DataFrame) or not {"measure", "value", "low", "high"} <= set(frame.columns):
        raise InputError(f"found {type(frame).__name__}; a table of findings, as audit returns it, is needed.")
    if frame.empty:
        raise InputError("the findings have no rows; some are needed.")
    every = map(measures.get, measures.names())
    info = {one.name: {"gap": one.gap, "qualifiers": dict(one.qualifiers)} for one in every}
    pairs = [pair for pair in frame.attrs.get("audited") or () if " - " not in pair[0] and " - " not in pair[1]]
    manifest: dict[str, object] = {}
    if pairs:
        manifest = {"scenario": pairs[0][0], "models": [model for scenario, model in pairs if scenario == pairs[0][0]]}
    return Findings(frame, manifest, info)
