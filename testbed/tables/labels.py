"""What a label says, and which rows carry the positive one."""

# Any: a cell of a user's table can hold any value.
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown
from testbed.tables.coding import factorized, label
from testbed.tables.columns import Column
from testbed.tables.reading import number


def positives(columns: Sequence[Column], positive: object) -> tuple[list[NDArray[np.bool_]], list[str]]:
    """Return, per column, which rows have the positive label, and notes on what was decided.

    Without `positive`, labels must be 0 and 1, or booleans, or their texts: 1 (true) is positive. Of three or more
    labels, the positive one is compared with the rest. Raises InputError otherwise.
    """
    coded = [factorized(found) for found in columns]
    meant = [[meaning(name) for name in names] for _, names in coded]
    wanted = [None if positive is None else place(positive, names) for _, names in coded]
    understood = [set(each) for each, at in zip(meant, wanted) if at is not None]
    notes = []
    made = []
    for found, (codes, names), each, at in zip(columns, coded, meant, wanted):
        texts = [label(name) for name in names]
        if positive is None:
            if not all(isinstance(one, float) and one in (0, 1) for one in each):
                raise InputError(
                    f"{found} has {_labels(texts)}; say which is positive (positive=LABEL). "
                    "It is compared with all the others. For scores give score= and threshold=."
                )
            notes.append(f"positive label of {found}: 1, as none was named.")
            truth = np.array([bool(one) for one in each], bool)
        else:
            # A column without the label is never positive if another has that label and all labels of this one.
            if at is None and not any(set(each) < others for others in understood):
                raise unknown(f"positive label of {found}", label(positive), texts)
            truth = np.arange(len(names)) == (-1 if at is None else at)
        if list(truth) == [False, True] and codes.dtype.itemsize == 1:
            made.append(codes.view(np.bool_))
        else:
            made.append(truth[codes])
    return made, notes


def meaning(value: object) -> float | str:
    """Return what a label says: 1 for true in any writing, 0 for false, a number, or any other text itself.

    >>> meaning("TRUE"), meaning("1.0"), meaning("01")
    (1.0, 1.0, '01')
    """
    text = str(value)
    if text.lower() in ("true", "false"):
        return float(text.lower() == "true")
    known = number(text)
    return label(value) if known is None else known


def place(wanted: object, names: Sequence[Any]) -> int | None:
    """Return the place of a value among names: the same value, else the same text, else the only same meaning."""
    for at, name in enumerate(names):
        if type(name) is type(wanted) and name == wanted:
            return at
    texts, meant = [label(name) for name in names], [meaning(name) for name in names]
    if label(wanted) in texts:
        return texts.index(label(wanted))
    return meant.index(meaning(wanted)) if meant.count(meaning(wanted)) == 1 else None


def _labels(texts: list[str]) -> str:
    shown = ", ".join(repr(text) for text in texts[:5])
    return f"{len(texts)} label{'s' * (len(texts) != 1)} ({shown}{', ...' * (len(texts) > 5)})"
