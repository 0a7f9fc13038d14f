"""What a model may answer: n finite numbers, decisions of -1, 0 or 1, reasons of the people asked about.

Every answer is checked here once, wherever the model runs. A refusal is a ModelError: one sentence with what was found.
"""

# Any: what a user's model returns can be anything.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import REASON_COLUMNS, ModelError, Scores, declared, name_of
from testbed.models.guard import told

NUMBERS = (int, float, np.bool_, np.integer, np.floating)
"""What counts as a number in a list, or in an array of objects: Python's and numpy's integers, floats and booleans."""

SHOWN = 60
"""Characters of a found value that are told."""

ADDS_UP = 1e-7
"""How far base and reasons may be from an additive model's score, as a probability."""


def checked(answer: Any, index: pd.Index, name: str = "model") -> Scores:
    """A model's answer about the people of this index as Scores. Raises ModelError unless all of it is sound."""
    made, n = answer if isinstance(answer, Scores) else Scores(answer), len(index)
    score = _numbers(made.score)
    if score is None:
        raise ModelError(f"model {name} returned {_kind(made.score)}, not {n} numbers.")
    if score.shape != (n,):
        raise ModelError(f"model {name} returned scores of shape {score.shape}, ({n},) is needed.")
    if (place := _first(~np.isfinite(score))) is not None:
        raise ModelError(
            f"model {name} returned {_at(made.score, score, place)} for record {place}; every score must be finite."
        )
    return Scores(score, _checked_decision(made.decision, n, name), checked_reasons(made.reasons, index, name))


def check_whose(answer: Any, left: pd.Index, index: pd.Index, name: str) -> None:
    """Raise ModelError unless it is certain to whom each score and decision belongs.

    A Series names people by its index, which must be the index that the records had. Anything else goes by position;
    this is certain only if the index of the records, as the model `left` it, has not changed.
    """
    for part in (answer.score, answer.decision) if isinstance(answer, Scores) else (answer,):
        if isinstance(part, pd.Series | pd.DataFrame):
            if not part.index.equals(index) or not (left.identical(index) or part.index.identical(index)):
                raise ModelError(
                    f"model {name} returned a Series with another index than its records; return an array."
                )
        elif part is not None and not left.identical(index):
            raise ModelError(
                f"model {name} changed the order or the index of its records, so it is unclear whose scores it "
                "returned; sort a copy."
            )


def checked_reasons(reasons: Any, index: pd.Index, name: str) -> pd.DataFrame | None:
    """Reasons for the scores of the people of this index. Raises ModelError unless all of them are sound."""
    if reasons is None:
        return None
    if not isinstance(reasons, pd.DataFrame) or not set(REASON_COLUMNS) <= set(reasons.columns):
        raise ModelError(f"model {name} returned reasons without the columns {', '.join(REASON_COLUMNS)}.")
    if not reasons.columns.is_unique:
        raise ModelError(f"model {name} returned reasons with two columns of one name.")
    made = pd.DataFrame({column: reasons[column] for column in REASON_COLUMNS})
    whose = _numbers(made["person"], bools=False)
    if whose is None or not (theirs := np.isin(whose, index.to_numpy())).all():
        found = "" if whose is None else f", such as {_shown(made['person'].iloc[int(np.flatnonzero(~theirs)[0])])}"
        raise ModelError(f"model {name} gives reasons to people that it was not asked about{found}.")
    textual = pd.api.types.infer_dtype(made["rule"], skipna=True) in ("string", "empty")
    if not textual and (place := _first(~made["rule"].map(_is_text).to_numpy(bool))) is not None:
        raise ModelError(
            f"model {name} gives {_described(made['rule'].iloc[place])} as the rule of reason {place}; text is needed."
        )
    contribution = _numbers(made["contribution"], bools=False)
    if contribution is None or (place := _first(~np.isfinite(contribution))) is not None:
        raise ModelError(
            f"model {name} returned reasons whose contributions are not all finite numbers; found "
            f"{_kind(made['contribution']) if contribution is None else _shown(contribution[place])}."
        )
    return made


