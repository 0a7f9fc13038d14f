"""The error for wrong usage or input, and the checks that raise it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from operator import index
from reprlib import Repr

LISTED = 40
"""The largest number of names that a message lists; of more names it gives the nearest ones and the count."""

DEBUG = "TESTBED_TRACEBACK"
"""If this environment variable is set, an internal error is shown with its traceback."""

LONGEST = 160
"""The largest length of a value in a message."""

_short = Repr()
_short.maxlevel = 2
_short.maxstring = _short.maxother = 80
_short.maxlist = _short.maxdict = 6
_short.maxlong = 30


class InputError(ValueError):
    """Wrong usage or wrong input, told in one sentence.

    The sentence says what is wrong, which value was found, and what is allowed. The command line prints it and exits
    with status 2.

    See Also
    --------
    testbed.ContractError : A model, measure or rule book breaks its contract.

    Examples
    --------
    >>> from testbed import InputError, Scenario
    >>> try:
    ...     Scenario.load("rongchen")
    ... except InputError as problem:
    ...     print(type(problem).__name__, "rongcheng" in str(problem))
    InputError True
    """


def unknown(noun: str, name: object, allowed: Iterable[str]) -> InputError:
    """An InputError for a name that is not among those allowed, with the nearest one suggested.

    >>> print(unknown("measure", "flip_rat", ["flip_rate", "echo"]))
    unknown measure 'flip_rat'; did you mean 'flip_rate'? Allowed: echo, flip_rate.
    """
    from difflib import get_close_matches

    names = sorted(allowed)
    near = get_close_matches(str(name), names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    said = ", ".join(names) or "none"
    if len(names) > LISTED:
        some = get_close_matches(str(name), names, n=8, cutoff=0.3) or names[:8]
        said = f"one of {len(names)}, such as {', '.join(some)}"
    return InputError(f"unknown {noun} {shown(str(name))}; {hint}Allowed: {said}.")


def shown(value: object) -> str:
    """A value as a message gives it: as a file would say it, and cut off where it is long.

    >>> shown(True), shown([1, "a"]), len(shown("x" * 1_000)) < 100
    ('true', "[1, 'a']", True)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return f"the {'date' if isinstance(value, date) else 'time'} {value.isoformat()}"
    text = _short.repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def check_keys(table: object, allowed: Iterable[str], where: str) -> dict[str, object]:
    """The table itself if it is one and has no key outside `allowed`; otherwise an InputError."""
    if not isinstance(table, dict):
        raise InputError(f"{where} must be a table, found {shown(table)}.")
    names = set(allowed)
    for key in table:
        if key not in names:
            raise unknown(f"key in {where}", key, names)
    return table


def check_whole(what: str, value: object, least: int) -> int:
    """The value as an int. Raises InputError unless it is a whole number from `least` to 2**31 - 1.

    >>> check_whole("people", 100, 1)
    100
    """
    try:
        number = least - 1 if isinstance(value, bool) else index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if not least <= number < 2**31:
        raise InputError(f"{what}: found {value!r}; whole numbers from {least} to {2**31 - 1} are allowed.")
    return number
