"""Fixtures, options and marks for test files that make claims about findings.

Load it with `pytest -p testbed.pytest_plugin FILE`. A test that takes `findings` (or `audit`,
`scenario`, `model`, `compared`) runs once for each scenario and model of the run, and for each compared group. Each
process makes the same audit only once, however many tests use it.
"""

# Any: pytest-xdist is optional and not typed.
from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest

from synthetic.errors import InputError
from testbed.findings import ClaimBroken, ClaimError, Settled, listeners
from testbed.pytest_plugin import options, verdicts
from testbed.pytest_plugin.cards import card_of, has_card
from testbed.pytest_plugin.fixtures import _pair, audit, compared, findings, model, scenario
from testbed.pytest_plugin.pairs import ASKED, CONTESTANT, PAIR, Pair, known_harm, load, pair_of, pairs, skip_unasked
from testbed.pytest_plugin.proofs import UNPROVED, missing, proofs
from testbed.pytest_plugin.session import RUN, Run, by_audit, write

__all__ = ["_pair", "audit", "compared", "findings", "model", "scenario"]

BEGUN: pytest.StashKey[float] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    for mark in options.MARKS:
        config.addinivalue_line("markers", mark)
    load.cache_clear()
    run = config.stash[RUN] = Run(config)
    config.pluginmanager.register(verdicts.Kept(run.rows), "testbed-verdicts")
    listeners.append(run.settle)
    config.add_cleanup(lambda: listeners.remove(run.settle))
    try:
        options.check(config)
    except InputError as error:
        raise pytest.UsageError(str(error)) from None


# Which tests there are


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "_pair" not in metafunc.fixturenames:
        return
    asked = metafunc.config.getoption("--proofs")
    found = [] if asked == "only" else pairs(metafunc)
    found += [] if asked == "no" else proofs(metafunc)
    metafunc.parametrize(
        "_pair",
        [pytest.param(pair, id=pair.id, marks=[] if pair.kind else skip_unasked(metafunc, pair)) for pair in found],
        indirect=True,
        scope="session",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    run = config.stash[RUN]
    _leave_out(config, items)
    for item in items:
        pair = pair_of(item)
        if pair is None:
            continue
        item.stash[PAIR] = pair
        try:
            run.want(pair, item)
            if not pair.kind:
                verdicts.begin(item, run.people_of(pair))
        except InputError as error:
            raise pytest.UsageError(str(error)) from None


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests about scenarios that the suite does not have: pytest would report each as skipped."""
    empty = [item for item in items if "_pair" in getattr(item, "fixturenames", ()) and pair_of(item) is None]
    config.hook.pytest_deselected(items=empty)
    items[:] = [item for item in items if item not in empty]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Under `--dist loadgroup`, send tests about one model and scenario to one worker, others by their file.

    Each audit is then made once. (Marks cannot say it: the workers' groups get lost between xdist 3.8 and pytest 9.2.)
    """
    if config.getoption("dist", "no") != "loadgroup":
        return None
    return by_audit(config, log)


# How a test ends


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    pair = item.stash.get(PAIR, None)
    if pair is None:
        return
    item.stash[BEGUN] = time.perf_counter()
    run = item.config.stash[RUN]
    run.wanted += 1
    if pair.kind == UNPROVED:
        pytest.fail(missing(item), pytrace=False)
    needed = item.get_closest_marker("people")
    if needed is None or pair.kind:
        return
    people = run.people_of(pair)
    if people < int(needed.args[0]):
        pytest.skip(f"the claim needs {int(needed.args[0]):,} people, this run has {people:,}")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Judge a test about a scenario: a known harm and a planted one must break the claim, all else must hold."""
    pair = pyfuncitem.stash.get(PAIR, None)
    if pair is None:
        return (yield)
    run = pyfuncitem.config.stash[RUN]
    run.settled.clear()
    try:
        result = yield
    except ClaimError as raised:
        return _raised(pyfuncitem, pair, raised)
    else:
        return _held(pyfuncitem, pair, result)
    finally:
        if not pair.kind:
            verdicts.end(pyfuncitem, run.settled, time.perf_counter() - pyfuncitem.stash[BEGUN])
        _check_card(pyfuncitem, run.settled)


def _raised(item: pytest.Function, pair: Pair, raised: ClaimError) -> object:
    harm = known_harm(item)
    broken = isinstance(raised, ClaimBroken)
    if broken and pair.kind == "breaks":
        return True
    if broken and harm is not None:
        reason = harm.kwargs.get("reason") or (harm.args[1] if len(harm.args) > 1 else "")
        item.user_properties.append(("known_harm", f"{reason}: {raised}"))
        return True
    if pair.kind == "breaks":
        pytest.fail(f"the planted harm does not break the claim, it leaves it undecided: {raised}", pytrace=False)
    if _is_a_result(item, pair):
        pytest.xfail(str(raised))
    raise raised


def _is_a_result(item: pytest.Function, pair: Pair) -> bool:
    """Whether a claim that did not hold is what the suite tells of a shipped model, and no fault of the suite.

    The stored run of the suite holds these verdicts, and a test makes some of them again.
    """
    general = item.get_closest_marker("general") is not None
    return not pair.kind and pair.role != ASKED and (general or pair.role == CONTESTANT)


def _held(item: pytest.Function, pair: Pair, result: object) -> object:
    harm = known_harm(item)
    if pair.kind == "breaks":
        pytest.fail("the planted harm does not break the claim: it holds", pytrace=False)
    if harm is not None:
        reason = harm.kwargs.get("reason") or (harm.args[1] if len(harm.args) > 1 else "")
        pytest.fail(f"the known harm of {harm.args[0]} was not shown ({reason}): every claim held", pytrace=False)
    return result


def _check_card(item: pytest.Function, settled: list[Settled]) -> None:
    """Fail a test whose card says another measure or threshold than the test claims."""
    if not has_card(item.function):
        return
    card = card_of(item.function)
    for one in settled:
        if (one.claim.measure, one.claimed) != (card.measure, card.threshold):
            pytest.fail(
                f"the card says {card.measure} {card.threshold}, the test claims {one.claim.measure} {one.claimed}",
                pytrace=False,
            )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Gather the workers' results, write them, and fail a run in which no claim was decided."""
    config = session.config
    run = config.stash[RUN]
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["testbed"] = {"decided": run.decided, "wanted": run.wanted, "findings": run.texts()}
        return
    out = config.stash.get(options.OUT, None)
    if out is not None:
        write(out, [*run.sent, *run.texts()])
    out = config.stash.get(options.CLAIMS, None)
    if out is not None:
        verdicts.write(out, run.rows)
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
