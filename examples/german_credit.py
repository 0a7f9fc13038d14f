"""Audit a model of one's own on real data: UCI German Credit, by sex and by age over 25.

A logistic regression is fitted on 700 loans and audited on the other 300. Read the data card first
(testbed/data/README.md): the sex coding of this file is known to be poor. Code A92 of attribute 9,
"female" in the published table, also holds men who were not single (Grömping 2019), so the gap "by sex"
shows how the tool is used and nothing about women. Age is as recorded; the older group is those *over*
25 (810 of 1,000), as the file's first users in this field meant it.

    python examples/german_credit.py
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from synthetic import draws
from testbed import audit_table

ATTRIBUTES = (
    "checking", "months", "history", "purpose", "amount", "savings", "employed_since", "rate", "status_and_sex",
    "guarantor", "residence_since", "property", "age", "other_plans", "housing", "credits", "job", "dependents",
    "telephone", "foreign_worker",
)  # fmt: skip
WOMEN = ("A92", "A95")


def loans() -> pd.DataFrame:
    """The 1,000 loans with named columns, the outcome in words, and the two groups that are compared."""
    with (files("testbed") / "data" / "german.data").open() as file:
        frame = pd.read_csv(file, sep=" ", header=None, names=[*ATTRIBUTES, "outcome"])
    frame["outcome"] = frame["outcome"].map({1: "good", 2: "bad"})
    frame["sex"] = frame["status_and_sex"].isin(WOMEN).map({True: "female", False: "male"})
    frame["age_group"] = (frame["age"] > 25).map({True: "over 25", False: "25 or under"})
    return frame


def predicted(frame: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """The held-out 300 loans with the decision and the score of a model that never saw sex or age."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    state = draws.derive(seed, "german split") % 2**32
    train, test = train_test_split(frame, test_size=300, stratify=frame["outcome"], random_state=state)
    inputs = [name for name in ATTRIBUTES if name not in ("status_and_sex", "age")]
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        (StandardScaler(), make_column_selector(dtype_include="number")),
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(train[inputs], train["outcome"])
    score = model.predict_proba(test[inputs])[:, list(model.classes_).index("good")]
    return test.assign(decision=model.predict(test[inputs]), score=score)


def main() -> None:
    """Fit, audit, and print the rates by group and the comparisons with their intervals."""
    test = predicted(loans())
    findings = audit_table(
        test,
        groups=["sex", "age_group"],
        outcome="outcome",
        prediction="decision",
        score="score",
        positive="good",
        reference={"sex": "male", "age_group": "over 25"},
    )
    shown = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "auc")
    compared = ("equalized_odds_difference", "disparate_impact_ratio", "statistical_parity_difference")
    print(
        "300 loans, decided by a logistic regression; positive is a good loan, or the decision that it will be one.\n"
    )
    for row in findings[findings["split"].isin(["sex", "age_group"])].itertuples():
        if row.measure in shown + compared:
            who = f"{row.group} against {row.versus}" if row.versus else row.group or "all groups"
            print(f"{row.measure:30} {who:28} {row.value:6.3f}  [{row.low:6.3f}, {row.high:6.3f}]  n = {row.n}")
    print("\nThe sex coding of this file is known to be poor: see testbed/data/README.md before any conclusion.")


if __name__ == "__main__":
    main()
