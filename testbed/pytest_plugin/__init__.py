"""Fixtures, options and marks for test files that make claims about findings.

Load it with `pytest -p testbed.pytest_plugin FILE`. A test that takes `findings` (or `audit`,
`scenario`, `model`) runs once for each scenario and model of the run. The same audit is made once
per process, whatever the number of tests that look at it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from synthetic.errors import InputError
from synthetic.supervision import supervised
from synthetic.writing import Reserved, reserve_file
from testbed.findings import Claim, ClaimBroken, audited, decided
from testbed.pytest_plugin.session import Run, by_audit, write

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario

MARKS = (
    "scenario(name, ...): the scenarios on which the claims of a test are made; --scenario replaces them",
    "model(name, ..., only=False): the models about which the claims of a test are made; --model replaces them, but "
    "where `only` is set the test is about these alone, and is skipped for any other",
    "people(n): the people that a claim needs to be decided; with fewer the test is skipped",
    "known_harm(model, reason): a built-in model that must break the claim (ClaimBroken) on the marked scenarios",
)
DEFAULT_SCENARIO = "rongcheng"


class Pair(NamedTuple):
    """A scenario and a model, as they were named, and whether the file's marks named the scenario."""

    scenario: str
    model: str
    marked: bool


RUN: pytest.StashKey[Run] = pytest.StashKey()
OUT: pytest.StashKey[Reserved] = pytest.StashKey()
PAIR: pytest.StashKey[Pair] = pytest.StashKey()
SUPERVISED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("scoring testbed")
    group.addoption(
        "--model",
        action="append",
        default=[],
        metavar="M",
        help="audit this model instead of the marked ones; may be repeated",
    )
    group.addoption(
        "--scenario",
        action="append",
        default=[],
        metavar="S",
        help="audit on this scenario instead of the marked ones; may be repeated",
    )
    group.addoption(
        "--people", type=_count, default=None, metavar="N", help="people in each society (default: the scenario's own)"
    )
    group.addoption(
        "--seeds", type=_count, default=1, metavar="K", help="audit seeds 0 to K-1 and claim about the pooled rows"
    )
    group.addoption("--findings", default=None, metavar="OUT", help="write every finding of the run to this CSV file")
    group.addoption("--overwrite", action="store_true", help="replace the file that stands at --findings")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"found {text!r}, a whole number of at least 1 is needed")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    run = config.stash[RUN] = Run(config)

    def count(_claim: Claim) -> None:
        run.decided += 1

    decided.append(count)
    config.add_cleanup(lambda: decided.remove(count))
    try:
        _check_options(config)
    except InputError as error:
        raise pytest.UsageError(str(error)) from None


def _check_options(config: pytest.Config) -> None:
    from testbed.models import load_model
    from testbed.scenarios import Scenario

    for name in config.getoption("--scenario"):
        Scenario.load(name)
    for name in config.getoption("--model"):
        load_model(name)
    out = config.getoption("--findings")
    if out is not None and not hasattr(config, "workerinput") and not config.getoption("--collect-only"):
        config.stash[OUT] = reserve_file("--findings", out, overwrite=config.getoption("--overwrite"))
        config.add_cleanup(config.stash[OUT].release)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """A run that the command line asked for is supervised, so that a model that ends the process cannot make it green.

    The hook is called again in the child, which is left to pytest itself.
    """
    if SUPERVISED in config.stash or list(config.invocation_params.args) != sys.argv[1:]:
        return None
    config.stash[SUPERVISED] = True
    return supervised(lambda: int(config.hook.pytest_cmdline_main(config=config)), config.getoption("--model"))


# Which tests there are


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "_pair" in metafunc.fixturenames:
        found = [
            pytest.param(pair, id=f"{pair.model}@{Path(pair.scenario).stem}", marks=_not_asked(metafunc, pair))
            for pair in _pairs(metafunc)
        ]
        metafunc.parametrize("_pair", found, indirect=True, scope="session")


def _pairs(metafunc: pytest.Metafunc) -> list[Pair]:
    """Each scenario with each model. Scenario files of a mark are sought beside the test file first."""
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
    """What the closest mark of that name lists."""
    held = metafunc.definition.get_closest_marker(mark)
    return [str(name) for name in held.args] if held is not None else []


def _only(metafunc: pytest.Metafunc) -> bool:
    """Whether the test is about the models of its mark alone: a built-in one's own tests say nothing of another."""
    held = metafunc.definition.get_closest_marker("model")
    return held is not None and bool(held.args) and bool(held.kwargs.get("only"))


