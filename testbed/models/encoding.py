"""Columns of text as numbers, in front of any estimator."""

# Any: an estimator can be of any library that follows scikit-learn's conventions.
from __future__ import annotations

from typing import Any

from testbed.models.base import declared, name_of


def encoded(estimator: Any) -> Any:
    """Return an unfitted pipeline that one-hot encodes columns of text before an estimator.

    Columns of numbers are left as they are. A level becomes a column named as the attribute and the level, such as
    `residence_rural`; a level that is new after fitting becomes zeros.

    Parameters
    ----------
    estimator : estimator
        Any estimator that follows scikit-learn's conventions. It is copied, and fitted with the pipeline.

    Returns
    -------
    Pipeline
        The encoder and the estimator, of scikit-learn.

    See Also
    --------
    audit : Run a scenario with an estimator as its model.
    check_model : Check that a model keeps the contract.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from testbed import encoded
    >>> records = pd.DataFrame({"residence": ["rural", "urban", "urban"], "late_bills": [0, 3, 1]})
    >>> model = encoded(LogisticRegression()).fit(records, [1, 0, 1])
    >>> model[:-1].get_feature_names_out().tolist()
    ['residence_rural', 'residence_urban', 'late_bills']
    """
    from sklearn.base import clone
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

    levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False, feature_name_combiner=level_name)
    columns = ColumnTransformer(
        [("text", levels, make_column_selector(dtype_exclude=["number", "bool"]))],
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    made = Pipeline([("encoder", columns), ("estimator", clone(estimator))])
    made.name = name_of(estimator)
    for word in ("higher_is", "row_wise", "sensitive"):
        if (said := declared(estimator, word)) is not None:
            setattr(made, word, said)
    return made


def level_name(column: str, level: Any) -> str:
    """The name of the column of a level; what not every library allows in a name is written as its code.

    >>> level_name("residence", "rural"), level_name("income", "<5")
    ('residence_rural', 'income_x3c_5')
    """
    return "".join(sign if sign.isalnum() or sign == "_" else f"x{ord(sign):x}_" for sign in f"{column}_{level}")
