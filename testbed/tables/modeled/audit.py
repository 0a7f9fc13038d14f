"""The audit of a model on a table."""

# Any: a model, a table and a measure pattern can be given in many forms.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.errors import InputError
from testbed.findings import chosen, finding, judged, plain_name, rows_asked, small_groups, without_small
from testbed.measure import Measure, same_rows
from testbed.models import checked_limits, within
from testbed.report import curve_text, curves
from testbed.runs import claim_folder, folder_path, write_run
from testbed.statistics import correct
from testbed.tables.laying import Laid
from testbed.tables.measuring import asked_for, table_measures
from testbed.tables.modeled import flipping, foresight, propagation, recourse, refits, surrogate_size, told
from testbed.tables.modeled.actions import Moves
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import MEASURES, everybody
from testbed.tables.modeled.making import Given, modeled
from testbed.tables.modeled.recourse import searched
from testbed.tables.modeled.writing import identity, manifest
from testbed.tables.reading import kind

DECLARED = (flipping, foresight, surrogate_size, told, propagation, refits, recourse)
"""The modules that declare measures."""
COUNTERFACTUAL = (
    "measure {!r} needs to know what depends on the group, which a table does not say; changing the column of the "
    "group alone is flip_sensitivity."
)


def audit_model(
    model: Any,
    frame: Any,
    *,
    features: Sequence[str],
    groups: str | Sequence[str],
    outcome: str | None = None,
    errors: str | Path | None = None,
    actions: str | Path | None = None,
    disclosure: str | Path | None = None,
    then: Any = None,
    measures: str | Sequence[str] | None = None,
    minimum: int = 0,
    out: str | Path | None = None,
    seed: int = 0,
    threshold: float | None = None,
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    equivalence: Mapping[str, float] | None = None,
    overwrite: bool = False,
    model_timeout: float | None = None,
) -> pd.DataFrame:
    """Audit a model on a table of people: disparate impact, opacity and error propagation.

    The decision on each row is the model's own. Then single values are made wrong, and the model is asked again.

    Parameters
    ----------
    model : object or str
        An estimator of scikit-learn or fairlearn, fitted or not (then it is fitted on this table), a function of the
        records, any `ScoringModel`, or a text as in `testbed audit --model`: a registered name, a rule book, an
        imported object, a program, an address.
    frame : DataFrame, str or Path
        One row per person: a DataFrame of pandas, polars or any library that narwhals knows, or the path of a CSV or
        Parquet file.
    features : sequence of str
        The columns that the model is given, in this order. Values may be missing if the model takes that.
    groups : str or sequence of str
        The columns whose groups are compared; two are also crossed.
    outcome : str, optional
        The column of recorded outcomes.
    errors : str or Path, optional
        A TOML file of what can go wrong with each column, and how often (`testbed new table-errors NAME`). Default:
        the set `everyday-errors`, most of whose rates are guesses.
    actions : str or Path, optional
        A TOML file of what people can change, how far and at what cost (`testbed new table-actions NAME`). Default:
        nothing, so there is no recourse.
    disclosure : str or Path, optional
        What people may see: a preset or a TOML file. Default: `notified`, decisions and nothing else.
    then : object or str, optional
        A second model. It is given the features and the first one's `score` and `decision` (-1, 0, 1) as columns, so
        that an error is followed into the second system. Both read one record: a feature is wrong for both.
    measures : str or sequence of str, optional
        Only these measures or rows: names or patterns. Default: all but the costly ones (`reconstruction_cost`,
        `surrogate_leaves`, `surrogate_items`, `jitter`, `ambiguity`, `discrepancy`).
    minimum : int, default 0
        Numbers about fewer people than this are left blank, with the reason, and so are the names of such groups. What
        is left may still give them away by subtraction.
    out : str or Path, optional
        A folder for findings, manifest and page. Default: nothing is written.
    seed : int, default 0
        Seed of the draws: samples, errors, pools of cases.
    threshold : float, optional
        A score better than this is a positive decision. Default: the model's own decision, else the estimator's
        `predict`, else scores of 0 and 1.
    positive : object, optional
        The label of the outcome that counts as positive. Default: the one that the model's better scores stand for,
        if it names classes, else 1.
    reference : mapping of str to object, optional
        The group of each column that others are compared with. Default: the largest.
    equivalence : mapping of str to float, optional
        Bounds by measure within which a difference counts as none.
    overwrite : bool, default False
        Whether `out` may hold another run, which is replaced.
    model_timeout : float, optional
        Seconds that a model may take to answer one call, and ten times as many to be fitted. Default: 60. A model in
        Python runs in a process of its own, which is then ended. What cannot be sent there, such as a lambda or a class
        of a notebook, runs in this process, and the manifest says so.

    Returns
    -------
    DataFrame
        The findings, one row per number. The scenario is `table`. `attrs["notes"]` holds sentences on what was chosen.

    Raises
    ------
    InputError
        If an argument, a file or a column is missing or not allowed.

    See Also
    --------
    audit_table : Audit a table of predictions that were made elsewhere.
    audit : Audit a scheme in a synthetic society.

    Notes
    -----
    Effects of errors are exact for each row of a sample of up to 20,000 rows; intervals are over rows. A model must
    give a row the same answer whoever else is asked about; otherwise those numbers are NaN and say so.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import audit_model
    >>> people = pd.DataFrame({"late": [0, 1, 2, 3] * 10, "sex": ["f", "m", "m", "f"] * 10})
    >>> found = audit_model(lambda seen: (seen["late"] < 3) * 1.0, people, features=["late"], groups="sex")
    >>> row = found.query("measure == 'flip_rate[source=off_by_unit of late]' and split == 'all'")
    >>> row["value"].tolist(), row["n"].tolist()
    ([0.25], [40])
    """
    arguments = {
        "features": list(features) if isinstance(features, list | tuple) else features,
        "groups": groups, "outcome": outcome, "errors": errors, "actions": actions, "disclosure": disclosure,
        "then": then, "measures": measures, "minimum": minimum, "threshold": threshold, "positive": positive,
        "reference": dict(reference or {}), "equivalence": dict(equivalence or {}),
    }  # fmt: skip
    with within(checked_limits(model_timeout)):
        return run_model(model, frame, arguments, seed=seed, out=out, overwrite=overwrite)[0]


