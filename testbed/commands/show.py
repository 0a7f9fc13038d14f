"""`testbed show`: what a thing is, its sources, dials, causal graph, and what is not modelled."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Any

from synthetic.source import Dial, sources
from testbed.commands.options import add_overwrite
from testbed.models import load_rulebook
from testbed.regimes import load_regime

WIDTH = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("name", metavar="NAME", help="a registered name, or a scenario's path ending in .toml")
    parser.add_argument(
        "--graph", metavar="FILE", help="also draw the causal graph of a recipe, as FILE ending in .svg"
    )
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Print what is known of a name, from each registry that has it."""
    from synthetic.errors import unknown
    from testbed.commands.kinds import names

    if args.graph is not None:
        draw(args.name, args.graph, overwrite=args.overwrite)
    if args.name.endswith(".toml"):
        print("\n".join(["scenario " + args.name, *scenario(args.name)]))
        return 0
    registries = names()
    spellings = {args.name, args.name.replace("-", "_"), args.name.replace("_", "-")}
    found = [(kind, name) for kind, listed in registries.items() for name in listed() if name in spellings]
    books = {name for kind, name in found if kind == "rulebooks"}
    found = [(kind, name) for kind, name in found if kind != "models" or name not in books]
    if not found:
        raise unknown("name", args.name, {name for listed in registries.values() for name in listed()})
    for place, (kind, name) in enumerate(found):
        one = SINGULAR[kind]
        print("\n".join([*([""] if place else []), f"{one} {name}", *SHOWN[kind](name)]))
    return 0


def draw(name: str, file: str, *, overwrite: bool = False) -> None:
    """Write the causal graph of a recipe, or of a scenario's recipe, as an SVG file."""
    from synthetic.recipes import Recipe, svg
    from synthetic.writing import reserve_file
    from testbed.commands.kinds import names
    from testbed.scenarios import Scenario

    out = reserve_file("--graph", file, suffixes=(".svg",), overwrite=overwrite)
    spellings = {name, name.replace("-", "_"), name.replace("_", "-")}
    held = Recipe.load(name) if spellings & set(names()["recipes"]()) else Scenario.load(name).recipe
    out.write(svg(held))


def scenario(name: str) -> Iterator[str]:
    """A scenario: its parts, who is scored and compared, every dial, the causal graph, what is left out."""
    from testbed.scenarios import Scenario

    held = Scenario.load(name)
    yield f"  {held.title}, as of {held.as_of}"
    if held.regime.claimed:
        yield from folded("  claimed: ", held.regime.claimed)
    yield f"  {held.people:,} people, {held.periods} months"
    yield from folded("  recipe: ", held.recipe.name)
    yield from folded("  conduct: ", ", ".join(held.kinds))
    yield from folded("  channels: ", ", ".join(channel.name for channel in held.channels))
    yield f"  model: {held.model}; regime: {held.regime.name}; disclosure: {held.disclosure.name}"
    yield f"  held by the institution: {', '.join(held.held)}; compared: {', '.join(held.compared)}"
    yield f"  outcome: {held.outcome}; learned from: {held.learn}"
    error = held.error
    yield f"  followed: a wrong {error.kind} in month {error.period}, on {error.per_1000:g} people in 1,000"
    yield from graph(held.recipe.graph)
    yield from dials(held.dials.values())
    from testbed.runs import cited, not_modelled

    yield from listed(
        "sources", (f"{one['id']}: {one['title']}. {one['publisher']}, {one['date']}" for one in cited(held))
    )
    yield from listed("not modelled", not_modelled(held))


