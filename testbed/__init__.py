"""Scores, acts, measures, tells: the public names of the testbed.

The names are imported when they are first used, so that `import testbed` costs next to nothing.
Two of them, `audit` and `claim`, are functions that share their name with the module that holds
them; from this package you always get the function.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthetic.errors import InputError as InputError
    from testbed.case.case import Case as Case
    from testbed.checks import ContractError as ContractError
    from testbed.checks import check_measure as check_measure
    from testbed.checks import check_model as check_model
    from testbed.checks import check_rulebook as check_rulebook
    from testbed.findings.claims import Claim as Claim
    from testbed.findings.claims import ClaimBroken as ClaimBroken
    from testbed.findings.claims import ClaimUndecided as ClaimUndecided
    from testbed.findings.claims import claim as claim
    from testbed.findings.metric_frames import metric_frame as metric_frame
    from testbed.measure import PerPerson as PerPerson
    from testbed.measure import Row as Row
    from testbed.measure import measure as measure
    from testbed.models.base import Scores as Scores
    from testbed.models.base import ScoringModel as ScoringModel
    from testbed.runs.auditing import audit as audit
    from testbed.scenarios.base import Scenario as Scenario
    from testbed.tables.foreign import from_callable as from_callable
    from testbed.tables.table import audit_table as audit_table
    from testbed.twins.twin import Assign as Assign
    from testbed.twins.twin import Inject as Inject
    from testbed.twins.twin import Switch as Switch

_HOME = {
    "Assign": "testbed.twins.twin",
    "Case": "testbed.case.case",
    "Claim": "testbed.findings.claims",
    "ClaimBroken": "testbed.findings.claims",
    "ClaimUndecided": "testbed.findings.claims",
    "ContractError": "testbed.checks",
    "Inject": "testbed.twins.twin",
    "InputError": "synthetic.errors",
    "PerPerson": "testbed.measure",
    "Row": "testbed.measure",
    "Scenario": "testbed.scenarios.base",
    "Scores": "testbed.models.base",
    "ScoringModel": "testbed.models.base",
    "Switch": "testbed.twins.twin",
    "audit": "testbed.runs.auditing",
    "audit_table": "testbed.tables.table",
    "check_measure": "testbed.checks",
    "check_model": "testbed.checks",
    "check_rulebook": "testbed.checks",
    "claim": "testbed.findings.claims",
    "from_callable": "testbed.tables.foreign",
    "measure": "testbed.measure",
    "metric_frame": "testbed.findings.metric_frames",
}

__all__ = sorted(_HOME)

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'testbed' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


class _Package(ModuleType):
    """Keeps the function where Python would put the module of the same name."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