def run_model(
    model: Any, frame: Any, arguments: Mapping[str, Any], *, seed: int, out: str | Path | None, overwrite: bool
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The findings and the manifest of an audit (see `audit_model`); written if there is a folder."""
    given = Given(**arguments, seed=seed)
    given.check()
    if isinstance(frame, str | Path):
        kind(Path(frame))
    place = folder_path(out)
    held = identity(model, frame, arguments, seed)
    folder = claim_folder(place, held, overwrite=overwrite) if place is not None else None
    try:
        findings, table, laid, asked = measured_model(model, frame, given)
    except BaseException:
        if folder is not None:
            folder.release()
        raise
    dials = {path: dial for one in table.mistakes for path, dial in one.dials.items()}
    dials |= table.moves.dials if isinstance(table.moves, Moves) else {}
    made = manifest(held, asked, dials, list(table.splits), table.reference, laid.notes)
    schemes = [one for one in (table.scheme, table.second) if one is not None]
    made["isolation"] = {plain_name(one.name): one.isolation for one in schemes}
    if folder is not None:
        write_run(findings, made, folder)
    return findings, made


def measured_model(model: Any, frame: Any, given: Given) -> tuple[pd.DataFrame, Modeled, Laid, list[Measure]]:
    """The findings, the table with its model, and the measures that were asked for."""
    wanted = asked_for(given.measures)
    for pattern in wanted:
        if pattern.startswith(("counterfactual", "path_effect", "regime_counterfactual", "spurious")):
            raise InputError(COUNTERFACTUAL.format(pattern))
    every = model_measures()
    asked = chosen(wanted, every)
    table, laid = modeled(model, frame, given)
    parts: dict[Any, Modeled] = {}
    rows: list[dict[str, Any]] = []
    for one in asked:
        declared = MEASURES.get(one.name)
        on = declared[1] if declared is not None and declared[0] is one else everybody
        part = parts.setdefault(on, on(table))
        rows += rows_asked(one, part, wanted, splits=table.splits, reference=table.reference)
    laid.notes.extend(searched(table))
    made = finding.frame(rows, scenario="table", model=table.called, seed=given.seed)
    small = small_groups(table.coded, table.splits, given.minimum)
    findings = without_small(judged(correct(made, same_rows()), given.equivalence), given.minimum, small)
    findings.attrs["notes"] = laid.notes
    if given.measures is None and given.minimum <= 1:
        findings.attrs["curves"] = curve_text(curves(table, table.called))
    return findings, table, laid, asked


def model_measures() -> list[Measure]:
    """The measures of a table with a model: those of any table, and those that ask the model."""
    return [*table_measures(), *asking_measures()]


def asking_measures() -> list[Measure]:
    """The measures of a table that ask the model."""
    return [one for one, _ in MEASURES.values()]