def check_sums(model: Any, reasons: pd.DataFrame, score: NDArray[np.float64], index: pd.Index) -> None:
    """Raise ModelError if an additive model's base and reasons are not the log-odds of its scores."""
    name, base = name_of(model), declared(model, "base")
    if not isinstance(base, NUMBERS) or np.isnan(_float(base)):  # infinite where one outcome alone was recorded
        raise ModelError(f"model {name} says that its reasons add up, and its base is {_shown(base)}, not a number.")
    parts = reasons.groupby("person")["contribution"].sum().reindex(index, fill_value=0.0).to_numpy(np.float64)
    summed = 1 / (1 + np.exp(-np.clip(base + parts, -500, 500)))
    if (off := _first(~(np.abs(summed - score) <= ADDS_UP))) is not None:
        raise ModelError(
            f"model {name}: base and reasons of person {index[off]} give {summed[off]:.10g}, its score is "
            f"{score[off]:.10g}."
        )


def _checked_decision(decision: Any, n: int, name: str) -> NDArray[np.int8] | None:
    if decision is None:
        return None
    found = _numbers(decision, bools=False)
    if found is None:
        raise ModelError(f"model {name} returned {_kind(decision)} as decisions, not {n} of -1, 0 or 1.")
    if found.shape != (n,):
        raise ModelError(f"model {name} returned decisions of shape {found.shape}, ({n},) is needed.")
    if (place := _first(~np.isin(found, (-1, 0, 1)))) is not None:
        raise ModelError(
            f"model {name} returned a decision that is not -1, 0 or 1: {_at(decision, found, place)} for record "
            f"{place}."
        )
    return found.astype(np.int8)


def _numbers(values: Any, *, bools: bool = True) -> NDArray[np.float64] | None:
    """The values as float64 in memory of our own, too large ones as infinity; None if they are no integers or floats.

    Text, masks, complex numbers, times and objects of other kinds are not; booleans only if `bools`.
    """
    if np.ma.isMaskedArray(values):
        return None
    try:
        found = np.asarray(values)
    except (TypeError, ValueError):  # parts of different lengths, missing values
        return None
    if found.dtype.kind in ("biuf" if bools else "iuf"):
        return found.astype(np.float64)
    if found.dtype.kind != "O" or not all(_is_number(cell, bools) for cell in found.flat):
        return None
    return np.array([_float(cell) for cell in found.flat], np.float64).reshape(found.shape)


def _is_number(cell: Any, bools: bool) -> bool:
    return isinstance(cell, NUMBERS) and (bools or not isinstance(cell, bool | np.bool_))


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf")


def _is_text(cell: Any) -> bool:
    """Whether a cell is text, or missing: a reason that names no rule."""
    return isinstance(cell, str) or cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell)


def _first(wrong: NDArray[np.bool_]) -> int | None:
    places = np.flatnonzero(wrong)
    return int(places[0]) if len(places) else None


def _at(values: Any, found: NDArray[np.float64], place: int) -> str:
    """The value at a place as the model gave it; an integer beyond float64 as such."""
    given = np.asarray(values, object)[place]
    return _shown(given) if isinstance(given, int) else _shown(found[place])


def _kind(values: Any) -> str:
    """What was returned instead of numbers, such as "MaskedArray" or "list with 'a' (str) in place 3"."""
    kind = _type(values)
    if np.ma.isMaskedArray(values):
        return kind
    try:
        cells = np.asarray(values, object)
    except (TypeError, ValueError):
        return kind
    if cells.ndim == 0:
        return "None" if values is None else f"{kind} {_shown(values)}" if isinstance(values, str | complex) else kind
    wrong = next((at for at, cell in enumerate(cells.flat) if not _is_number(cell, True)), None)
    return kind if wrong is None else f"{kind} with {_described(cells.flat[wrong])} in place {wrong}"


def _described(value: Any) -> str:
    return f"{_shown(value)} ({_type(value)})"


def _type(value: Any) -> str:
    return told(type(value).__name__[:SHOWN])


def _shown(value: Any) -> str:
    """A value as one short line; an integer with too many digits by its size."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {value.bit_length()} bits"
    said = told(" ".join(repr(value.item() if isinstance(value, np.generic) else value).split()))
    return said if len(said) <= SHOWN else f"{said[: SHOWN - 4]} ..."
