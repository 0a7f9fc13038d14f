"""A lesson as data: its words, sliders, outcomes and questions, read from one file."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.schema import FLAG, NAME, TEXT, Either, Fields, Key, Listed, Named, Number, OneOf, Whole, grammar
from synthetic.source import sources
from testbed.scenarios import Scenario

FOLDER = Path(__file__).parent
LEVELS = 3
"""The number of values of each slider."""
NUMBER = re.compile(r"\{(\w+)(?:@(\w+)=([012]))?\}")
"""The number of an outcome in a text: at the start, or with one slider at another of its values."""

FEWEST_DESKS = 3

INTRO = Key("paragraphs", Listed(TEXT, "paragraphs", least=1), needed=True)
DIALS = Named(Either((Number(), FLAG, TEXT)), "path")
OUTCOME = Fields(
    {
        "measure": Key("a measure, as findings name it", NAME, needed=True),
        "title": Key("what it is, in a few words", TEXT, needed=True),
        "unit": Key("the unit, as the page writes it", TEXT, needed=True),
        "times": Key("what the value is multiplied by, for that unit", Number(), needed=True),
        "side": Key("which side it is on", OneOf(("harm", "benefit")), needed=True),
    }
)
GUESS = Fields(
    {
        "ask": Key("the question", TEXT, needed=True),
        "outcome": Key("the number that answers it", NAME, needed=True),
        "most": Key("the largest number that can be guessed", Number(above=0), needed=True),
        "step": Key("the step between two guesses", Number(above=0), needed=True),
        "told": Key("what is said when the number is shown", TEXT, needed=True),
    }
)
SLIDER = Fields(
    {
        "dial": Key("the path of the dial", NAME, needed=True),
        "title": Key("what it does, in a few words", TEXT, needed=True),
        "values": Key(
            "its values, one of them that of the scenario", Listed(Number(), "numbers", LEVELS, LEVELS), needed=True
        ),
        "said": Key("what each value means", Listed(TEXT, "texts", LEVELS, LEVELS, twice=True), needed=True),
        "cost": Key(
            "what each value costs the operator, in points of the game",
            Listed(Whole(0), "whole numbers", LEVELS, LEVELS, twice=True),
            default=[0] * LEVELS,
        ),
    }
)
OPERATOR = Fields(
    {
        "intro": INTRO,
        "sliders": Key("the sliders of which every combination is run", Listed(NAME, least=1), needed=True),
        "budget": Key("the points that may be spent", Whole(1), needed=True),
        "benefit": Key("the outcome that is the benefit", NAME, needed=True),
        "harms": Key("the outcomes that are the harms", Listed(NAME, least=1), needed=True),
    }
)
WATCH = Fields(
    {
        "intro": INTRO,
        "scenario": Key("the scenario of the log", NAME, needed=True),
        "people": Key("people in it", Whole(1), needed=True),
        "dials": Key("dials that are set in it", DIALS, default={}),
        "red": Key("the kind of entry that is also made by hand", NAME, needed=True),
        "kinds": Key("what the log calls each kind of entry", Named(TEXT, "kind"), default={}),
        "desks": Key(
            "the share of ordinary entries that each desk handles",
            Listed(Number(above=0), "numbers", FEWEST_DESKS, twice=True),
            needed=True,
        ),
    }
)
QUESTION = Fields(
    {
        "ask": Key("the question", TEXT, needed=True),
        "answer": Key("the answer", TEXT, needed=True),
        "marking": Key("how to mark it", TEXT, needed=True),
    }
)
KEYS = Fields(
    {
        "scenario": Key("the scenario that the lesson is about", NAME, needed=True),
        "title": Key("the title of the page", TEXT, needed=True),
        "intro": INTRO,
        "people": Key("people in each society", Whole(1), needed=True),
        "periods": Key("months to run; default those of the scenario", Whole(1)),
        "dials": Key("dials that are set in every world of the lesson", DIALS, default={}),
        "outcomes": Key("the numbers that the pictures show", Named(OUTCOME, least=1), needed=True),
        "guesses": Key("what the reader predicts", Listed(GUESS, "tables", least=1), needed=True),
        "life": Key(
            "the words beside one life",
            Fields({"intro": INTRO, "after": Key("what is asked at the end", TEXT, needed=True)}),
            needed=True,
        ),
        "sliders": Key("the dials that the reader can move", Named(SLIDER, least=1), needed=True),
        "operator": Key("the part in which the reader decides", OPERATOR, needed=True),
        "watch": Key("the world behind the log", WATCH, needed=True),
        "questions": Key("the questions at the end", Listed(QUESTION, "tables", least=1), needed=True),
        "cites": Key("the sources that the lesson rests on", Listed(NAME, least=1), needed=True),
    }
)
"""What the file of a lesson says."""

GRAMMAR = grammar(KEYS)


@dataclass(frozen=True)
class Outcome:
    """A number that the pictures show: a row of findings over everybody, times `times`."""

    name: str
    measure: str
    title: str
    unit: str
    times: float
    side: str


@dataclass(frozen=True)
class Slider:
    """A dial that the reader can move between computed values; `start` is the place of the scenario's own value."""

    name: str
    dial: str
    title: str
    values: tuple[float, ...]
    said: tuple[str, ...]
    cost: tuple[int, ...]
    start: int


