"""The proofs of a claim: a planted harm must break it, and a harmless twin must hold it.

The marks `breaks` and `holds` of a test each name a world: a scenario, a model, dials and people. The test's own
function is run on the findings of that world. A claim that no harm breaks could not fail, so its success says nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from synthetic.errors import InputError
from testbed.pytest_plugin.cards import card_of, has_card
from testbed.pytest_plugin.pairs import DEFAULT_SCENARIO, OWN, Contrast, Pair, beside, contrasts, load, seeds_of

KINDS = ("breaks", "holds")
UNPROVED = "unproved"
"""The kind of the one item of a claim that lacks a card or a proof: it fails, and says what is missing."""
PEOPLE = 4096
"""People of a proof's world, unless the mark says another number."""


def proofs(metafunc: pytest.Metafunc) -> list[Pair]:
    """The worlds in which a claim must break, and those in which it must hold."""
    if missing(metafunc.definition):
        return [Pair(DEFAULT_SCENARIO, "lottery", False, kind=UNPROVED)]
    held = metafunc.definition.get_closest_marker("scenario")
    own = str(held.args[0]) if held is not None and held.args else DEFAULT_SCENARIO
    folder = Path(str(metafunc.definition.path)).parent
    found = []
    for kind in KINDS:
        for mark in metafunc.definition.own_markers:
            if mark.name == kind:
                try:
                    found.append(_pair(metafunc, mark, own, folder))
                except InputError as error:
                    raise pytest.UsageError(f"{metafunc.definition.nodeid}, {kind}: {error}") from None
    return found


def _pair(metafunc: pytest.Metafunc, mark: pytest.Mark, own: str, folder: Path) -> Pair:
    said = dict(mark.kwargs)
    name = beside(str(said.pop("scenario", own)), folder)
    scenario = load(name)
    model = str(said.pop("model", OWN))
    contrast: Contrast | None = None
    if "compared" in metafunc.fixturenames:
        splits = [str(said.pop("compared"))] if "compared" in said else [scenario.compared[0]]
        contrast = contrasts(scenario, splits)[0]
    dials = tuple(sorted(dict(said.pop("dials", {})).items()))
    scenario.set(dict(dials))
    people, seeds = int(said.pop("people", PEOPLE)), int(said.pop("seeds", seeds_of(metafunc, scenario)))
    if said:
        raise InputError(f"found {', '.join(said)}; allowed are scenario, model, dials, people, seeds and compared.")
    model = scenario.model if model == OWN else beside(model, folder)
    return Pair(name, model, False, contrast, mark.name, dials, people, seeds)


def missing(item: pytest.Item) -> str:
    """What a claim lacks to be proved, in a sentence; "" if it has its card and both proofs."""
    function = getattr(item, "function", None)
    if function is None or not has_card(function):
        return "the claim has no card: a docstring with Harmed, Measure, Threshold, Origin, People and Wrong if"
    try:
        card_of(function)
    except InputError as error:
        return str(error)
    lacking = [kind for kind in KINDS if not any(mark.name == kind for mark in item.own_markers)]
    said = {"breaks": "in which it must break", "holds": "in which it must hold"}
    return f"the claim names no world {' and none '.join(said[kind] for kind in lacking)}" if lacking else ""
