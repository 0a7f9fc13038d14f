"""The card of a claim: its docstring in a fixed form. It says what is asked, who is harmed, where the limit is from.

Are members of the compared group decided adversely as often as others of the same conduct?

Harmed: members of the compared group
Measure: adverse_gap_at_equal_conduct
Threshold: within -0.02 and 0.02
Origin: convention, assumed. Two points are the width of ...
People: 20000
Wrong if: conduct of months outside the window is read.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from synthetic.errors import InputError
from synthetic.source import READINGS, sources
from testbed.findings import canonical, chosen

FIELDS = ("Harmed", "Measure", "Threshold", "Origin", "People", "Wrong if")
KINDS = ("law", "published", "convention")
THRESHOLD = re.compile(r"(above|below|equal to) \S+|within \S+ and \S+")
ORIGIN = re.compile(r"(?P<kind>\w+)(?: \((?P<source>[^)]+)\))?, (?P<reading>\w+)\. (?P<why>.+)")


@dataclass(frozen=True)
class Card:
    """What a claim says of itself.

    `kind`: where the threshold comes from, "law", "published" or "convention"; `source`: key of a source file, for a
    convention ""; `reading`: how far the source says it; `why`: the reason in words.
    """

    question: str
    harmed: str
    measure: str
    threshold: str
    kind: str
    source: str
    reading: str
    why: str
    people: int
    wrong_if: str

    @cached_property
    def family(self) -> str:
        """The harm that the measure belongs to."""
        return chosen([self.measure])[0].harm


def has_card(function: Callable[..., object]) -> bool:
    """Whether the docstring of a test names a measure in the form of a card."""
    return bool(re.search(r"^Measure:", inspect.getdoc(function) or "", re.MULTILINE))


@cache
def card_of(function: Callable[..., object]) -> Card:
    """The card of a claim. Raises InputError, in one sentence, for a card that is not complete."""
    name = getattr(function, "__name__", str(function))
    question, said = _fields(inspect.getdoc(function) or "", name)
    origin = ORIGIN.fullmatch(said["Origin"])
    if origin is None:
        raise InputError(
            f'{name}: Origin is {said["Origin"]!r}; the form is "law (SOURCE), stated. Why.", with {", ".join(KINDS)} '
            f"and {', '.join(READINGS)}."
        )
    _check_origin(origin, name)
    if not THRESHOLD.fullmatch(said["Threshold"]):
        raise InputError(f'{name}: Threshold is {said["Threshold"]!r}; allowed are "above X", "below X", "equal to X" '
                         'and "within X and Y".')  # fmt: skip
    people = said["People"].replace(",", "")
    if not people.isdecimal():
        raise InputError(f"{name}: People is {said['People']!r}; a whole number is needed.")
    measure = canonical(said["Measure"])
    chosen([measure])
    return Card(
        question, said["Harmed"], measure, said["Threshold"], origin["kind"], origin["source"] or "",
        origin["reading"], origin["why"], int(people), said["Wrong if"],
    )  # fmt: skip


def _fields(text: str, name: str) -> tuple[str, dict[str, str]]:
    """The question, and what the card says by field."""
    head, _, rest = text.partition("\n\n")
    question = " ".join(head.split())
    if not question.endswith("?"):
        raise InputError(f"{name}: the docstring begins with {question!r}; a card begins with a question.")
    said: dict[str, str] = {}
    last = ""
    for line in rest.splitlines():
        found = re.match(rf"({'|'.join(FIELDS)}): (.+)", line)
        if found:
            last = found[1]
            if last in said:
                raise InputError(f"{name}: the card has {last!r} twice.")
            said[last] = found[2].strip()
        elif last and line.strip():
            said[last] += " " + line.strip()
    missing = [field for field in FIELDS if field not in said]
    if missing:
        raise InputError(f"{name}: the card does not say {', '.join(missing)}; it needs {', '.join(FIELDS)}.")
    return question, said


def _check_origin(origin: re.Match[str], name: str) -> None:
    if origin["kind"] not in KINDS:
        raise InputError(f"{name}: Origin begins with {origin['kind']!r}; allowed are {', '.join(KINDS)}.")
    if origin["reading"] not in READINGS:
        raise InputError(f"{name}: the reading {origin['reading']!r} is unknown; allowed are {', '.join(READINGS)}.")
    if (origin["kind"] == "convention") != (origin["source"] is None):
        raise InputError(f"{name}: a law or a published figure names its source in brackets, a convention has none.")
    if origin["source"] is not None and origin["source"] not in sources():
        raise InputError(f"{name}: the source {origin['source']!r} is in none of the source files.")