@dataclass(frozen=True)
class Lesson:
    """A lesson, read from its file. `parts` holds the words of each part of the page, by key.

    >>> made = Lesson.load("rongcheng")
    >>> made.scenario, len(made.questions)
    ('rongcheng', 5)
    """

    name: str
    scenario: str
    title: str
    people: int
    periods: int | None
    dials: Mapping[str, object]
    outcomes: tuple[Outcome, ...]
    sliders: tuple[Slider, ...]
    parts: Mapping[str, Mapping[str, Any]]
    guesses: tuple[Mapping[str, Any], ...]
    questions: tuple[Mapping[str, Any], ...]
    cites: tuple[str, ...]

    @classmethod
    def load(cls, name: str | Path) -> Lesson:
        """A lesson by name, or by a path that ends in `.toml`. Raises InputError if there is none, or it is wrong."""
        if not str(name).endswith(".toml") and str(name) not in lessons():
            raise InputError(
                f"there is no lesson for {str(name)!r}; lessons exist for {', '.join(lessons())}. To add one, copy "
                "testbed/lesson/rongcheng.toml, change its scenario and its words, and give the path of the copy."
            )
        path = find_toml("lesson", name, FOLDER)
        where = f"lesson {path.stem}"
        top = load_declaration(path, where, KEYS)
        world = Scenario.load(top["scenario"]).set(top["dials"])
        made = cls(
            path.stem,
            top["scenario"],
            top["title"],
            top["people"],
            top.get("periods"),
            top["dials"],
            tuple(Outcome(name, **{**part, "times": float(part["times"])}) for name, part in top["outcomes"].items()),
            tuple(_slider(name, part, world, f"{where}, sliders.{name}") for name, part in top["sliders"].items()),
            {**{name: top[name] for name in ("life", "operator", "watch")}, "": top},
            top["guesses"],
            top["questions"],
            top["cites"],
        )
        made.check()
        return made

    def check(self) -> None:
        """Raise InputError if words are missing, or name an outcome, slider or source that there is not."""
        outcomes, sliders = [one.name for one in self.outcomes], [one.name for one in self.sliders]
        operator = self.parts["operator"]
        numbers = [number for text in self.texts() for number in NUMBER.findall(text)]
        named = [*(one["outcome"] for one in self.guesses), operator["benefit"], *operator["harms"]]
        for names, noun, allowed in (
            ([*named, *(name for name, _, _ in numbers)], "outcome", outcomes),
            ([*operator["sliders"], *(name for _, name, _ in numbers if name)], "slider", sliders),
            (self.cites, "source", sources()),
        ):
            for name in names:
                if name not in allowed:
                    raise unknown(f"{noun} in lesson {self.name}", name, allowed)

    def texts(self) -> Iterator[str]:
        """Every text in which numbers may stand."""
        for part in self.parts.values():
            yield from part["intro"]
        yield self.parts["life"]["after"]
        for one in self.guesses:
            yield from (one["ask"], one["told"])
        for one in self.questions:
            yield from (one["ask"], one["answer"], one["marking"])

    def outcome(self, name: str) -> Outcome:
        """The outcome of this name."""
        return next(one for one in self.outcomes if one.name == name)


def lessons() -> list[str]:
    """The names of the lessons, sorted.

    >>> lessons()
    ['joint-sanctions', 'robodebt-averaging', 'rongcheng']
    """
    return toml_names(FOLDER)


def _slider(name: str, part: Mapping[str, Any], world: Scenario, where: str) -> Slider:
    path, values = part["dial"], tuple(map(float, part["values"]))
    if path not in world.dials:
        raise unknown(f"dial in {where}", path, world.dials)
    own = world.dials[path].value
    if own not in values:
        raise InputError(f"{where}: the scenario's own value {own} must be among the values, found {list(values)}.")
    for value in values:
        world.dials[path].set(value)
    return Slider(name, path, part["title"], values, part["said"], part["cost"], values.index(float(own)))
