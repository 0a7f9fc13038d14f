"""Impact ratios of categories, as Local Law 144 of New York City has them audited: a yardstick, never a certificate.

A category's impact ratio is its rate over that of the category with the highest rate. A category with less than two
percent of the people may be set apart: it is told with its number and rate, and is compared with nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

APART = 0.02
"""The share of people under which a category may be set apart (6 RCNY 5-301, source nyc-ll144)."""


def impact_ratios(
    findings: pd.DataFrame, split: str, *, measure: str = "selection_rate", apart: float = APART
) -> pd.DataFrame:
    """Rate and impact ratio of each category of a split, or of a crossing such as "community*sex".

    Parameters
    ----------
    findings : DataFrame
        Findings of one audit: of a world, or of a table.
    split : str
        The attribute or crossing whose values are the categories.
    measure : str, default "selection_rate"
        The rate. For a scoring rate, audit `above_median` of the score as the prediction of a table.
    apart : float, default 0.02
        Categories with less than this share of the people are set apart: their ratio is NaN. 0 sets none apart.

    Returns
    -------
    DataFrame
        One row a category, by name: `people`, `share` of the people, `rate`, `impact_ratio` and `apart`.

    Raises
    ------
    InputError
        If the share is outside 0 to 1, if the findings hold no such rate on that split, or if they hold several.

    See Also
    --------
    above_median : What a scoring rate counts.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import audit_table
    >>> from testbed.findings import impact_ratios
    >>> table = pd.DataFrame({"g": list("ab") * 50, "hired": [1, 0, 1, 1] * 25})
    >>> impact_ratios(audit_table(table, groups="g", prediction="hired"), "g")["impact_ratio"].tolist()
    [1.0, 0.5]
    """
    import pandas as pd

    if not 0 <= apart <= 1:
        raise InputError(f"impact_ratios: apart is {apart}; allowed is a share from 0 to 1.")
    rows = findings[(findings["measure"] == measure) & (findings["split"] == split) & (findings["group"] != "")]
    if not len(rows):
        held = ", ".join(sorted(set(findings.loc[findings["measure"] == measure, "split"]) - {"all"}))
        raise InputError(
            f"impact_ratios: found no {measure} on {split!r}; allowed are {held or 'none, in this table'}."
        )
    if rows["group"].duplicated().any():
        raise InputError(f"impact_ratios: found {measure} of {split!r} several times; one audit of one seed is needed.")
    people, rate = rows["n"].to_numpy(np.int64), rows["value"].to_numpy(float)
    share = people / max(int(people.sum()), 1)
    small = share < apart
    counted = rate[~small & ~np.isnan(rate)]
    highest = counted.max() if len(counted) else np.nan
    ratio = np.where(small | ~(highest > 0), np.nan, rate / (highest if highest > 0 else 1.0))
    return pd.DataFrame(
        {"people": people, "share": share, "rate": rate, "impact_ratio": ratio, "apart": small},
        index=pd.Index(rows["group"].to_numpy(), name=split),
    ).sort_index()


def above_median(score: ArrayLike) -> NDArray[np.int8]:
    """1 for each score above the median of all, else 0: what the scoring rate of a category is the mean of.

    Parameters
    ----------
    score : array_like of float
        Scores, higher better. None may be missing.

    Returns
    -------
    ndarray of int8
        1 above the median, 0 at or below it.

    Raises
    ------
    InputError
        If a score is missing, or there is none.

    See Also
    --------
    impact_ratios : Compare the rates.

    Examples
    --------
    >>> from testbed.findings import above_median
    >>> above_median([0.1, 0.5, 0.5, 0.9]).tolist()
    [0, 0, 0, 1]
    """
    scores = np.asarray(score, float)
    if not scores.size or np.isnan(scores).any():
        missing = int(np.isnan(scores).sum())
        raise InputError(f"above_median: found {missing} missing of {scores.size} scores; every score is needed.")
    return np.asarray(scores > np.median(scores), np.int8)
