"""The contract of a measure: a short function from a case to per-person parts, or to rows.

What is done around it (splits, crossings, comparisons, intervals, corrections) is
`testbed.statistics`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, unknown
from synthetic.registry import Registry

if TYPE_CHECKING:
    import numpy as np

HARMS = ("disparate impact", "opacity", "error propagation", "benefit", "chilling", "accountability")
NEEDS = ("table", "scores", "asking", "history", "twin")
SHARES = ("rate", "share", "")
"""Units of what may be a share of the people (or roots, or entries) in the denominator; "" is not declared."""
ANY = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class PerPerson:
    """Numerators and denominators, one of each per person, aligned with `case.people`.

    The value over a set of people is sum(numerator) / sum(denominator); `n` is the number of people
    whose denominator is above 0. `unit_of` names the clusters the people were drawn in: None for
    the case's own, else one integer per person (an injected root, say). `exact` says that the value
    carries no sampling error by construction (intervals collapse to the value). `unit` is named where it
    is not the measure's own. `bounds`: the least and greatest value that there can be; limits are cut there. A rate
    that may be negative, as a net one, says so: (-1, 1).
    """

    numerator: np.ndarray
    denominator: np.ndarray
    unit_of: np.ndarray | None = None
    exact: bool = False
    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    why: str = ""
    unit: str = ""
    bounds: tuple[float, float] = ANY

    @property
    def share(self) -> bool:
        """Whether it is declared as a share, by unit and bounds: only then may zeros and ones be events and trials."""
        return self.unit in SHARES and self.bounds in (ANY, (0.0, 1.0))


@dataclass(frozen=True)
class Row:
    """One number that is not a ratio of sums over people, with its own interval.

    NaN value needs a `why`. `suffix` ("_net") and `qualifiers` ({"k": 100}) are written into the
    measure's name. split, group, versus as in the findings table.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    split: str = "all"
    group: str = "all"
    versus: str = ""
    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    why: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Measure:
    """A registered measure. `function(case, **qualifiers)` gives a PerPerson, a Row, or an iterable of them."""

    name: str
    function: Callable[..., Any]
    harm: str
    unit: str
    better: str
    needs: tuple[str, ...]
    estimand: str
    interval: str
    reference: str
    caveats: str
    qualifiers: Mapping[str, object]
    gap: str
    splits: bool
    default: bool = True

    def __call__(self, case: Any, **qualifiers: object) -> list[PerPerson | Row]:
        """The parts of this measure for a case."""
        from testbed.models import theirs

        with theirs():
            made = self.function(case, **{**self.qualifiers, **qualifiers})
            return [in_unit(part, self.unit) for part in ([made] if isinstance(made, PerPerson | Row) else made)]


def in_unit(part: Any, unit: str) -> Any:
    """A part of a measure with this unit where it names none of its own; and so the parts whose difference it is.

    >>> import numpy as np
    >>> in_unit(PerPerson(np.ones(2), np.ones(2)), "points").share
    False
    """
    if isinstance(part, PerPerson) and not part.unit:
        return replace(part, unit=unit)
    if getattr(part, "kind", "") == "difference":
        return replace(part, parts=tuple(in_unit(one, part.unit or unit) for one in part.parts))
    return part


measures: Registry[Measure] = Registry("measure", "testbed.measures")


def default_gap(name: str) -> str:
    """The name of the signed difference of a measure between two groups: adverse_rate, adverse_gap."""
    return name.removesuffix("_rate") + "_gap"


def measure(
    name: str,
    *,
    harm: str,
    unit: str,
    better: str,
    reference: str,
    caveats: str,
    needs: Iterable[str] = ("history",),
    estimand: str = "",
    interval: str = "rate, clustered Wilson",
    qualifiers: Mapping[str, object] | None = None,
    gap: str | None = None,
    splits: bool = True,
    default: bool = True,
) -> Callable[[Callable[..., Any]], Measure]:
    """Register a function as a measure.

    `better` is "lower", "higher" or "none". `gap` names its signed difference between groups (default:
    `default_gap`; "" for none). `splits=False` keeps it to everybody. `default=False`: made only where it
    is asked for by name, since it is costly in a world. `qualifiers` are the keyword arguments of the function with
    their defaults.
    """
    if harm not in HARMS:
        raise unknown("harm", harm, HARMS)
    for need in needs:
        if need not in NEEDS:
            raise unknown("need", need, NEEDS)
    if better not in ("lower", "higher", "none"):
        raise InputError(f"measure {name}: better is {better!r}, allowed: lower, higher, none.")

    def register(function: Callable[..., Any]) -> Measure:
        made = Measure(
            name=name,
            function=function,
            harm=harm,
            unit=unit,
            better=better,
            needs=tuple(needs),
            estimand=estimand or (function.__doc__ or "").strip().split("\n")[0],
            interval=interval,
            reference=reference,
            caveats=caveats,
            qualifiers=dict(qualifiers or {}),
            gap=default_gap(name) if gap is None else gap,
            splits=splits,
            default=default,
        )
        return measures.add(name, made)

    return register


def written(
    name: str, qualifiers: Mapping[str, object], defaults: Mapping[str, object] | None = None, suffix: str = ""
) -> str:
    """The measure column: name, suffix, and the qualifiers that differ from the defaults in brackets; a `k` always.

    >>> written("unpredictability", {"k": 100})
    'unpredictability[k=100]'
    >>> written("error_reach", {"hop": "household"}, suffix="_net")
    'error_reach_net[hop=household]'
    """
    defaults = defaults or {}
    shown = {
        key: value for key, value in qualifiers.items() if key == "k" or key not in defaults or defaults[key] != value
    }
    inside = ",".join(f"{key}={_short(value)}" for key, value in sorted(shown.items()))
    return f"{name}{suffix}[{inside}]" if inside else f"{name}{suffix}"


def _short(value: object) -> str:
    import numpy as np

    if isinstance(value, bool | np.bool_):
        return "on" if value else "off"
    if isinstance(value, float | np.floating):
        return f"{float(value):.15g}"
    return str(value)
