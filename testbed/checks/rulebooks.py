"""A check of the contract of a rule book: worked examples, reasons that add up, and the contract of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from testbed.checks.contract import expect, sample_records, scenario_for
from testbed.checks.models import check_model
from testbed.checks.promises import columns_are_declared
from testbed.models import RuleBook, load_rulebook
from testbed.scenarios import Scenario

WRITTEN = 1e-9
"""How near a score must come to the points of an example: sums of decimals such as 0.10 - 0.14 are not exact."""


def check_rulebook(rulebook: RuleBook | str | Path, *, scenario: str | Path | Scenario | None = None) -> None:
    """Check a rule book, and that it keeps the contract of a model.

    The check looks at declared columns, at worked examples, and at reasons, which must add up to the score.

    Parameters
    ----------
    rulebook : RuleBook, str or Path
        A rule book, the name of a registered one, or a path that ends in `.toml`.
    scenario : str, Path or Scenario, optional
        The scenario whose columns the records have. Default: `rongcheng`, with what the rule book reads beyond it; if
        its people lack a column, they come from the first registered recipe that has all of them.

    Raises
    ------
    ContractError
        At the first broken promise.
    InputError
        If the file cannot be found or read.

    See Also
    --------
    check_model : Check any other model.

    Examples
    --------
    >>> from testbed import check_rulebook
    >>> check_rulebook("rongcheng")
    """
    book = rulebook if isinstance(rulebook, RuleBook) else load_rulebook(rulebook)
    made = scenario_for(book, scenario)
    records = sample_records(made)
    columns_are_declared(book, records)
    expect(bool(book.examples), f"rule book {book.name}: it has no worked example; at least one is needed.")
    _examples_hold(book, records)
    said = book.score(records)
    assert said.reasons is not None
    told = said.reasons.groupby("person")["contribution"].sum().reindex(records.index, fill_value=0.0)
    expect(
        bool(np.allclose(float(book.base.value) + told.to_numpy(), said.score, rtol=0, atol=1e-6)),
        f"rule book {book.name}: base and reasons do not add up to the score.",
    )
    check_model(book, scenario=made, processes=True)


def _examples_hold(book: RuleBook, records: pd.DataFrame) -> None:
    """Check that each worked example gives the points and the grade that it states."""
    for example in book.examples:
        where = f"rule book {book.name}, example {example.title!r}"
        unknown = [column for column in example.record if column not in records.columns]
        expect(not unknown, f"{where}: {', '.join(unknown)} is not a column of the records.")
        row = {}
        for column in records.columns:
            kind = records[column].dtype
            value = example.record.get(column, kind.categories[0] if isinstance(kind, pd.CategoricalDtype) else 0)
            row[column] = (
                pd.Categorical([value], categories=kind.categories) if hasattr(kind, "categories") else [value]
            )
        said = book.score(pd.DataFrame(row, index=pd.Index([0], name="person")))
        expect(
            abs(said.score[0] - example.points) < WRITTEN,
            f"{where}: it scores {said.score[0]:g}, the example says {example.points:g}.",
        )
        grade = book.grade(said)[0]
        expect(
            not example.grade or grade == example.grade,
            f"{where}: it gives grade {grade}, the example says {example.grade}.",
        )
