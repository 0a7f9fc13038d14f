"""The ladder of rights as a table: what each granted right changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthetic.errors import InputError, unknown
from testbed.findings.finding import NUMBERS
from testbed.findings.pooling import POOLED

if TYPE_CHECKING:
    import pandas as pd

NONE = "none"
"""The name of the row without any right granted beyond what the scenario grants."""

ALREADY = "granted already: the scenario is as it was"
NO_REASONS = "the model can give no reasons"


def ladder(findings: pd.DataFrame, *, cell: str = "value", change: bool = False) -> pd.DataFrame:
    """Return what granted rights change: a row per right, a column per number.

    Parameters
    ----------
    findings : DataFrame
        Findings of an audit with rights granted: `audit(..., grant="each")`.
    cell : {"value", "low", "high", "n", "why"}, default "value"
        Which column of the findings fills the table.
    change : bool, default False
        Whether cells are differences from the row "none", on the same people and coins.

    Returns
    -------
    DataFrame
        Index: model and right. The first row of a model is "none", the scenario as it is; the last is "all" if there
        are several rights. A right that is granted already has the cells of "none". Over several seeds, pooled rows.

    Raises
    ------
    InputError
        If no rights were granted in these findings, or there is no such column.

    See Also
    --------
    audit : Run a scenario, with rights granted.

    Examples
    --------
    >>> from testbed import audit, ladder
    >>> findings = audit("rongcheng", people=1024, periods=3, measures="adverse_rate", grant="own_record")
    >>> table = ladder(findings)
    >>> table.index.tolist()
    [('rongcheng', 'none'), ('rongcheng', 'own_record')]
    >>> bool(table["hidden[k=0]"].iloc[1] <= table["hidden[k=0]"].iloc[0])
    True
    """
    import pandas as pd

    steps = findings.attrs.get("grants")
    if not steps:
        raise InputError("ladder: no right was granted in these findings; run audit(..., grant='each').")
    if cell not in (*NUMBERS, "n", "why"):
        raise unknown("column of the ladder", cell, (*NUMBERS, "n", "why"))
    base = findings.attrs["audited"][0][0]
    seeds = findings["seed"]
    shown = findings[(findings["split"] == "all") & (seeds == (POOLED if (seeds == POOLED).any() else seeds.min()))]
    held = {(row["scenario"], row["model"], row["measure"]): row[cell] for row in shown.to_dict("records")}
    named = {step["scenario"] for step in steps} - {base}
    numbers = list(dict.fromkeys(measure for scenario, _, measure in held if scenario in named))
    rows = {}
    for model in dict.fromkeys(model for _, model in findings.attrs["audited"] if " - " not in model):
        for right, scenario in [(NONE, base), *((step["name"], step["scenario"]) for step in steps)]:
            wanted = f"{scenario} - {base}" if change and scenario != base else scenario
            rows[model, right] = {number: held.get((wanted, model, number)) for number in numbers}
            if change and scenario == base and cell in NUMBERS:
                rows[model, right] = dict.fromkeys(numbers, 0.0)
    made = pd.DataFrame.from_dict(rows, orient="index", columns=numbers)
    made.index = pd.MultiIndex.from_tuples(list(rows), names=["model", "right"])
    return made
