"""The contract of a measure: a short function from a case to per-person parts, or to rows.

`testbed.statistics` makes what comes after it: splits, crossings, comparisons, intervals, corrections.
"""

# Any: a measure takes a case, a table or a test's stand-in, and may give any iterable of parts.
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, check_whole, unknown
from synthetic.registry import Registry

if TYPE_CHECKING:
    import numpy as np

HARMS = ("disparate impact", "opacity", "error propagation", "benefit", "chilling", "accountability")
NEEDS = ("table", "scores", "asking", "history", "twin")
SHARES = ("rate", "share", "")
"""Units of a possible share of the people (or roots, or entries) in the denominator; "" is not declared."""
ANY = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class PerPerson:
    """Numerators and denominators of a measure, one of each per person.

    A measure returns it when its value is a ratio of sums over people. The testbed then makes splits, comparisons and
    intervals.

    Parameters
    ----------
    numerator : ndarray of shape (n,)
        Numerator of each person, in the order of `case.people`. Finite, and 0 where the denominator is 0.
    denominator : ndarray of shape (n,)
        Denominator of each person, at least 0. It is 0 for people who do not count.
    unit_of : ndarray of int of shape (n,), optional
        The cluster that each person was drawn in, such as the root of an injected entry. Default: the clusters of the
        case.
    exact : bool, default False
        Whether the value has no sampling error by construction. Its interval is then the value itself.
    suffix : str, default ""
        Added to the name of the measure, such as "_net".
    qualifiers : mapping of str to object, default {}
        Written in brackets after the name, such as `{"k": 100}`.
    why : str, default ""
        Why there is no value, if there is none.
    unit : str, default ""
        Unit of the value. Empty: the unit of the measure.
    bounds : tuple of float, default (-inf, inf)
        Least and greatest value that is possible; intervals are cut there. A rate that can be negative needs (-1, 1).
    refused : bool, default False
        Whether denominators are 0 since the number cannot be told, though there are people whom it is about. A world
        where nobody counts adds nothing to a ratio over several seeds; one that is refused leaves it undefined.

    See Also
    --------
    Row : A number that is not a ratio of sums.
    measure : Register a measure.

    Notes
    -----
    The value over a set S of people is sum(numerator[S]) / sum(denominator[S]), and `n` is the number of people in S
    whose denominator is above 0. Rates get Wilson limits (Wilson 1927), with an effective n and a t quantile when
    people come in clusters (Korn and Graubard 1998). If fewer than five clusters hold an event, limits are as wide as
    those of Clopper and Pearson (1934) at least. Mean counts, declared by the bounds (0, inf), to which few people or
    clusters add get limits as wide as those of Fay and Feuer (1997) at least.

    Examples
    --------
    >>> import numpy as np
    >>> from testbed import PerPerson
    >>> part = PerPerson(np.array([1, 0, 0]), np.array([1, 1, 0]), unit="rate")
    >>> float(part.numerator.sum() / part.denominator.sum())
    0.5
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
    refused: bool = False

    @property
    def share(self) -> bool:
        """Return whether unit and bounds declare a share. Only then are zeros and ones events and trials."""
        return self.unit in SHARES and self.bounds in (ANY, (0.0, 1.0))


@dataclass(frozen=True)
class Row:
    """One number of a measure that is not a ratio of sums over people, with its own interval.

    Parameters
    ----------
    value : float
        The number, in the unit of the measure. NaN needs a `why`.
    low, high : float, default NaN
        Limits of the 95 % interval; NaN if there is none, equal to the value if it is exact. A value that was not
        reached is NaN with infinity as the upper limit, and the last that was tried as the lower one.
    n : int, default 0
        People that the number rests on.
    split : str, default "all"
        What the number is split by: an attribute, a crossing `a*b`, or "all".
    group : str, default "all"
        The group on that split.
    versus : str, default ""
        The group it is compared with.
    suffix : str, default ""
        Added to the name of the measure, such as "_net".
    qualifiers : mapping of str to object, default {}
        Written in brackets after the name, such as `{"k": 100}`.
    why : str, default ""
        Why there is no value; empty exactly if there is one.
    unit : str, default ""
        Unit of the value. Empty: the unit of the measure.

    See Also
    --------
    PerPerson : A ratio of sums over people, which gets splits and intervals by itself.

    Examples
    --------
    >>> from testbed import Row
    >>> Row(0.81, 0.78, 0.84, n=500).group
    'all'
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
    same: Mapping[str, str] = field(default_factory=dict)
    same_outcome: str = ""

    def __call__(self, case: Any, **qualifiers: object) -> list[PerPerson | Row]:
        """Return the parts of this measure for a case. Raises InputError for a count that is no whole number."""
        from testbed.models import theirs

        for key, value in qualifiers.items():
            default = self.qualifiers.get(key)
            if (type(default) is int or key in ("k", "period")) and value is not default:
                check_whole(f"{self.name}: {key}", value, 0)
        with theirs():
            made = self.function(case, **{**self.qualifiers, **qualifiers})
            return [in_unit(part, self.unit) for part in ([made] if isinstance(made, PerPerson | Row) else made)]