def recipe(name: str) -> Iterator[str]:
    """A recipe: variables with their meaning, the causal graph, every number, published figures, what is left out."""
    from synthetic.population import dials as ties
    from synthetic.recipes import Recipe

    held = Recipe.load(name)
    yield f"  {held.title}"
    yield "  variables:"
    for key, variable in held.variables.items():
        levels = f" [{', '.join(map(str, variable.levels))}]" if variable.levels else ""
        unit = f" ({variable.unit})" if variable.unit else ""
        yield from folded(f"    {key}: ", f"{variable.meaning}{unit}{levels}, set per {variable.assigned_to}")
    yield from graph(held.graph)
    yield f"    as a picture: testbed show {name} --graph FILE.svg (any browser opens it)"
    yield from dials(held.dials.values())
    tables = held.tables
    if tables:
        yield "  tables of numbers (path = values unit; reading, source):"
        for path, table in sorted(tables.items()):
            count = table.values.size
            values = ", ".join(f"{x:g}" for x in table.values.ravel()) if count <= 40 else f"{count} numbers,"
            said = f"{table.reading}, {table.source}{_note(table.where)}"
            yield from folded("    ", f"{path} = {values} {table.unit}; {said}")
    yield from dials(ties().values(), "ties of its people, computed from ids: acquaintances, kin elsewhere, employers")
    yield from listed(
        f"published figures that it is compared with, by python -m synthetic.export.fidelity {name}",
        (f"{m.name} = {m.value:.5g} {m.unit}; {m.reading}, {m.source}{_note(m.note)}" for m in held.margins),
    )
    named = [dial.source for dial in (*held.dials.values(), *ties().values())]
    yield from texts([*named, *(table.source for table in tables.values()), *(one.source for one in held.margins)])
    yield from listed("where sources contradict each other", (each.sentence for each in held.contradictory))
    yield from listed("not modelled", held.not_modelled)


def rulebook(name: str) -> Iterator[str]:
    """A rule book: rules in order, grades, dials, sources, clauses that are not modelled."""

    held = load_rulebook(name)
    yield f"  {held.title}, as of {held.as_of}; higher is {held.higher_is}"
    yield f"  base: {held.base.value:g} {held.base.unit}"
    yield "  rules (name, points, per, what):"
    for rule in held.rules:
        points = f"{rule.points.value:+g}" if rule.points is not None else "drops" if rule.drops_to else "0"
        band = f", discretion {rule.discretion[0]:g} to {rule.discretion[1]:g}" if rule.discretion else ""
        yield from folded(f"    {rule.name}: ", f"{points} {rule.per or ''} {rule.column} {rule.title}{band}")
    if held.grades:
        cuts = [
            f"{g.name} from {g.at_least.value:g}" if g.at_least is not None else f"{g.name} below" for g in held.grades
        ]
        yield from folded("  grades: ", ", ".join(cuts))
    yield f"  worked examples: {len(held.examples)}, run as tests"
    yield from dials(held.dials.values())
    yield from texts(dial.source for dial in held.dials.values())
    yield from listed("not modelled", held.clauses_not_modelled)


def regime(name: str) -> Iterator[str]:
    """A regime: its clauses in words, dials, sources, what is left out."""
    from testbed.regimes import clauses

    held = load_regime(name)
    yield f"  {held.title}"
    if held.claimed:
        yield from folded("  claimed: ", held.claimed)
    for head, said in clauses(held):
        yield from folded(f"  {head}: ", said)
    yield from dials(held.dials.values())
    yield from texts([*(dial.source for dial in held.dials.values()), *(one.source for one in held.sanctions)])
    yield from listed("not modelled", held.not_modelled)


def channel(name: str) -> Iterator[str]:
    """A channel: what it records, whom it mistakes for whom, dials, sources."""
    from synthetic.channels import Channel

    held = Channel.load(name)
    yield f"  {held.title}"
    yield from folded("  records: ", ", ".join(held.kinds))
    if held.mechanism != "acts":
        yield from folded("  without an act: ", held.summary)
    who = f"somebody of the same {held.mistakes}" if held.mistakes else "any neighbor"
    where = "the whole society" if held.among == "society" else "the grid"
    yield f"  takes for the actor: {who}, in {where}" if held.strays else "  takes nobody for the actor"
    for word, column in (("is about those with", held.whose), ("reaches in full those with", held.through)):
        if column:
            yield f"  {word}: {column}"
    yield from dials(held.dials.values())
    yield from texts(dial.source for dial in held.dials.values())


def conduct(name: str) -> Iterator[str]:
    """A kind of conduct: dials and sources."""
    from synthetic.conduct import Conduct

    held = Conduct.load(name)
    yield f"  {held.title}"
    yield from dials(held.dials.values())
    yield from texts(dial.source for dial in held.dials.values())


def disclosure(name: str) -> Iterator[str]:
    """A disclosure: each right, its source."""
    from testbed.disclosures import RIGHTS, Disclosure

    held = Disclosure.load(name)
    yield f"  {held.title}"
    for right, meaning in RIGHTS.items():
        dial = held.rights[f"disclosure.{right}"]
        yield f"    {dial.path} = {shown(dial)}: {meaning} ({dial.reading}, {dial.source})"
    if held.audience:
        yield f"  audience: {', '.join(held.audience)}"
    yield from texts(dial.source for dial in held.rights.values())


