"""Findings in the shape of fairlearn's MetricFrame: `overall`, `by_group`, `difference()`, `ratio()`."""

# Any: pandas gives a Series or a frame, depending on whether there are strata.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown

METHODS = ("between_groups", "to_overall")


@dataclass(frozen=True)
class MetricFrame:
    """Values by measure and group, named as in `fairlearn.metrics.MetricFrame`.

    overall: values of everybody, a Series by measure; with control levels a frame, a row per stratum. by_group: a row
    per group (per stratum and group), a column per measure. Unlike there, a group without a value makes a
    comparison NaN, unless `skipna`; groups are named by their text.
    """

    overall: Any
    by_group: pd.DataFrame
    sensitive_levels: list[str]
    control_levels: list[str] | None = None

    def group_max(self, *, skipna: bool = False) -> Any:
        """The largest value of any group, per measure (and stratum)."""
        return self._over(self.by_group, "max", skipna)

    def group_min(self, *, skipna: bool = False) -> Any:
        """The smallest value of any group, per measure (and stratum)."""
        return self._over(self.by_group, "min", skipna)

    def difference(self, method: str = "between_groups", *, skipna: bool = False) -> Any:
        """Largest minus smallest value, or the largest distance of a group from everybody; at least 0."""
        if method not in METHODS:
            raise unknown("method", method, METHODS)
        if method == "between_groups":
            return self.group_max(skipna=skipna) - self.group_min(skipna=skipna)
        return self._over((self.by_group - self._everybody()).abs(), "max", skipna)

    def ratio(self, method: str = "between_groups", *, skipna: bool = False) -> Any:
        """Smallest over largest value, or the smallest ratio of a group and everybody, the lesser on top; at most 1."""
        if method not in METHODS:
            raise unknown("method", method, METHODS)
        with np.errstate(divide="ignore", invalid="ignore"):
            if method == "between_groups":
                return self.group_min(skipna=skipna) / self.group_max(skipna=skipna)
            share = self.by_group / self._everybody()
            return self._over(share.where(~(share > 1), 1 / share), "min", skipna)

    def _everybody(self) -> Any:
        """Return the values of everyone, in the shape of the groups."""
        if self.control_levels is None:
            return self.overall
        strata = self.by_group.index.get_level_values(self.control_levels[0])
        return self.overall.loc[strata].set_axis(self.by_group.index)

    def _over(self, frame: pd.DataFrame, which: str, skipna: bool) -> Any:
        if self.control_levels is None:
            return getattr(frame, which)(skipna=skipna)
        return getattr(frame.groupby(level=self.control_levels[0], sort=False), which)(skipna=skipna)


def metric_frame(
    findings: pd.DataFrame, *, split: str | None = None, measures: Sequence[str] | None = None
) -> MetricFrame:
    """Reshape the findings of one split like a fairlearn MetricFrame.

    Parameters
    ----------
    findings : DataFrame
        Findings of one model, scenario and seed, as `audit` and `audit_table` return them.
    split : str, optional
        A column, a crossing `a*b`, or a stratum `a|c`. Default: the first split in the findings.
    measures : sequence of str, optional
        Names of measures, in the order wanted. Default: all that have a value for everybody and by group.

    Returns
    -------
    MetricFrame
        Values as `overall` and `by_group`, with the methods `group_max`, `group_min`, `difference` and `ratio`. The
        names are those of `fairlearn.metrics.MetricFrame`.

    Raises
    ------
    InputError
        If the split or a measure is unknown, or the findings hold several models, scenarios or seeds.

    See Also
    --------
    audit_table : Make findings from a table of predictions.

    Notes
    -----
    Unlike in fairlearn, a group without a value makes a comparison NaN, unless `skipna=True`.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import audit_table, metric_frame
    >>> table = pd.DataFrame({"g": list("aaabbb"), "p": [1, 0, 1, 1, 0, 0]})
    >>> made = metric_frame(audit_table(table, groups="g", prediction="p"), measures=["selection_rate"])
    >>> made.by_group["selection_rate"].round(2).to_dict()
    {'a': 0.67, 'b': 0.33}
    >>> made.difference().round(2).to_dict()
    {'selection_rate': 0.33}
    """
    for name in ("scenario", "model", "seed"):
        if findings[name].nunique() > 1:
            raise InputError(f"findings hold {findings[name].nunique()} values of {name}; keep the rows of one.")
    known = [one for one in findings["split"].unique() if one != "all" and not one.startswith("all|")]
    if not known:
        raise InputError("findings have no groups; a metric frame needs a split.")
    split = known[0] if split is None else split
    if split not in known:
        raise unknown("split", split, known)
    column, _, control = split.partition("|")
    pooled = findings["measure"].str.startswith("conditional_")
    plain = findings[(findings["versus"] == "") & (findings["group"] != "") & ~pooled]
    groups = plain[(plain["split"] == split) & ~plain["group"].str.startswith("|")]
    everybody = plain[plain["split"] == (f"all|{control}" if control else "all")]
    every = [name for name in groups["measure"].unique() if (everybody["measure"] == name).any()]
    wanted = every if measures is None else list(measures)
    for name in wanted:
        if name not in every:
            raise unknown("measure", name, every)
    by_group = _wide(groups, wanted)
    overall = _wide(everybody, wanted)
    names = column.split("*")
    if not control:
        return MetricFrame(overall.iloc[0].rename(None), by_group.set_axis(_index(by_group.index, names)), names)
    strata = [str(text).rpartition("|")[2] for text in by_group.index]
    inner = _index(pd.Index([str(text).rpartition("|")[0] for text in by_group.index]), names)
    parts: list[Any] = [strata, *(inner.get_level_values(level) for level in range(inner.nlevels))]
    by_group.index = pd.MultiIndex.from_arrays(parts, names=[control, *inner.names])
    overall.index = pd.Index([str(text).rpartition("|")[2] for text in overall.index], name=control)
    return MetricFrame(overall, by_group, names, [control])


def _wide(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return values with a row per group, in the order of the findings, and a column per measure."""
    order = list(dict.fromkeys(rows["group"]))
    held = {name: rows[rows["measure"] == name].set_index("group")["value"] for name in names}
    return pd.DataFrame({name: column.reindex(order) for name, column in held.items()}, index=order)


def _index(texts: pd.Index, names: Sequence[str]) -> pd.Index:
    """Return groups `x*y` as an index with a level per column, if the parts can be told apart."""
    parts = [str(text).split("*") for text in texts]
    if len(names) == 1 or any(len(part) != len(names) for part in parts):
        return pd.Index([str(text) for text in texts], name="*".join(names))
    return pd.MultiIndex.from_tuples([tuple(part) for part in parts], names=list(names))
