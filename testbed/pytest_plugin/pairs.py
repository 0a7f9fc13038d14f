"""What each test is about, from its marks and the command line: a scenario, a model, a compared group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from synthetic.errors import InputError, unknown

if TYPE_CHECKING:
    from testbed.scenarios import Scenario

DEFAULT_SCENARIO = "rongcheng"
OWN = "own"
"""In a mark `model`: the scheme of each scenario itself."""
QUICK = ("ams-2018", "joint-sanctions", "robodebt-averaging", "rongcheng")
"""The scenarios of the quick suite: a formula, a list, an average, a point scheme. One world of each decides much."""
NAMED, CONTESTANT, ASKED = "named", "contestant", "asked"
CONTESTANTS = ("boosting", "forest", "k-nn", "logistic", "mitigated", "mlp", "threshold-optimizer", "tree")
"""Built-in models of no scheme. The full suite asks the general claims of them too, where one world decides much."""


@dataclass(frozen=True)
class Contrast:
    """A group of a scenario and the one that it is compared with: the keywords of `claim`."""

    split: str
    group: str
    versus: str

    def keywords(self) -> dict[str, str]:
        """Split, group and versus by name."""
        return {"split": self.split, "group": self.group, "versus": self.versus}

    def __str__(self) -> str:
        return f"{self.split}: {self.group} versus {self.versus}"


@dataclass(frozen=True)
class Pair:
    """A scenario and a model by name, whether marks of the test name the scenario, and for a general claim the group.

    A proof has its `kind`, "breaks" or "holds", the dials that plant or remove the harm, and its own people. `seeds`:
    over how many seeds the people are spread; 0 for the seeds of the run. `role`: who brought the model: the test
    (NAMED), the full suite (CONTESTANT) or the command line (ASKED).
    """

    scenario: str
    model: str
    marked: bool
    compared: Contrast | None = None
    kind: str = ""
    dials: tuple[tuple[str, object], ...] = ()
    people: int | None = None
    seeds: int = 0
    role: str = NAMED

    @property
    def id(self) -> str:
        """The name of the test's parameter. Tests about one world end alike: see `session.by_audit`."""
        whose = f"{self.compared.split}={self.compared.group}" if self.compared else ""
        begin = "~".join(part for part in (self.kind, whose) if part)
        set_to = "{" + ";".join(f"{key}={value}" for key, value in self.dials) + "}" if self.dials else ""
        return (f"{begin}~" if begin else "") + f"{self.model}@{Path(self.scenario).stem}{set_to}"


PAIR: pytest.StashKey[Pair] = pytest.StashKey()


def pairs(metafunc: pytest.Metafunc) -> list[Pair]:
    """Each scenario with each model, and with each compared group where the test asks for `compared`.

    A scenario file in a mark is looked up beside the test file first.
    """
    config = metafunc.config
    folder = Path(str(metafunc.definition.path)).parent
    marked = [beside(str(name), folder) for name in _named(metafunc, "scenario")] or [DEFAULT_SCENARIO]
    found = []
    quick = config.getoption("--suite") == "quick"
    asked = [name for name in marked if name in QUICK or name.endswith(".toml")] if quick else marked
    for scenario in config.getoption("--scenario") or asked:
        try:
            loaded = load(scenario)
            for model, role in _models(metafunc, loaded):
                for contrast in contrasts_asked(metafunc, loaded):
                    pair = Pair(str(scenario), model, scenario in marked, contrast, role=role)
                    found.append(replace(pair, seeds=seeds_of(metafunc, loaded)))
        except InputError as error:
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: {error}") from None
    return found


@cache
def load(name: str) -> Scenario:
    """The scenario of this name or path, loaded once in a run: `pytest_configure` forgets those of the run before."""
    from testbed.scenarios import Scenario

    return Scenario.load(name)


def _models(metafunc: pytest.Metafunc, scenario: Scenario) -> list[tuple[str, str]]:
    """The models of a test, each with its role."""
    named = [scenario.model if name == OWN else name for name in _named(metafunc, "model")] or [scenario.model]
    asked = metafunc.config.getoption("--model")
    if asked and not _only(metafunc):
        return [(str(name), ASKED) for name in asked]
    full = metafunc.config.getoption("--suite") == "full" and not _only(metafunc) and not seeds_of(metafunc, scenario)
    more = [name for name in CONTESTANTS if full and name not in named]
    return [*((name, NAMED) for name in dict.fromkeys(named)), *((name, CONTESTANT) for name in more)]


def seeds_of(metafunc: pytest.Metafunc, scenario: Scenario) -> int:
    """Over how many seeds the people of a test are spread, by its mark `seeds`; 0 if that is left to the run."""
    from testbed.scenarios import unit_of

    held = metafunc.definition.get_closest_marker("seeds")
    if held is None or held.kwargs.get("unit", unit_of(scenario)) != unit_of(scenario):
        return 0
    return int(held.args[0])


def contrasts_asked(metafunc: pytest.Metafunc, scenario: Scenario) -> list[Contrast | None]:
    """The compared groups of a scenario for a test that asks for `compared`; a mark `compared` may name the splits."""
    if "compared" not in metafunc.fixturenames:
        return [None]
    return [*contrasts(scenario, _named(metafunc, "compared"))]


def contrasts(scenario: Scenario, splits: list[str] | None = None) -> list[Contrast]:
    """Each group of the compared attributes that have a reference, with the reference."""
    for split in splits or ():
        if split not in ("community", "sex") and split not in scenario.compared:
            raise unknown("compared attribute", split, scenario.compared)
    return [
        Contrast(split, group, scenario.reference[split])
        for split in scenario.compared
        if split in scenario.reference and (not splits or split in splits)
        for group in scenario.lasting.get(split) or ()
        if group != scenario.reference[split]
    ]


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


def beside(name: str, folder: Path) -> str:
    """The scenario file beside a test file, if there is one of that name; else the name."""
    return str(folder / name) if name.endswith(".toml") and (folder / name).is_file() else name


def pair_of(item: pytest.Item) -> Pair | None:
    """What a test is about, if it is about a scenario."""
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("_pair") if callspec is not None else None
    return found if isinstance(found, Pair) else None


def known_harm(item: pytest.Item) -> pytest.Mark | None:
    """The mark that applies: it names this built-in model, and the test file names this scenario.

    `scenarios=` binds a mark to some of the test's scenarios, `compared=` to one split.
    """
    pair = item.stash.get(PAIR, None)
    if pair is None or not pair.marked or pair.kind:
        return None
    from testbed.models import model_names

    for harm in item.iter_markers("known_harm"):
        if not harm.args or not _same(str(harm.args[0]), pair) or pair.model not in model_names():
            continue
        where, split = harm.kwargs.get("scenarios"), harm.kwargs.get("compared")
        if (where is None or pair.scenario in where) and (
            split is None or split == getattr(pair.compared, "split", "")
        ):
            return harm
    return None


def _same(name: str, pair: Pair) -> bool:
    return pair.model == (load(pair.scenario).model if name == OWN else name)
