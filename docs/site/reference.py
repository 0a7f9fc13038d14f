"""The pages about what is registered: measures, scenarios, rule books, channels, other parts, sources.

Every word comes from the registries and the files of the project; nothing is listed here by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from escaping import Markdown, code, escaped, fenced, link

from synthetic.source import Dial, as_in, sources
from testbed.commands.descriptions import SHOWN, SINGULAR
from testbed.commands.kinds import line, names
from testbed.commands.show_text import shown
from testbed.runs import cited, not_modelled
from testbed.scenarios import Scenario, readings

if TYPE_CHECKING:
    from synthetic.source import Source

OWN_PAGES = ("measures", "scenarios", "rulebooks", "channels")
"""Kinds of which each thing has a page."""
TITLES = {
    "rulebooks": "Rule books",
    "table-measures": "Measures of a model on a table",
    "conduct": "Kinds of conduct",
    "actions": "Actions of people",
}
"""Titles of kinds whose own name does not do."""

Fill = Callable[..., str]
Pages = Iterator[tuple[str, str]]
"""Paths of pages, without the ending, and their text."""
Uses = Mapping[tuple[str, str], list[str]]
"""Scenarios by the kind and the name of a part that they use."""


def title_of(kind: str) -> str:
    """The title of a kind."""
    return TITLES.get(kind, kind.capitalize())


def pages(fill: Fill) -> Pages:
    """Every page of this part of the site."""
    registries = names()
    books = set(registries["rulebooks"]())
    scenarios = {name: Scenario.load(name) for name in registries["scenarios"]()}
    used = uses(scenarios)
    make: Mapping[str, Callable[[str], str]] = {
        "measures": lambda name: measure(fill, name),
        "scenarios": lambda name: scenario(fill, scenarios[name]),
        "rulebooks": lambda name: rulebook(fill, name, used),
        "channels": lambda name: channel(fill, name, used),
    }
    for kind, listed in registries.items():
        held = [name for name in listed() if kind != "models" or name not in books]
        if kind in OWN_PAGES:
            yield f"{kind}/index", _index(fill, kind, held)
            yield from ((f"{kind}/{name}", make[kind](name)) for name in held)
        else:
            yield f"parts/{kind}", _together(kind, held)
    yield "parts/index", fill("parts.md", kinds=[kind for kind in registries if kind not in OWN_PAGES])
    yield "sources", fill("sources.md", sources=[(_label(one), one) for one in _sorted(sources())])


def _sorted(known: Mapping[str, Source]) -> list[Source]:
    return [known[one] for one in sorted(known)]


def _label(source: Source) -> Markdown:
    return Markdown(f"source-{source.id}")


def _index(fill: Fill, kind: str, held: list[str]) -> str:
    """The page that lists the things of a kind; measures by the harm that they measure."""
    sections = {"": held}
    if kind == "measures":
        from testbed.measure import HARMS, measures

        sections = {harm.capitalize(): [one for one in held if measures.get(one).harm == harm] for harm in HARMS}
    lines = {name: line(kind, name) for name in held}
    return fill("index.md", kind=kind, title=title_of(kind), sections=sections, lines=lines)


def _together(kind: str, held: list[str]) -> str:
    """One page of all things of a kind, as `testbed show` describes them."""
    parts = [f"# {title_of(kind)}\n"]
    for name in held:
        said = "\n".join([f"{SINGULAR[kind]} {name}", *SHOWN[kind](name)])
        parts.append(f"({kind}-{name})=\n## {escaped(name)}\n\n{escaped(line(kind, name))}\n\n{fenced(said)}")
    return "\n".join(parts)


def measure(fill: Fill, name: str) -> str:
    """The page of a measure: what it estimates, how its interval is made, its reference and its caveats."""
    from testbed.measure import measures

    held = measures.get(name)
    return fill("measure.md", held=held, module=held.function.__module__)


def uses(scenarios: Mapping[str, Scenario]) -> Uses:
    """The scenarios that have a rule book as their model, or a channel, by kind and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, held in scenarios.items():
        parts = [("channels", channel.name) for channel in held.channels]
        parts += [("rulebooks", held.rulebook.name)] if held.rulebook is not None else []
        for one in parts:
            found.setdefault(one, []).append(name)
    return found


def _links(used: Uses, kind: str, name: str) -> Markdown:
    return Markdown(", ".join(part("scenarios", one) for one in used.get((kind, name), ())))


def scenario(fill: Fill, held: Scenario) -> str:
    """The page of a scenario: its parts, every dial with its source, and what is not modeled."""
    parts = {
        "recipe": [part("recipes", held.recipe.name)],
        "conduct": [part("conduct", one) for one in held.kinds],
        "channels": [part("channels", one.name) for one in held.channels],
        "model": [part("rulebooks" if held.rulebook is not None else "models", held.model)],
        "regime": [part("regimes", held.regime.name)],
        "disclosure": [part("disclosures", held.disclosure.name)],
        "actions": [part("actions", held.actions.name)],
    }
    return fill(
        "scenario.md",
        held=held,
        parts={key: Markdown(", ".join(links)) for key, links in parts.items()},
        readings=readings(held),
        dials=dials(held.dials.values()),
        sources=[(f"#source-{one['id']}", one) for one in cited(held)],
        not_modelled=not_modelled(held),
    )


def rulebook(fill: Fill, name: str, used: Uses) -> str:
    """The page of a rule book: rules, grades, worked examples, every number with its source."""
    from testbed.models import load_rulebook

    held = load_rulebook(name)
    ids = [dial.source for dial in held.dials.values()]
    return fill(
        "rulebook.md",
        held=held,
        used=_links(used, "rulebooks", name),
        dials=dials(held.dials.values()),
        sources=cited_by(ids),
    )


def channel(fill: Fill, name: str, used: Uses) -> str:
    """The page of a channel: what it records, whom it mistakes for whom, every number with its source."""
    from synthetic.channels import Channel

    held = Channel.load(name)
    kinds = Markdown(", ".join(part("conduct", one) for one in held.kinds))
    ids = [dial.source for dial in held.dials.values()]
    return fill(
        "channel.md",
        held=held,
        used=_links(used, "channels", name),
        kinds=kinds,
        dials=dials(held.dials.values()),
        sources=cited_by(ids),
    )


def part(kind: str, name: str) -> Markdown:
    """A link to the part of a scenario; its name alone if the part is not registered."""
    known = names()[kind]()
    for one in (name, name.replace("-", "_"), name.replace("_", "-")):
        if one in known:
            return link(name, f"../{kind}/{one}.md" if kind in OWN_PAGES else f"#{kind}-{one}")
    return code(name)


def cited_by(ids: Iterable[str]) -> list[tuple[str, Source]]:
    """The sources with these ids, each with the address of its line on the page of sources."""
    known = sources()
    return [(f"#source-{one}", known[one]) for one in sorted(set(ids)) if one in known]


def dials(held: Iterable[Dial]) -> list[dict[str, object]]:
    """The rows of a table of dials."""
    return [
        {
            "path": each.path,
            "value": shown(each),
            "unit": each.unit,
            "range": "" if each.range is None else f"{each.range[0]:g} to {each.range[1]:g}",
            "reading": each.reading,
            "source": link(each.source, f"#source-{each.source}"),
            "note": "; ".join(filter(None, (as_in(each.reading, each.source), each.where))),
        }
        for each in sorted(held, key=lambda dial: dial.path)
    ]