def _not_asked(metafunc: pytest.Metafunc, pair: Pair) -> list[pytest.MarkDecorator]:
    """A skip, where a test is about a model alone that this run does not audit."""
    asked = metafunc.config.getoption("--model")
    if not asked or not _only(metafunc) or pair.model in asked:
        return []
    return [pytest.mark.skip(reason=f"the test is about {pair.model} alone, this run about {', '.join(asked)}")]


def _beside(name: str, folder: Path) -> str:
    return str(folder / name) if name.endswith(".toml") and (folder / name).is_file() else name


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (pair := _pair_of(item)) is not None:
            item.stash[PAIR] = pair


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under `--dist loadgroup` tests about one model and scenario go to one worker, others by their file.

    So an audit is made once. (Marks cannot say it: the workers' groups get lost between xdist 3.8 and pytest 9.2.)
    """
    if config.getoption("dist", "no") != "loadgroup":
        return None
    return by_audit(config, log)


def _pair_of(item: pytest.Item) -> Pair | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("_pair") if callspec is not None else None


# What a test is given


@pytest.fixture(scope="session")
def _pair(request: pytest.FixtureRequest) -> Pair:
    held: Pair = request.param
    return held


@pytest.fixture
def scenario(_pair: Pair) -> Scenario:
    """The scenario that the test is about."""
    from testbed.scenarios import Scenario

    return Scenario.load(_pair.scenario)


@pytest.fixture
def model(_pair: Pair) -> str:
    """The model that the test is about, as it was named."""
    return _pair.model


@pytest.fixture
def audit(_pair: Pair, request: pytest.FixtureRequest) -> Callable[..., pd.DataFrame]:
    """`audit(scenario, **options)`: findings of the test's model, at the people and seeds of the run.

    Takes the options of `testbed.runs.auditing`; anchors are left out of the answer there as here.
    """
    run = request.config.stash[RUN]

    def made(scenario: str | Path | Scenario, **options: Any) -> pd.DataFrame:
        model = str(options.pop("model", _pair.model))
        anchors = bool(options.pop("anchors", False))
        table = run.audit(scenario, model, **options)
        return table if anchors else audited(table)

    return made


@pytest.fixture
def findings(_pair: Pair, audit: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """The findings table of the test's scenario and model."""
    return audit(_pair.scenario)


# How a test ends


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if PAIR not in item.stash:
        return
    run = item.config.stash[RUN]
    run.wanted += 1
    needed = item.get_closest_marker("people")
    if needed is None:
        return
    people = run.people
    if people is None:
        from testbed.scenarios import Scenario

        people = Scenario.load(item.stash[PAIR].scenario).people
    if people < int(needed.args[0]):
        pytest.skip(f"the claim needs {int(needed.args[0]):,} people to be decided, this run has {people:,}")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A known harm must be shown: ClaimBroken passes, anything else is red."""
    harm = _known_harm(pyfuncitem)
    if harm is None:
        return (yield)
    reason = harm.kwargs.get("reason") or (harm.args[1] if len(harm.args) > 1 else "")
    try:
        yield
    except ClaimBroken as shown:
        pyfuncitem.user_properties.append(("known_harm", f"{reason}: {shown}"))
        return True
    pytest.fail(f"the known harm of {harm.args[0]} was not shown ({reason}): every claim held", pytrace=False)


def _known_harm(item: pytest.Item) -> pytest.Mark | None:
    """The mark that binds: to the built-in model it names, on the scenarios that the test file names."""
    pair = item.stash.get(PAIR, None)
    if pair is None or not pair.marked:
        return None
    from testbed.models import model_names

    for harm in item.iter_markers("known_harm"):
        if harm.args and harm.args[0] == pair.model and pair.model in model_names():
            return harm
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Gather what the workers did, write the findings, and fail a run in which nothing was decided."""
    config = session.config
    run = config.stash[RUN]
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["testbed"] = {"decided": run.decided, "wanted": run.wanted, "findings": run.texts()}
        return
    out = config.stash.get(OUT, None)
    if out is not None:
        write(out, [*run.sent, *run.texts()])
    collecting = config.getoption("--collect-only")
    if run.wanted and not run.decided and not collecting and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of xdist has ended: take over its findings and counts."""
    told = getattr(node, "workeroutput", {}).get("testbed")
    if told:
        run = node.config.stash[RUN]
        run.decided += told["decided"]
        run.wanted += told["wanted"]
        run.sent += told["findings"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if not run.wanted:
        return
    if run.decided:
        terminalreporter.write_line(f"{run.decided} claims decided")
    else:
        terminalreporter.write_line("no claim was decided in this run, so it proves nothing", red=True)
