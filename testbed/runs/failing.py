"""What failed in a run, told once: one sentence for each model that failed, however often and wherever it did.

Rows keep their own `why`. A measure that failed by itself has a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from testbed.models import ModelError, first_line


@dataclass(frozen=True)
class Failure:
    """One failure. part: what was being made, such as a measure; "" for all of a world. measure: the measure that is to
    blame, "" if the model is."""

    model: str
    seed: int
    said: str
    part: str = ""
    measure: str = ""


def failure_of(problem: Exception, model: str, seed: int, part: str, measure: str = "") -> Failure:
    """Return the failure of a part of a world: that of the model, or of the measure, by default the part."""
    if isinstance(problem, ModelError):
        return Failure(model, seed, str(problem), part)
    return Failure(model, seed, f"the measure failed ({first_line(problem)})", part, measure or part)


def told_once(failures: Iterable[Failure]) -> list[str]:
    """One sentence for each model and measure that failed: where it did first, how often else, and the first reason.

    >>> told_once([Failure("mine", seed, "it raised.", part) for seed in (0, 1) for part in ("hidden", "reach")])
    ['mine, seeds 0 and 1, hidden and 1 more: it raised.']
    """
    held: dict[tuple[str, str], list[Failure]] = {}
    for one in failures:
        held.setdefault((one.model, one.measure), []).append(one)
    return [_sentence(some) for some in held.values()]


def _sentence(some: Sequence[Failure]) -> str:
    seeds = list(dict.fromkeys(one.seed for one in some))
    parts = [] if any(not one.part for one in some) else list(dict.fromkeys(one.part for one in some))
    where = [_seeds(seeds), *parts[:1]]
    more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
    return f"{some[0].model}, {', '.join(where)}{more}: {some[0].said}"


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    return f"seeds {seeds[0]} and {seeds[1] if len(seeds) == 2 else f'{len(seeds) - 1} more'}"
