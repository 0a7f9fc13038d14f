"""The scenario and model that each test is about, from its marks and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from synthetic.errors import InputError

DEFAULT_SCENARIO = "rongcheng"


class Pair(NamedTuple):
    """A scenario and a model by name, and whether the marks of the test file name the scenario."""

    scenario: str
    model: str
    marked: bool


PAIR: pytest.StashKey[Pair] = pytest.StashKey()


def pairs(metafunc: pytest.Metafunc) -> list[Pair]:
    """Each scenario with each model. A scenario file in a mark is looked up beside the test file first."""
    from testbed.scenarios import Scenario

    config = metafunc.config
    folder = Path(str(metafunc.definition.path)).parent
    marked = [_beside(str(name), folder) for name in _named(metafunc, "scenario")] or [DEFAULT_SCENARIO]
    found = []
    for scenario in config.getoption("--scenario") or marked:
        named = _named(metafunc, "model")
        own = named if _only(metafunc) else config.getoption("--model") or named
        try:
            models = own or [Scenario.load(scenario).model]
        except InputError as error:
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: {error}") from None
        found += [Pair(str(scenario), str(model), scenario in marked) for model in models]
    return found


def _named(metafunc: pytest.Metafunc, mark: str) -> list[str]:
    """The arguments of the closest mark of that name."""
    held = metafunc.definition.get_closest_marker(mark)
    return [str(name) for name in held.args] if held is not None else []


def _only(metafunc: pytest.Metafunc) -> bool:
    """Whether the test is only about the models of its mark."""
    held = metafunc.definition.get_closest_marker("model")
    return held is not None and bool(held.args) and bool(held.kwargs.get("only"))


def skip_unasked(metafunc: pytest.Metafunc, pair: Pair) -> list[pytest.MarkDecorator]:
    """A skip mark if the test is only about a model that this run does not audit."""
    asked = metafunc.config.getoption("--model")
    if not asked or not _only(metafunc) or pair.model in asked:
        return []
    return [pytest.mark.skip(reason=f"the test is only about {pair.model}, and this run audits {', '.join(asked)}")]


def _beside(name: str, folder: Path) -> str:
    return str(folder / name) if name.endswith(".toml") and (folder / name).is_file() else name


def pair_of(item: pytest.Item) -> Pair | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("_pair") if callspec is not None else None


def known_harm(item: pytest.Item) -> pytest.Mark | None:
    """The mark that applies: it names this built-in model, and the test file names this scenario."""
    pair = item.stash.get(PAIR, None)
    if pair is None or not pair.marked:
        return None
    from testbed.models import model_names

    for harm in item.iter_markers("known_harm"):
        if harm.args and harm.args[0] == pair.model and pair.model in model_names():
            return harm
    return None
