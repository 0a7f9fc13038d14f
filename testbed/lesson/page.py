"""The page of a lesson: one file, everything escaped, no network, and a content policy that says so."""

# Any: a template takes values of any type.
from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.source import sources
from testbed.lesson.data import data_of, in_words, told
from testbed.lesson.grid import Grid
from testbed.lesson.watch import Watch
from testbed.report import case_view, clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("page.js", "guess.js", "life.js", "sliders.js", "operator.js", "watch.js")


def render(grid: Grid, watch: Watch, *, command: str, teacher: bool = False) -> str:
    """The lesson as one HTML page that asks nothing of any network. `teacher`: answers and marking notes are open."""
    lesson, known = grid.lesson, sources()
    template = _environment().get_template("lesson.html.j2")
    return template.render(
        lesson=lesson,
        grid=grid,
        watch=watch,
        teacher=teacher,
        command=clean(command),
        data=_json(data_of(grid, watch)),
        view=case_view(grid.life),
        table=_table(grid),
        cited=[known[name] for name in lesson.cites],
        **_words(grid),
    )


def _words(grid: Grid) -> dict[str, Any]:
    """The words of each part, with their numbers in place."""
    lesson, operator = grid.lesson, grid.lesson.parts["operator"]

    def intro(part: str) -> list[str]:
        return [told(one, grid) for one in lesson.parts[part]["intro"]]

    return {
        "intro": {part: intro(part) for part in lesson.parts},
        "after": told(lesson.parts["life"]["after"], grid),
        "harms": [lesson.outcome(name) for name in operator["harms"]],
        "operated": [one for one in lesson.sliders if one.name in operator["sliders"]],
        "budget": operator["budget"],
        "guesses": [
            {
                "ask": told(one["ask"], grid),
                "most": f"{one['most']:g}",
                "step": f"{one['step']:g}",
                "unit": lesson.outcome(one["outcome"]).unit,
            }
            for one in lesson.guesses
        ],
        "questions": [{key: told(one[key], grid) for key in ("ask", "answer", "marking")} for one in lesson.questions],
    }


def _table(grid: Grid) -> list[tuple[list[str], list[str]]]:
    """Every computed setting: the words of its sliders, and its numbers with their intervals."""
    made = []
    for point in grid.findings:
        said = [one.said[place] for one, place in zip(grid.lesson.sliders, point, strict=True)]
        numbers = [in_words(grid.row(point, one), one) for one in grid.lesson.outcomes]
        made.append((said, [f"{value} ({limits.removeprefix('95 % interval ')})" for value, limits in numbers]))
    return made


def _json(data: object) -> Markup:
    """Data that stands in a script element: no character in it can end the element."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


@cache
def _environment() -> Environment:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (TEMPLATES / "lesson.css").read_text(encoding="utf-8")
    script = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    # The policy names the hashes of the one style sheet and the one script: nothing else runs, nothing is fetched.
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    environment.globals.update(style=Markup(style), script=Markup(script), policy=policy)
    return environment


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
