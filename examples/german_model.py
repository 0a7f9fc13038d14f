"""Audit a fitted pipeline on the people it decides about: the three families, from one call, with a page.

The model of `german_credit.py` is fitted on 700 loans. The other 300 are asked about: as they are, with single values
made wrong (`german-errors.toml`), and with what people could change (`german-actions.toml`). A second system grants
a card to those whose loan is granted and who have lived long enough in one place; errors of the first reach it.
Read the data card first (testbed/data/README.md): the sex coding of this file is known to be poor, so groups are those
of age. All rates of error in the file are guesses.

    python examples/german_model.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from german_credit import ATTRIBUTES, loans

from synthetic import draws
from testbed import Scores, audit_model

HERE = Path(__file__).parent
FEATURES = [name for name in ATTRIBUTES if name not in ("status_and_sex", "age")]


def fitted(train: pd.DataFrame):
    """The pipeline: categories one-hot, numbers standardized, missing numbers at the median, a logistic regression."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
    )
    # The second class is "good", so that a higher score is better.
    good = (train["outcome"] == "good").astype(int)
    return make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(train[FEATURES], good)


def card(records: pd.DataFrame) -> Scores:
    """The second system: no card without a loan, nor for people who moved within the last year."""
    allowed = (records["decision"] != -1) & (records["residence_since"] >= 2)
    return Scores(records["score"].to_numpy(float), np.where(allowed, 0, -1).astype(np.int8))


def main() -> None:
    """Fit, audit, and print what one wrong value does."""
    from sklearn.model_selection import train_test_split

    state = draws.derive(0, "german split") % 2**32
    frame = loans()
    train, test = train_test_split(frame, test_size=300, stratify=frame["outcome"], random_state=state)
    findings = audit_model(
        fitted(train),
        test,
        features=FEATURES,
        groups="age_group",
        outcome="outcome",
        positive="good",
        reference={"age_group": "over 25"},
        errors=HERE / "german-errors.toml",
        actions=HERE / "german-actions.toml",
        then=card,
        minimum=10,
        out=sys.argv[1] if len(sys.argv) > 1 else None,
    )
    shown = ("statistical_parity_difference", "hidden[k=100]", "recourse_rate", "flip_rate", "flip_rate[system=second]",
             "error_burden", "label_error_effect")  # fmt: skip
    print("300 loans; adverse is a refusal.\n")
    for row in findings.itertuples():
        plain = row.measure in shown or row.measure.startswith("most_fragile")
        if plain and (row.split == "all" or row.measure == "statistical_parity_difference"):
            who = f"{row.group} against {row.versus}" if row.versus else ""
            print(
                f"{row.measure:32} {who:30} {row.value:8.3f}  [{row.low:7.3f}, {row.high:7.3f}] {row.unit}, n = {row.n}"
            )
    print("\nAll rates of error in examples/german-errors.toml are guesses; what one error does depends on none.")


if __name__ == "__main__":
    main()
