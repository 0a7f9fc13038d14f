"""What many tests share: how they are spread over workers, rows of a measure, and planted scenarios.

A planted scenario is a society, channels, a scheme and a regime of one's own, whose answers are known.
"""

import gc
import os
import signal
import tomllib
from collections import Counter

import pytest
from shared import number, parsed_once
from threadpoolctl import threadpool_limits

from testbed.scenarios.base import Scenario

# Files that take long for the number of their tests, longest first: begun late, one would leave a worker idle.
LONG = (
    "benchmarks/",
    "tests/commands/test_suggested.py",
    "tests/runs/test_engine.py",
    "tests/pytest_plugin/test_plugin.py",
)


def pytest_configure(config):
    """A worker of xdist uses one thread for linear algebra, as more would fight over the cores; TOML is parsed once.

    Models that tests make as objects run in the process of the test, where they can be looked at; those that are named
    run in processes of their own, as they do for users. The tests of `apart` send objects too.
    """
    os.environ["TESTBED_APART"] = "names"
    tomllib.loads = parsed_once(tomllib.loads)
    config.add_cleanup(lambda: setattr(tomllib, "loads", tomllib.loads.__wrapped__))
    if hasattr(config, "workerinput"):
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
        threadpool_limits(1)
    elif hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # the order is that of `pytest_collection_modifyitems`


def pytest_collection():
    """While tests are collected nothing is let go, so garbage is not sought."""
    gc.disable()


def pytest_collection_finish():
    """What stands then stays to the end: the search for garbage after each audit skips modules and collected tests."""
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Workers of xdist begin with the files that take long, then with those of many tests."""
    if not hasattr(config, "workerinput"):
        return
    tests = Counter(file_of(item) for item in items)

    def place(item):
        long = (at for at, name in enumerate(LONG) if file_of(item).startswith(name))
        return next(long, len(LONG)), -tests[file_of(item)], file_of(item)

    items.sort(key=place)


def file_of(item):
    return item.nodeid.partition("::")[0]


def act(rate, *, adverse=True, severity="minor", most=0.8, depends=""):
    """A kind of conduct with this rate a month. `depends`: more lines of its file."""
    direction = "adverse" if adverse else "favorable"
    return (
        f'title = "Planted"\ndirection = "{direction}"\nseverity = "{severity}"\nmost = {most}\n'
        f"rate = {number(rate, 0, 1)}\n{depends}"
    )


def times(column, level, ratio):
    """A factor on a rate for one level of a category."""
    return f'[depends.{column}]\nlevel = "{level}"\nratio = {number(ratio)}\n'


def channel(kinds, **given):
    """A channel that records every act at once and without error, but for what is given."""
    values = {
        "coverage_urban": 1, "coverage_rural": 1, "miss": 0, "miss_ratio": 1, "false_match": 0,
        "false_match_ratio": 1, "delay": 0, "duplicate": 0,
    } | given  # fmt: skip
    lines = [f"{key} = {number(value)}" for key, value in values.items()]
    return "\n".join(['title = "Planted"', f"kinds = {list(kinds)}", *lines])


def regime(*, minor=6, moderate=12, serious=24, **appeal):
    """A regime in which nothing follows but expiry and, where given, appeal."""
    lines = ['title = "Planted"', "[expiry]"]
    lines += [
        f"{key} = {number(value)}" for key, value in (("minor", minor), ("moderate", moderate), ("serious", serious))
    ]
    if appeal:
        lines += ["[appeal]", *(f"{key} = {number(value)}" for key, value in appeal.items())]
    return "\n".join(lines)


def doings(*, horizon=6, budget=100, success=0.8, **actions):
    """A set of actions from what each says: a mapping of numbers, and `does` and `kinds` as they are."""
    lines = ['title = "Planted"', "[plan]", f"horizon = {number(horizon)}", f"budget = {number(budget)}"]
    lines.append(f"success = {number(success, 0, 1)}")
    for name, said in actions.items():
        given = {"per_month": 1, "hours": 1, "money": 0} | said
        lines += [f"[actions.{name}]", 'title = "Planted"', f'does = "{given.pop("does")}"']
        lines += [f"kinds = {list(given.pop('kinds'))}"] if "kinds" in given else []
        lines += [f"{key} = {number(value)}" for key, value in given.items()]
    return "\n".join(lines)


def book(rules):
    """A rule book from (rule, what it says) pairs: a column, or a condition in TOML, and points."""
    lines = ['schema = 1\ntitle = "Planted"\nas_of = 2020-01-01\n[base]\n', f"points = {number(0)}\n"]
    for name, (where, points) in rules.items():
        lines.append(f"[rules.{name}]\n{where}\npoints = {number(points, -1000, 1000)}\n")
    return "\n".join(lines)


@pytest.fixture
def usual_signals():
    """What the test starts ends by SIGINT and SIGHUP, also where the tests run under `nohup`, which ignores one."""
    ignored = [one for one in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


@pytest.fixture(scope="module")
def small_training():
    """A training society of one grid, for tests whose cut-offs are planted or do not matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("testbed.case.setting.TRAINING_PEOPLE", 1024)
        yield


@pytest.fixture
def plant(tmp_path):
    """A function that writes a planted scenario and loads it."""

    def make(
        *,
        acts,
        rules,
        channels=None,
        follows=None,
        held=("age",),
        compared=("community",),
        cutoff=-0.5,
        rights="open",
        actions=None,
    ):
        for name, text in acts.items():
            (tmp_path / f"{name}.toml").write_text(text)
        for name, text in (channels or {"watch": channel(acts)}).items():
            (tmp_path / f"{name}.toml").write_text(text)
        (tmp_path / "consequences.toml").write_text(follows or regime())
        (tmp_path / "scheme.toml").write_text(book(rules))
        (tmp_path / "doings.toml").write_text(actions or doings())
        town = tmp_path / "town.toml"
        town.write_text(
            'schema = 1\ntitle = "Planted"\nas_of = 2020-01-01\nrecipe = "china-2020"\n'
            f'channels = {list(channels or ["watch"])}\nconduct = {list(acts)}\nmodel = "scheme.toml"\n'
            f'regime = "consequences.toml"\ndisclosure = "{rights}"\nactions = "doings.toml"\n'
            "[who]\nscored = { age = { at_least = 18 } }\n"
            f"held = {list(held)}\ncompared = {list(compared)}\n"
            'reference = { community = "majority", sex = "male" }\n'
            # The minority lives everywhere alike: in enclaves, twelve grids would count as six for it.
            '[dials."recipe.minority_share.in_enclaves"]\nvalue = 0\nrange = [0, 0.9]\n'
            'source = "assumed"\nreading = "assumed"\n'
            f"[decide]\nadverse = {{ cutoff = {cutoff} }}\n"
        )  # fmt: skip
        return Scenario.load(str(town))

    return make


@pytest.fixture
def parts():
    """The parts that a planted scenario is made of: act, times, channel, regime, doings."""

    class Parts:
        act, times, channel, regime, doings = (
            staticmethod(act),
            staticmethod(times),
            staticmethod(channel),
            staticmethod(regime),
            staticmethod(doings),
        )

    return Parts