def in_unit(part: Any, unit: str) -> Any:
    """Return a part of a measure with this unit if it names none. A difference hands it on to its parts.

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


def same_rows(outcome: str = "") -> dict[str, str]:
    """Return what registered measures declare as `same` where a scenario has this outcome; "" for a table.

    >>> same_rows()["true_negative_gap"]
    'false_positive_gap'
    """
    every = [measures.get(name) for name in measures.names()]
    return {row: other for one in every if one.same_outcome in ("", outcome) for row, other in one.same.items()}


def default_gap(name: str) -> str:
    """Return the name of the signed difference between two groups: adverse_gap for adverse_rate."""
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
    same: Mapping[str, str] | None = None,
    same_outcome: str = "",
) -> Callable[[Callable[..., Any]], Measure]:
    """Register a function as a measure.

    Use it as a decorator. The function gets a `Case` and returns a `PerPerson`, a `Row`, or an iterable of them.
    Splits, comparisons, intervals and corrections for many tests are made around it.

    Parameters
    ----------
    name : str
        Name of the measure in the findings.
    harm : {"disparate impact", "opacity", "error propagation", "benefit", "chilling", "accountability"}
        What the measure is about.
    unit : str
        Unit of the value. Of a share it is "rate" or "share".
    better : {"lower", "higher", "none"}
        Which direction of the value is an improvement; "none" if neither is.
    reference : str
        Where the measure comes from.
    caveats : str
        What the number does not say.
    needs : iterable of {"table", "scores", "asking", "history", "twin"}, default ("history",)
        What the measure reads. One that needs only "table" also runs on tables of predictions.
    estimand : str, optional
        What the number estimates. Default: the first line of the function's docstring.
    interval : str, default "rate, clustered Wilson"
        How the interval is made, in words.
    qualifiers : mapping of str to object, optional
        Keyword arguments of the function, with their defaults.
    gap : str, optional
        Name of the signed difference between two groups; "" for none. Default: the name with "_gap" for "_rate".
    splits : bool, default True
        Whether the value is also made by group. If not, it is made for everybody only.
    default : bool, default True
        Whether the measure runs when none is asked for by name.
    same : mapping of str to str, optional
        Rows of this measure that by definition are another row's number, or 1 minus it, or its negative, such as
        `{"adverse_rate": "selection_rate"}`. The two are one comparison when p values are corrected.
    same_outcome : str, default ""
        The outcome of a scenario, such as "deserved", for which `same` holds. Empty: any outcome.

    Returns
    -------
    callable
        A decorator that returns the registered measure.

    Raises
    ------
    InputError
        If `harm`, `better` or one of the needs is not allowed. The decorator raises it if another measure has the name.

    See Also
    --------
    check_measure : Check what a measure declares and returns.
    from_callable : Register a metric of another library.

    Examples
    --------
    >>> from testbed import PerPerson, measure
    >>> @measure("example_listed_share", harm="disparate impact", unit="share", better="lower",
    ...          reference="an example", caveats="says nothing about why", default=False)
    ... def example_listed_share(case):
    ...     '''Share of people in scope who are on any list in the last month.'''
    ...     return PerPerson((case.history.lists(case.periods - 1) > 0) & case.scored, case.scored)
    >>> example_listed_share.estimand
    'Share of people in scope who are on any list in the last month.'
    """
    if harm not in HARMS:
        raise unknown("harm", harm, HARMS)
    for need in needs:
        if need not in NEEDS:
            raise unknown("need", need, NEEDS)
    if better not in ("lower", "higher", "none"):
        raise InputError(f"measure {name}: better is {better!r}; allowed: lower, higher, none.")

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
            same=dict(same or {}),
            same_outcome=same_outcome,
        )
        return measures.add(name, made)

    return register


def written(
    name: str, qualifiers: Mapping[str, object], defaults: Mapping[str, object] | None = None, suffix: str = ""
) -> str:
    """Return a measure as findings write it: name, suffix, and in brackets `k` and qualifiers other than defaults.

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
