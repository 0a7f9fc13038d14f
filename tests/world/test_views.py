"""Whoever reads an attribute is shown it: a world reads nothing outside its views, and each reader what it declares."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.scenarios.base import Scenario, names
from testbed.world import SCHEME, Views, World

PEOPLE, MONTHS = 2048, 4
COSTLY = {"regime.appeal.cost": 500, "regime.moving.rate": 0.02}


class Only(Mapping):
    """Columns of which some may be read; a test fails at any other."""

    def __init__(self, columns, names):
        self.columns, self.names = columns, frozenset(names) & frozenset(columns)

    def __getitem__(self, name):
        if name in self.names:
            return self.columns[name]
        raise AssertionError(f"column {name!r} is read, declared: {sorted(self.names)}")

    def __contains__(self, name):
        return name in self.names

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)


def declared(case):
    """The views of a case in which each reader is shown what it declares to read."""
    scenario, columns = case.scenario, case.society.columns
    sensing = {name for channel in scenario.channels for name in channel.reads}
    seen = [Only(columns, some) for some in (sensing, scenario.held, scenario.regime.reads)]
    return Views(sealed(case.society), None, *seen)


def sealed(society):
    """The society without columns of its own; what it has worked out (ties, candidates, scope) is kept."""
    made = copy(society)
    made.__dict__.pop("views", None)
    if SCHEME in society.columns:
        made.cities = society.cities
    made.columns = Only(society.columns, ())
    return made


def same(one, other):
    for mine, theirs in zip(one.by_month().values(), other.by_month().values(), strict=True):
        for t in range(MONTHS):
            np.testing.assert_array_equal(mine.month(t), theirs.month(t))
    for name, column in one.ledger.columns.items():
        np.testing.assert_array_equal(column, other.ledger.columns[name])


@pytest.fixture(scope="module", params=names())
def case(request):
    scenario = Scenario.load(request.param)
    paid = "income" in scenario.declared.variables  # an appeal has a cost only where people have an income
    dials = {path: value for path, value in COSTLY.items() if path in scenario.dials and (paid or "cost" not in path)}
    return run_case(scenario.set(dials), people=PEOPLE, periods=MONTHS)


def test_regime_channels_and_model_read_what_they_declare_and_nothing_else(case):
    views = declared(case)
    same(World(views.society, case.scheme, MONTHS, views=views).run(), case.history)


def test_conduct_reads_what_it_declares_and_nothing_else(case):
    for kind in case.scenario.conduct:
        seen = Only(case.society.columns, kind.reads)
        np.testing.assert_array_equal(
            kind.rates(seen, case.scenario.declared), kind.rates(case.society.columns, case.scenario.declared)
        )


def test_a_read_that_is_not_declared_fails(case):
    views, nothing = declared(case), Only(case.society.columns, ())
    with pytest.raises(InputError, match="column in regime"):
        World(views.society, case.scheme, MONTHS, views=replace(views, regime=nothing)).run()
    with pytest.raises(AssertionError, match="is read"):
        World(views.society, case.scheme, MONTHS, views=replace(views, sensing=nothing)).run()
    if case.scenario.held:
        with pytest.raises(AssertionError, match="is read"):
            World(views.society, case.scheme, MONTHS, views=replace(views, direct=nothing)).run()


def test_an_appeal_that_costs_something_needs_an_income():
    case = run_case(Scenario.load("rongcheng").set({"regime.appeal.cost": 500}), people=1024, periods=1)
    columns = {name: column for name, column in case.society.columns.items() if name != "income"}
    views = replace(case.society.views, regime=columns)
    with pytest.raises(InputError, match=r"column in regime rongcheng-lists.*income"):
        World(case.society, case.scheme, 1, views=views).run()
