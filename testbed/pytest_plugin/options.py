"""The options and marks of the plugin."""

from __future__ import annotations

import pytest

from synthetic.writing import Reserved, reserve_file

MARKS = (
    "scenario(name, ...): the scenarios that a test makes claims about; --scenario replaces them",
    'model(name, ..., only=False): the models that a test makes claims about, "own" for the scheme of each scenario; '
    "--model replaces them, unless `only` is set: then the test is skipped for any other model",
    "general: a claim that is made of every scheme; that a shipped model does not hold it is a result, "
    "reported as xfailed; a model of the command line fails",
    "compared(attribute, ...): the attributes whose groups the fixture `compared` names, default all of the scenario",
    "people(n): the number of people that a claim needs; with fewer the test is skipped",
    "known_harm(model, reason, scenarios=None, compared=None): a built-in model that must break the claim "
    "(ClaimBroken) on the marked scenarios",
    "seeds(k, unit=None): spread the people of the run over k seeds, in scenarios whose clusters are this unit",
    "breaks(scenario=, model=, dials=, people=, seeds=, compared=): a world with a planted harm: the claim must break",
    "holds(scenario=, model=, dials=, people=, seeds=, compared=): a world without the harm: the claim must hold",
)
OUT: pytest.StashKey[Reserved] = pytest.StashKey()
CLAIMS: pytest.StashKey[Reserved] = pytest.StashKey()


def add(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
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
    group.addoption(
        "--suite",
        choices=("quick", "full"),
        default=None,
        help="quick: a few scenarios; full: all, and the built-in models of no scheme too (default: as the tests say)",
    )
    group.addoption(
        "--proofs",
        choices=("no", "only", "also"),
        default="no",
        help="run the proofs of the claims: the worlds in which each must break, and those in which it must hold",
    )
    group.addoption(
        "--model-timeout",
        type=float,
        default=None,
        metavar="S",
        help="seconds that a model may take to answer one call, and ten times as many to be fitted (default: 60)",
    )
    group.addoption("--findings", default=None, metavar="OUT", help="write every finding of the run to this CSV file")
    group.addoption("--claims", default=None, metavar="OUT", help="write the verdict on every claim to this CSV file")
    group.addoption(
        "--store",
        default=None,
        metavar="DIR",
        help="keep each audit in this folder as soon as it is made, and take from it what an earlier or a neighboring "
        "process made",
    )
    group.addoption("--overwrite", action="store_true", help="replace the files of --findings and --claims")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise pytest.UsageError(f"found {text!r}, a whole number of at least 1 is needed")
    return int(text)


def check(config: pytest.Config) -> None:
    """Load what the options name, and reserve the files that the run writes. Raises InputError."""
    from testbed.models import checked_limits, load_apart
    from testbed.scenarios import Scenario

    checked_limits(config.getoption("--model-timeout"))
    for name in config.getoption("--scenario"):
        Scenario.load(name)
    for name in config.getoption("--model"):
        load_apart(name)
    if hasattr(config, "workerinput") or config.getoption("--collect-only"):
        return
    for option, key in (("--findings", OUT), ("--claims", CLAIMS)):
        out = config.getoption(option)
        if out is not None:
            config.stash[key] = reserve_file(option, out, overwrite=config.getoption("--overwrite"))
            config.add_cleanup(config.stash[key].release)