def model(name: str) -> Iterator[str]:
    """A registered model: what it says of itself and declares."""
    from testbed.models import higher_is, learns, models, needs, row_wise

    factory = models.get(name)
    held = factory()
    for line in (factory.__doc__ or type(held).__doc__ or "").strip().splitlines():
        yield f"  {line.strip()}".rstrip()
    said = {True: "yes", False: "no"}
    yield f"  higher is {higher_is(held)}; row-wise: {said[row_wise(held)]}; learns: {said[learns(held)]}"
    if needs(held):
        yield f"  needs: {', '.join(needs(held))}"


def measure(name: str) -> Iterator[str]:
    """A measure: estimand, unit, direction, interval, reference, caveats."""
    from testbed.measure import measures

    held = measures.get(name)
    yield from folded("  estimand: ", held.estimand)
    yield f"  harm: {held.harm}; unit: {held.unit}; better: {held.better}; needs: {', '.join(held.needs)}"
    if held.qualifiers:
        yield f"  qualifiers: {', '.join(f'{key}={value}' for key, value in held.qualifiers.items())}"
    if held.gap and held.splits:
        yield f"  signed difference between groups: {held.gap}"
    yield from folded("  interval: ", held.interval)
    yield from folded("  reference: ", held.reference)
    yield from folded("  caveat: ", held.caveats)


SHOWN: Mapping[str, Callable[[str], Iterator[str]]] = {
    "scenarios": scenario,
    "models": model,
    "rulebooks": rulebook,
    "measures": measure,
    "regimes": regime,
    "channels": channel,
    "recipes": recipe,
    "conduct": conduct,
    "disclosures": disclosure,
}
SINGULAR = {kind: kind if kind == "conduct" else kind.removesuffix("s") for kind in SHOWN} | {"rulebooks": "rule book"}


def folded(head: str, text: str) -> Iterator[str]:
    """A text after its head, folded, later lines indented."""
    words = " ".join(f"{head.strip()} {text}".split())
    lines = wrap(words, WIDTH - 4, break_long_words=False, break_on_hyphens=False) or [head.strip()]
    indent = " " * (len(head) - len(head.lstrip()))
    yield indent + lines[0]
    yield from (f"{indent}  {line}" for line in lines[1:])


def graph(parents: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The causal graph as text, a line per variable that has parents."""
    yield "  causal graph:"
    roots = [name for name, above in parents.items() if not tuple(above)]
    yield from folded("    nothing -> ", ", ".join(roots))
    for name, above in parents.items():
        if tuple(above):
            yield f"    {', '.join(above)} -> {name}"


def dials(held: Iterable[Dial], head: str = "dials") -> Iterator[str]:
    """Every dial: path, value, unit, range, reading, source, and where in it or why."""
    rows = sorted(held, key=lambda dial: dial.path)
    if rows:
        yield f"  {head} (path = value unit, range; reading, source):"
    for d in rows:
        bounds = f", {_range(d)}" if d.range is not None else ""
        yield f"    {d.path} = {shown(d)} {d.unit}{bounds}; {d.reading}, {d.source}{_note(d.where)}"


def shown(dial: Dial) -> str:
    """A dial's value as it is typed."""
    if isinstance(dial.value, bool):
        return "on" if dial.value else "off"
    return f"{dial.value:.10g}" if isinstance(dial.value, float) else str(dial.value)


def _note(text: str) -> str:
    return f" ({text})" if text else ""


def _range(dial: Dial) -> str:
    return "" if dial.range is None else f"{dial.range[0]:g} to {dial.range[1]:g}"


def texts(ids: Iterable[str]) -> Iterator[str]:
    """The sources behind ids."""
    known = sources()
    held = [known[one] for one in sorted(set(ids)) if one in known]
    yield from listed("sources", (f"{one.id}: {one.title}. {one.publisher}, {one.date}. {one.locator}" for one in held))


def listed(head: str, lines: Iterable[Any]) -> Iterator[str]:
    """Lines under a head; nothing without lines."""
    held = [str(line) for line in lines]
    if held:
        yield f"  {head}:"
        for line in held:
            yield from folded("    - ", line)
