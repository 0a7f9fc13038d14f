"""A lesson as data: its words, sliders, outcomes and questions, read from one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.declaration import load_tables
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.source import sources
from testbed.lesson.reading import Part, part_of
from testbed.scenarios import Scenario

FOLDER = Path(__file__).parent
LEVELS = 3
"""The number of values of each slider."""
NUMBER = re.compile(r"\{(\w+)(?:@(\w+)=([012]))?\}")
"""The number of an outcome in a text: at the start, or with one slider at another of its values."""

GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "": {
        "scenario": "the scenario that the lesson is about",
        "title": "the title of the page",
        "intro": "a list of paragraphs",
        "people": "people in each society",
        "periods": "months to run",
        "dials": "dials that are set in every world of the lesson, by path",
        "outcomes": "a table for each number that the pictures show",
        "guesses": "a list of tables: what the reader predicts",
        "life": "the words beside one life",
        "sliders": "a table for each dial that the reader can move",
        "operator": "the words, sliders and budget of the part in which the reader decides",
        "watch": "the world behind the log",
        "questions": "a list of tables: the questions at the end",
        "cites": "keys of the sources that the lesson rests on",
    },
    "outcomes.NAME": {
        "measure": "a measure, as findings name it",
        "title": "what it is, in a few words",
        "unit": "the unit, as the page writes it",
        "times": "what the value is multiplied by, for that unit",
        "side": "harm or benefit",
    },
    "guesses": {
        "ask": "the question",
        "outcome": "the number that answers it",
        "most": "the largest number that can be guessed",
        "step": "the step between two guesses",
        "told": "what is said when the number is shown",
    },
    "life": {"intro": "a list of paragraphs", "after": "what is asked at the end"},
    "sliders.NAME": {
        "dial": "the path of the dial",
        "title": "what it does, in a few words",
        "values": f"{LEVELS} values, one of them that of the scenario",
        "said": "what each value means",
        "cost": "what each value costs the operator, in points of the game",
    },
    "operator": {
        "intro": "a list of paragraphs",
        "sliders": "the names of the sliders of which every combination is run",
        "budget": "the points that may be spent",
        "benefit": "the outcome that is the benefit",
        "harms": "the outcomes that are the harms",
    },
    "watch": {
        "intro": "a list of paragraphs",
        "scenario": "the scenario of the log",
        "people": "people in it",
        "dials": "dials that are set in it, by path",
        "red": "the kind of entry that is also made by hand",
        "kinds": "what the log calls each kind of entry",
        "desks": "the share of ordinary entries that each desk handles",
    },
    "questions": {"ask": "the question", "answer": "the answer", "marking": "how to mark it"},
}
"""What the file of a lesson says."""


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
    parts: Mapping[str, Part]
    guesses: tuple[Part, ...]
    questions: tuple[Part, ...]
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
        top = part_of(load_tables(path, where), GRAMMAR[""], where)
        scenario = top.text("scenario")
        dials = top.table("dials")
        world = Scenario.load(scenario).set(dials)
        outcomes = tuple(_outcome(name, part) for name, part in top.named("outcomes", GRAMMAR["outcomes.NAME"]))
        sliders = tuple(_slider(name, part, world) for name, part in top.named("sliders", GRAMMAR["sliders.NAME"]))
        parts = {name: top.part(name, GRAMMAR[name]) for name in ("life", "operator", "watch")}
        made = cls(
            path.stem, scenario, top.text("title"), top.whole("people"),
            top.whole("periods") if top.has("periods") else None, dials, outcomes, sliders, {**parts, "": top},
            top.listed("guesses", GRAMMAR["guesses"]), top.listed("questions", GRAMMAR["questions"]),
            top.texts("cites"),
        )  # fmt: skip
        made.check()
        return made

    def check(self) -> None:
        """Raise InputError if words are missing, or name an outcome, slider or source that there is not."""
        outcomes, sliders = [one.name for one in self.outcomes], [one.name for one in self.sliders]
        operator = self.parts["operator"]
        numbers = [number for text in self.texts() for number in NUMBER.findall(text)]
        named = [*(one.text("outcome") for one in self.guesses), operator.text("benefit"), *operator.texts("harms")]
        for names, noun, allowed in (
            ([*named, *(name for name, _, _ in numbers)], "outcome", outcomes),
            ([*operator.texts("sliders"), *(name for _, name, _ in numbers if name)], "slider", sliders),
            (self.cites, "source", sources()),
        ):
            for name in names:
                if name not in allowed:
                    raise unknown(f"{noun} in lesson {self.name}", name, allowed)
        for one in self.guesses:
            if one.number("most") <= 0 or one.number("step") <= 0:
                raise InputError(f"{one.where}: most and step must be above 0.")
        operator.whole("budget")
        self.parts["watch"].whole("people")

    def texts(self) -> Iterator[str]:
        """Every text in which numbers may stand."""
        for part in self.parts.values():
            yield from part.texts("intro")
        yield self.parts["life"].text("after")
        for one in self.guesses:
            yield from (one.text("ask"), one.text("told"))
        for one in self.questions:
            yield from (one.text("ask"), one.text("answer"), one.text("marking"))

    def outcome(self, name: str) -> Outcome:
        """The outcome of this name."""
        return next(one for one in self.outcomes if one.name == name)


def lessons() -> list[str]:
    """The names of the lessons, sorted.

    >>> lessons()
    ['joint-sanctions', 'robodebt-averaging', 'rongcheng']
    """
    return toml_names(FOLDER)


def _outcome(name: str, part: Part) -> Outcome:
    if part.text("side") not in ("harm", "benefit"):
        raise InputError(f"{part.where}: side is {part.text('side')!r}, allowed: harm, benefit.")
    return Outcome(
        name, part.text("measure"), part.text("title"), part.text("unit"), part.number("times"), part.text("side")
    )


def _slider(name: str, part: Part, world: Scenario) -> Slider:
    path, values, said = part.text("dial"), part.numbers("values"), part.texts("said")
    cost = tuple(int(one) for one in part.numbers("cost")) if part.has("cost") else (0,) * LEVELS
    if path not in world.dials:
        raise unknown(f"dial in {part.where}", path, world.dials)
    if not len(values) == len(said) == len(cost) == LEVELS:
        raise InputError(
            f"{part.where}: {LEVELS} values, words and costs are needed, found {len(values)}, {len(said)}, {len(cost)}."
        )
    own = world.dials[path].value
    if own not in values:
        raise InputError(
            f"{part.where}: the scenario's own value {own} must be among the values, found {list(values)}."
        )
    for value in values:
        world.dials[path].set(value)
    return Slider(name, path, part.text("title"), values, said, cost, values.index(float(own)))
