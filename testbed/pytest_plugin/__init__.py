"""Fixtures, options and marks for test files that make claims about findings.

Load it with `pytest -p testbed.pytest_plugin FILE`. A test that takes `findings` (or `audit`,
`scenario`, `model`) runs once for each scenario and model of the run. Each process makes the same audit only once,
however many tests use it.
"""

# Any: pytest-xdist is optional and not typed; the options of an audit are of several types.
from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from synthetic.errors import InputError
from synthetic.supervision import supervised
from synthetic.writing import Reserved, reserve_file
from testbed.findings import Claim, ClaimBroken, audited, decided
from testbed.pytest_plugin.pairs import PAIR, Pair, known_harm, pair_of, pairs, skip_unasked
from testbed.pytest_plugin.session import Run, by_audit, write

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario

MARKS = (
    "scenario(name, ...): the scenarios that a test makes claims about; --scenario replaces them",
    "model(name, ..., only=False): the models that a test makes claims about; --model replaces them, unless `only` is "
    "set: then the test is skipped for any other model",
    "people(n): the number of people that a claim needs; with fewer the test is skipped",
    "known_harm(model, reason): a built-in model that must break the claim (ClaimBroken) on the marked scenarios",
)
RUN: pytest.StashKey[Run] = pytest.StashKey()
OUT: pytest.StashKey[Reserved] = pytest.StashKey()
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
        "--seeds",
        type=_count,
        default=1,
        metavar="K",
        help="audit seeds 0 to K-1 and make claims about the pooled rows",
    )
    group.addoption("--findings", default=None, metavar="OUT", help="write every finding of the run to this CSV file")
    group.addoption(
        "--store",
        default=None,
        metavar="DIR",
        help="keep each audit in this folder as soon as it is made, and take from it what an earlier or a neighboring "
        "process made",
    )
    group.addoption("--overwrite", action="store_true", help="replace the file given by --findings if it exists")


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
    """Supervise a run from the command line, so that a model that ends the process cannot make the run pass.

    The hook is called again in the child process, in which pytest itself runs.
    """
    if SUPERVISED in config.stash or list(config.invocation_params.args) != sys.argv[1:]:
        return None
    config.stash[SUPERVISED] = True
    return supervised(lambda: int(config.hook.pytest_cmdline_main(config=config)), config.getoption("--model"))


# Which tests there are


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "_pair" in metafunc.fixturenames:
        found = [
            pytest.param(pair, id=f"{pair.model}@{Path(pair.scenario).stem}", marks=skip_unasked(metafunc, pair))
            for pair in pairs(metafunc)
        ]
        metafunc.parametrize("_pair", found, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (pair := pair_of(item)) is not None:
            item.stash[PAIR] = pair


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Under `--dist loadgroup`, send tests about one model and scenario to one worker, others by their file.

    Each audit is then made once. (Marks cannot say it: the workers' groups get lost between xdist 3.8 and pytest 9.2.)
    """
    if config.getoption("dist", "no") != "loadgroup":
        return None
    return by_audit(config, log)


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
    """The name of the model that the test is about."""
    return _pair.model


@pytest.fixture
def audit(_pair: Pair, request: pytest.FixtureRequest) -> Callable[..., pd.DataFrame]:
    """`audit(scenario, **options)`: findings of the test's model, at the people and seeds of the run.

    It takes the options of `testbed.runs.audit`; anchors are left out unless `anchors=True`.
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
        pytest.skip(f"the claim needs {int(needed.args[0]):,} people, this run has {people:,}")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Pass a test with a known harm if it raises ClaimBroken, and fail it otherwise."""
    harm = known_harm(pyfuncitem)
    if harm is None:
        return (yield)
    reason = harm.kwargs.get("reason") or (harm.args[1] if len(harm.args) > 1 else "")
    try:
        yield
    except ClaimBroken as shown:
        pyfuncitem.user_properties.append(("known_harm", f"{reason}: {shown}"))
        return True
    pytest.fail(f"the known harm of {harm.args[0]} was not shown ({reason}): every claim held", pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Gather the workers' results, write the findings, and fail a run in which no claim was decided."""
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
    """Take over the findings and counts of an xdist worker that has ended."""
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
