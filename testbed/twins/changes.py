"""The changes that a twin can differ by: a wrong entry, an attribute, a dial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Inject:
    """A change that adds wrong entries to the record.

    Hand it to `Case.twin`. The people who get a wrong entry are the roots of the twin. A root is in scope of the scheme
    and shares its household with no other root. A root that is drawn has not done what the entry says.

    Parameters
    ----------
    kind : str, optional
        Kind of conduct that the entry claims, one of `Scenario.kinds`. Default: `[error] kind` of the scenario.
    period : int, optional
        Month in which the entry enters the record, counted from 0. A month after the last one leaves the world as it
        is. Default: `[error] period` of the scenario.
    per_1000 : float, optional
        How many people in 1,000 get a wrong entry. Default: `[error] per_1000` of the scenario.
    people : tuple of int, optional
        Ids of the roots, each in a household of its own. Default: roots are drawn. When they are named, `per_1000`
        is not used.

    See Also
    --------
    Assign : Set an attribute instead.
    Switch : Set a dial instead.

    Notes
    -----
    Each person has one draw, addressed by seed, person, month and kind, and is a root if it lies below `per_1000` /
    1000. Of several in one household the one with the smallest draw is the root, so a larger share keeps the roots of a
    smaller one.

    Where people compete for places, or a model scores them together, wrong entries made side by side would displace
    each other. Then the roots are the `[error] sample` people with the smallest draws, whatever `per_1000` is (none if
    it is 0), and each of them, as each person who is named, is followed in a world of their own.

    Examples
    --------
    >>> from testbed import Inject
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> twin = case.twin(Inject(kind="judgment_default", period=1, people=(3,)))
    >>> twin.roots.tolist()
    [3]
    >>> int(twin.history.injected(case.people.index).sum())
    1
    """

    kind: str | None = None
    period: int | None = None
    per_1000: float | None = None
    people: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Assign:
    """A change that sets an attribute of people from the first month on.

    Hand it to `Case.twin`. What depends on the attribute in the recipe follows from the new value with the same draws.
    An attribute that belongs to a household changes for the whole household.

    Parameters
    ----------
    attribute : str
        Variable of the scenario's recipe, such as "community" or "sex". Attributes that come by ties cannot be set.
    value : str
        The new value: one of the levels of the attribute.
    people : sequence of int, optional
        Ids of the people whose attribute is set. Default: everybody.
    readers : sequence of {"circumstances", "sensing", "direct", "regime"}, default ()
        Who sees the new value: conduct and the other columns of the model ("circumstances"), the channels that record
        ("sensing"), the model's own column of the attribute ("direct"), the regime ("regime": income where an appeal
        costs something, whom misuse is aimed at). Empty: all of them.

    See Also
    --------
    Inject : Add wrong entries instead.
    Switch : Set a dial instead.

    Notes
    -----
    The twin answers the counterfactual "what if this person had been ...", in the sense of Pearl (2009): the attribute
    is set, the draws stay, and effects are worked out again. One reader at a time gives path-specific effects.

    Examples
    --------
    >>> from testbed import Assign
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> twin = case.twin(Assign("community", "minority", readers=["sensing"]))
    >>> twin.change.readers, twin.base is case
    (('sensing',), True)
    """

    attribute: str
    value: str
    people: tuple[int, ...] | None = None
    readers: tuple[str, ...] = ()

    def __init__(
        self, attribute: str, value: str, people: Sequence[int] | None = None, readers: Sequence[str] = ()
    ) -> None:
        object.__setattr__(self, "attribute", attribute)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "people", None if people is None else tuple(int(one) for one in people))
        object.__setattr__(self, "readers", tuple(readers))


@dataclass(frozen=True)
class Switch:
    """A change that puts one dial of the scenario at another value.

    Hand it to `Case.twin`. Use it to grant a right, to make a channel faithful, or to turn a rule off. The model stays
    as it was fitted.

    Parameters
    ----------
    dial : str
        Path of the dial, as `testbed show SCENARIO` prints it, such as "channels.errors".
    value : object
        The new value: a number in the range of the dial, or "on" or "off" for a switch.

    See Also
    --------
    Scenario.set : Set dials before anything runs; a model that learns is then fitted again.
    Inject : Add wrong entries instead.
    Assign : Set an attribute instead.

    Examples
    --------
    >>> from testbed import Switch
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.twin(Switch("channels.errors", "off")).scenario.name
    'rongcheng{channels.errors=off}'
    """

    dial: str
    value: object


Change = Inject | Assign | Switch
