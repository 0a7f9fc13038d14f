"""Descriptions of everything that has a name, a function per registry; `testbed show` prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from testbed.commands.show_text import counts, dials, folded, graph, listed, note, origin, shown, texts
from testbed.models import load_rulebook
from testbed.regimes import load_regime

if TYPE_CHECKING:
    from testbed.measure import Measure


def scenario(name: str) -> Iterator[str]:
    """A scenario: its parts, whom it scores and compares, its dials, its sources, and what is not modelled."""
    from testbed.scenarios import Scenario, readings

    held = Scenario.load(name)
    yield f"  {held.title}, as of {held.as_of}"
    if held.regime.claimed:
        yield from folded("  claimed: ", held.regime.claimed)
    yield f"  {held.people:,} people, {held.periods} months"
    yield from folded("  recipe: ", held.recipe.name)
    yield from folded("  conduct: ", ", ".join(held.kinds))
    yield from folded("  channels: ", ", ".join(channel.name for channel in held.channels))
    yield f"  model: {held.model}; regime: {held.regime.name}; disclosure: {held.disclosure.name}"
    yield from folded("  attributes that the institution holds: ", ", ".join(held.held))
    yield from folded("  groups are compared by: ", ", ".join(held.compared))
    yield f"  outcome: {held.outcome}; models learn from: {held.learn}"
    error = held.error
    where = f"in month {error.period}, for {error.per_1000:g} of 1,000 people"
    if held.regime.coupled:
        where = f"in month {error.period}, for {error.sample} people, each in a world of their own"
    yield f"  wrong entry that is followed: {error.kind}, {where}"
    yield from graph(held.recipe.graph)
    yield from counts(readings(held))
    yield from dials(held.dials.values())
    from testbed.runs import cited, not_modelled

    yield from listed(
        "sources", (f"{one['id']}: {one['title']}. {one['publisher']}, {one['date']}" for one in cited(held))
    )
    yield from listed("not modelled", not_modelled(held))


def recipe(name: str) -> Iterator[str]:
    """A recipe: variables, the causal graph, every number, published figures, sources, and what is not modelled."""
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
            said = f"{table.reading}, {table.source}{note(table.where)}"
            yield from folded("    ", f"{path} = {values} {table.unit}; {said}")
    yield from dials(ties().values(), "ties between people, computed from ids: acquaintances, kin elsewhere, employers")
    yield from listed(
        f"published figures to compare with (run python -m synthetic.export.fidelity {name})",
        (f"{m.name} = {m.value:.5g} {m.unit}; {m.reading}, {m.source}{note(m.note)}" for m in held.margins),
    )
    named = [dial.source for dial in (*held.dials.values(), *ties().values())]
    yield from texts([*named, *(table.source for table in tables.values()), *(one.source for one in held.margins)])
    yield from listed("where sources contradict each other", (each.sentence for each in held.contradictory))
    yield from listed("not modelled", held.not_modelled)


def rulebook(name: str) -> Iterator[str]:
    """A rule book: rules in order, grades, dials, sources, and clauses that are not modelled."""
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
    """A regime: its clauses in words, dials, sources, and what is not modelled."""
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
    """A channel: what it records, whom it can mistake for the actor, dials and sources."""
    from synthetic.channels import Channel

    held = Channel.load(name)
    yield f"  {held.title}"
    yield from folded("  records: ", ", ".join(held.kinds))
    if held.mechanism != "acts":
        yield from folded("  without an act: ", held.summary)
    who = f"another person of the same {held.mistakes}" if held.mistakes else "any neighbor"
    where = "the whole society" if held.among == "society" else f"the {held.among}"
    yield f"  can mistake for the actor: {who}, in {where}" if held.strays else "  never mistakes anyone for the actor"
    for word, column in (("is about people with", held.whose), ("fully covers people with", held.through)):
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
    """A disclosure: each right with its source."""
    from testbed.disclosures import RIGHTS, Disclosure

    held = Disclosure.load(name)
    yield f"  {held.title}"
    for right, meaning in RIGHTS.items():
        dial = held.rights[f"disclosure.{right}"]
        yield f"    {dial.path} = {shown(dial)}: {meaning} ({origin(dial.reading, dial.source)})"
    if held.audience:
        yield f"  audience: {', '.join(held.audience)} (sees {', '.join(held.audience_sees)})"
    yield from texts(dial.source for dial in held.rights.values())


def actions(name: str) -> Iterator[str]:
    """A set of actions: what each does, who can, its cost, dials and sources."""
    from testbed.actions import Actions

    held = Actions.load(name)
    yield f"  {held.title}"
    for one in held.actions:
        about = f" ({', '.join(one.kinds)})" if one.kinds else ""
        yield from folded(f"    {one.name}: ", f"{one.title}; {one.does}{about}; {one.cost:g} hours with money")
    yield from dials(held.dials.values())
    yield from texts(dial.source for dial in held.dials.values())


def model(name: str) -> Iterator[str]:
    """A registered model: its own description and what it declares."""
    from testbed.models import REASONS_ARE, declared, higher_is, learns, models, needs, not_installed, row_wise

    factory = models.get(name)
    held = factory()
    for line in (factory.__doc__ or type(held).__doc__ or "").strip().splitlines():
        yield f"  {line.strip()}".rstrip()
    said = {True: "yes", False: "no"}
    yield f"  higher is {higher_is(held)}; row-wise: {said[row_wise(held)]}; learns: {said[learns(held)]}"
    if needs(held):
        yield f"  needs: {', '.join(needs(held))}"
    if kind := declared(held, "reasons_are"):
        yield from folded("  reasons: ", REASONS_ARE[kind])
    if absent := not_installed(held):
        yield f"  {absent}"


GIVEN = ". In one world it is given the fitted model and cut-offs, if there are any; over several seeds it is not"


def measure(name: str) -> Iterator[str]:
    """A measure: estimand, unit, direction, interval, reference, caveats."""
    from testbed.measure import measures

    held = measures.get(name)
    yield from _declared(held, GIVEN if set(held.needs) - {"table"} else "")


def table_measure(name: str) -> Iterator[str]:
    """A measure of a model on a table."""
    from testbed.tables import asking_measures

    yield from _declared(next(one for one in asking_measures() if one.name == name))


def _declared(held: Measure, given: str = "") -> Iterator[str]:
    yield from folded("  estimand: ", held.estimand)
    yield f"  harm: {held.harm}; unit: {held.unit}; better: {held.better}; needs: {', '.join(held.needs)}"
    if held.qualifiers:
        yield f"  qualifiers: {', '.join(f'{key}={value}' for key, value in held.qualifiers.items())}"
    if held.gap and held.splits:
        yield f"  signed difference between groups: {held.gap}"
    yield from folded("  interval: ", f"{held.interval}{given}")
    yield from folded("  reference: ", held.reference)
    yield from folded("  caveat: ", held.caveats)


SHOWN: Mapping[str, Callable[[str], Iterator[str]]] = {
    "scenarios": scenario,
    "models": model,
    "rulebooks": rulebook,
    "measures": measure,
    "table-measures": table_measure,
    "regimes": regime,
    "channels": channel,
    "recipes": recipe,
    "conduct": conduct,
    "disclosures": disclosure,
    "actions": actions,
}
SINGULAR = {kind: kind if kind in ("conduct", "actions") else kind.removesuffix("s") for kind in SHOWN} | {
    "rulebooks": "rule book",
    "table-measures": "measure of a model on a table",
}
