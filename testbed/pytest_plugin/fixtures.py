"""What a test is given: its scenario, its model, the compared group, an audit, and its findings."""

# Any: the options of an audit are of several types.
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from testbed.findings import audited
from testbed.pytest_plugin.pairs import Pair, load
from testbed.pytest_plugin.session import RUN

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario


@pytest.fixture(scope="session")
def _pair(request: pytest.FixtureRequest) -> Pair:
    held: Pair = request.param
    return held


@pytest.fixture
def scenario(_pair: Pair) -> Scenario:
    """The scenario that the test is about."""
    return load(_pair.scenario).set(dict(_pair.dials))


@pytest.fixture
def model(_pair: Pair) -> str:
    """The name of the model that the test is about."""
    return _pair.model


@pytest.fixture
def compared(_pair: Pair) -> dict[str, str]:
    """A compared group of the scenario as keywords of `claim`: split, group and versus."""
    assert _pair.compared is not None  # `pairs` gives each test that asks for this fixture a group
    return _pair.compared.keywords()


@pytest.fixture
def audit(_pair: Pair, request: pytest.FixtureRequest) -> Callable[..., pd.DataFrame]:
    """`audit(scenario, **options)`: findings of the test's model, at the people and seeds of the run.

    It takes the options of `testbed.runs.audit`; rows of anchors are left out unless `anchors=True`. A test fails if an
    anchor does. In a proof no anchor is run, and in a run with a store only beside the scheme of the scenario.
    """
    run = request.config.stash[RUN]
    checked = not _pair.kind and (run.store is None or _pair.model == load(_pair.scenario).model)

    def made(scenario: str | Path | Scenario, **options: Any) -> pd.DataFrame:
        model = str(options.pop("model", _pair.model))
        wanted = bool(options.pop("anchors", False))
        table = run.audit(scenario, model, **{**run.societies(_pair), **options, "anchors": wanted or checked})
        failed = [
            f"{one['name']} ({one.get('detail', '')})" for one in table.attrs.get("anchors", ()) if not one["holds"]
        ]
        if failed:
            pytest.fail(f"the run is void, anchors failed: {', '.join(failed)}", pytrace=False)
        return table if wanted else audited(table)

    return made


@pytest.fixture
def findings(
    _pair: Pair, audit: Callable[..., pd.DataFrame], scenario: Scenario, request: pytest.FixtureRequest
) -> pd.DataFrame:
    """The findings table of the test's scenario and model.

    Where every test of the run about this pair has a card, only the measures that the cards name are audited.
    """
    wanted = request.config.stash[RUN].wanted_of(_pair)
    return audit(scenario if _pair.dials else _pair.scenario, **({"measures": wanted} if wanted else {}))
