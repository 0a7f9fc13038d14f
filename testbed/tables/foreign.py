"""Metrics of other libraries as measures: any function of outcomes and predictions that gives one number."""

# Any: a user's metric can take and give anything.
from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from synthetic.errors import InputError, unknown
from testbed.measure import Measure, measure, measures
from testbed.statistics import Across
from testbed.tables.metric import FOLDS, Metric

INFLUENCE = "influence values from the four cells of the decision table, by cluster, t(G-1)"
JACKKNIFE = f"jackknife leaving out {FOLDS} parts of the clusters (people where there are none) in turn, t"


def from_callable(
    metric: Callable[..., Any],
    *,
    name: str,
    harm: str = "disparate impact",
    on: str = "prediction",
    unit: str = "rate",
    better: str = "none",
    gap: str | None = None,
    reference: str = "",
    caveats: str = "",
) -> Measure:
    """Register a metric of fairlearn, scikit-learn or your own as a measure.

    The measure works on tables and in worlds. For each group, the metric sees that group alone.

    Parameters
    ----------
    metric : callable
        `metric(y_true, y_pred)` that returns one number, with `sample_weight=` if it takes weights. Labels are 0 and 1,
        with 1 positive.
    name : str
        Name of the measure: small letters, digits and `_`, a letter first. Its largest difference between groups is
        called `NAME_difference`.
    harm : str, default "disparate impact"
        What the measure is about, as in `measure`.
    on : {"prediction", "score"}, default "prediction"
        What the metric gets as its second argument.
    unit : str, default "rate"
        Unit of the value.
    better : {"lower", "higher", "none"}, default "none"
        Which direction of the value is an improvement; "none" if neither is.
    gap : str, optional
        Name of the signed difference between two groups; "" for none. Default: `NAME_gap`.
    reference : str, default ""
        Where the metric comes from. Empty: its module and name.
    caveats : str, default ""
        What the number does not say. Empty: that it is as the metric defines it.

    Returns
    -------
    Measure
        The registered measure. Registering the same metric again returns the same measure.

    Raises
    ------
    InputError
        If the name is taken or not allowed, or the metric compares groups itself.

    See Also
    --------
    measure : Register a measure of your own.
    metric_frame : Reshape findings like a fairlearn MetricFrame.

    Notes
    -----
    A metric of labels that takes weights has an interval from influence values: what the value moves by when the weight
    of one of the four cells of the decision table does. Any other metric has a jackknife interval, over a hundred parts
    of the clusters or people. If the metric raises, warns that it is undefined, or returns no number, the value is NaN
    and says so.

    Examples
    --------
    >>> from sklearn.metrics import f1_score
    >>> from testbed import from_callable
    >>> made = from_callable(f1_score, name="f1", better="higher")
    >>> made.gap, made.interval.split(",")[0]
    ('f1_gap', 'influence values from the four cells of the decision table')
    """
    _check(metric, name, on)
    part = Metric(metric, on, "sample_weight" in _parameters(metric), name)
    if name in measures.known():
        held = measures.get(name)
        if getattr(held.function, "part", None) == part:
            return held
        raise InputError(f"measure {name!r} is registered already; another name is needed.")

    def function(case: Any) -> tuple[Any, ...]:
        if case.outcome is None or getattr(case, on) is None:
            return ()
        once = replace(part, held={})
        return once, Across((once,), suffix="_difference")

    function.part = part  # type: ignore[attr-defined]
    return measure(
        name,
        harm=harm,
        unit=unit,
        better=better,
        needs=("table",),
        reference=reference or _called(metric),
        caveats=caveats or f"as {_called(metric)} defines it",
        estimand=(inspect.getdoc(metric) or _called(metric)).split("\n")[0],
        interval=INFLUENCE if part.by_cells else JACKKNIFE,
        gap=f"{name}_gap" if gap is None else gap,
    )(function)


def _check(metric: object, name: str, on: str) -> None:
    """Raise InputError for a name, an input or a metric that is not allowed."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(f"name is {name!r}; allowed are small letters, digits and _, a letter first.")
    if on not in ("prediction", "score"):
        raise unknown("input of a metric", on, ("prediction", "score"))
    if not callable(metric):
        raise InputError(f"metric is a {type(metric).__name__}; a function of outcomes and predictions is needed.")
    if "sensitive_features" in _parameters(metric):
        raise InputError(
            f"{_called(metric)} compares groups itself; register the metric that it compares, and the audit makes "
            "splits and differences."
        )


def _parameters(metric: Callable[..., Any]) -> set[str]:
    """Return the names of the parameters; none if the metric does not tell them."""
    try:
        return set(inspect.signature(metric).parameters)
    except (TypeError, ValueError):
        return set()


def _called(metric: Callable[..., Any]) -> str:
    """Return the name of a metric, with its module."""
    inner = getattr(metric, "func", metric)
    return f"{getattr(inner, '__module__', '')}.{getattr(inner, '__name__', type(inner).__name__)}".lstrip(".")
