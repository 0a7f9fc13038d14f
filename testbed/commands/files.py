"""The files that users write: what each kind may say, taken from its reader, and a draft of each that runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.schema import Grammar, Key

DRAFTS = Path(__file__).parents[1] / "drafts"
"""A commented file of each kind, `KIND.toml`."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is, what it may say, and the line by which a scenario or command uses one."""

    title: str
    grammar: Grammar
    used: str


def kinds() -> dict[str, Kind]:
    """Every kind of file by name."""
    from synthetic import channels, conduct, recipes
    from testbed import actions, disclosures, models, regimes, scenarios, tables

    return {
        "scenario": Kind(
            "everything that a world is made of",
            scenarios.GRAMMAR,
            "testbed audit {name}.toml --people 4000 --periods 12",
        ),
        "rulebook": Kind(
            "a scheme of points and grades", models.GRAMMAR, "testbed check {name}.toml, or --model {name}.toml"
        ),
        "channel": Kind(
            "how conduct becomes entries, and how that goes wrong",
            channels.GRAMMAR,
            'channels = [..., "{name}"] in a scenario beside it',
        ),
        "regime": Kind("what follows from decisions", regimes.GRAMMAR, 'regime = "{name}" in a scenario beside it'),
        "recipe": Kind("how people are made", recipes.GRAMMAR, 'recipe = "{name}" in a scenario beside it'),
        "conduct": Kind(
            "a kind of thing that people do", conduct.GRAMMAR, 'conduct = [..., "{name}"] in a scenario beside it'
        ),
        "disclosure": Kind(
            "what people can see of the scheme", disclosures.GRAMMAR, 'disclosure = "{name}" in a scenario beside it'
        ),
        "actions": Kind(
            "what people can do about a decision", actions.GRAMMAR, 'actions = "{name}" in a scenario beside it'
        ),
        "table-errors": Kind(
            "what can go wrong in a table of people", tables.ERRORS, "testbed table FILE --model M --errors {name}.toml"
        ),
        "table-actions": Kind(
            "what people in a table can change", tables.ACTIONS, "testbed table FILE --model M --actions {name}.toml"
        ),
    }


def _lesson() -> Kind:
    from testbed import lesson

    return Kind(
        "a lesson of one page; a shipped one serves as a draft",
        lesson.GRAMMAR,
        "testbed lesson {name}.toml --out {name}.html",
    )


def page() -> Iterator[str]:
    """The grammar of every kind of file, as lines of Markdown."""
    from synthetic.source import NUMBER, SOURCE
    from synthetic.toml_file import DEEPEST, LARGEST, LONGEST

    yield from (
        "# The files",
        "",
        "Everything that the testbed is told stands in TOML files. `testbed new KIND NAME` writes a commented one",
        "that runs. Made by `testbed show files`, from the schemas that read the files. Each line gives a key, in",
        "brackets what its value may be, and what it means. Another key, or another value, is refused in a sentence.",
        "",
        f"A file has at most {LARGEST:,} bytes in UTF-8; tables and lists are nested at most {DEEPEST} deep; a text",
        f"has at most {LONGEST:,} characters, and no control characters; a number is finite and has at most 64 bits.",
        "",
        "Every file may say `schema = 1`. A path in a file is sought beside that file first.",
        "",
        'A **number** is a table: `{ value = 0.1, unit = "share", source = "assumed", reading = "assumed", '
        "range = [0, 1] }`.",
        "It is a dial: `--set PATH=VALUE` sets it, `testbed sweep` varies it, both within its range and within what",
        "its key may be.",
        "",
        *keys(NUMBER.keys),
        "",
        "A **source** is a table `[sources.NAME]` in the file, or `[NAME]` in a file `sources.toml` beside it.",
        "",
        *keys(SOURCE.keys),
        "",
        'A **condition** is a table of columns: `{ age = { at_least = 18 }, residence = { is = "rural" } }`. All must',
        "hold. Tests: at_least, at_most, above, below for numbers; is, is_not, one_of for all.",
    )
    for name, kind in {**kinds(), "lesson": _lesson()}.items():
        yield from ("", f"## {name}: {kind.title}", "", f"Used: `{kind.used.format(name='NAME')}`")
        for head, said in kind.grammar.items():
            titled = f"`[{head}]`" if head and " " not in head else head[:1].upper() + head[1:]
            yield from ("", *([f"{titled}:", ""] if head else []), *keys(said))


def keys(said: Mapping[str, Key]) -> Iterator[str]:
    """Keys with what they may be and mean, as a list."""
    return (f"- `{key}` ({one.said}): {one.means}" for key, one in said.items())
