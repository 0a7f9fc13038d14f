"""The public names of the testbed.

Names are imported when they are first used, so that `import testbed` costs next to nothing. The contract of a measure
is light and is imported at once: `testbed.measure` is then the decorator, never the module that holds it.
"""

from importlib import import_module

# Any: a public name can be anything.
from typing import TYPE_CHECKING, Any

from testbed.measure import PerPerson as PerPerson
from testbed.measure import Row as Row
from testbed.measure import measure as measure

if TYPE_CHECKING:
    from synthetic.errors import InputError as InputError
    from testbed import plot as plot
    from testbed.case import Case as Case
    from testbed.checks import ContractError as ContractError
    from testbed.checks import check_measure as check_measure
    from testbed.checks import check_model as check_model
    from testbed.checks import check_rulebook as check_rulebook
    from testbed.checks import parametrize_with_checks as parametrize_with_checks
    from testbed.findings import Claim as Claim
    from testbed.findings import ClaimBroken as ClaimBroken
    from testbed.findings import ClaimUndecided as ClaimUndecided
    from testbed.findings import claim as claim
    from testbed.findings import ladder as ladder
    from testbed.findings import metric_frame as metric_frame
    from testbed.interop import model_card as model_card
    from testbed.interop import shown as shown
    from testbed.interop import transparency_record as transparency_record
    from testbed.models import Scores as Scores
    from testbed.models import ScoringModel as ScoringModel
    from testbed.models import encoded as encoded
    from testbed.runs import audit as audit
    from testbed.scenarios import Scenario as Scenario
    from testbed.tables import audit_model as audit_model
    from testbed.tables import audit_table as audit_table
    from testbed.tables import from_callable as from_callable
    from testbed.twins import Assign as Assign
    from testbed.twins import Inject as Inject
    from testbed.twins import Switch as Switch

_HOME = {
    "Assign": "testbed.twins",
    "Case": "testbed.case",
    "Claim": "testbed.findings",
    "ClaimBroken": "testbed.findings",
    "ClaimUndecided": "testbed.findings",
    "ContractError": "testbed.checks",
    "Inject": "testbed.twins",
    "InputError": "synthetic.errors",
    "Scenario": "testbed.scenarios",
    "Scores": "testbed.models",
    "ScoringModel": "testbed.models",
    "Switch": "testbed.twins",
    "audit": "testbed.runs",
    "audit_model": "testbed.tables",
    "audit_table": "testbed.tables",
    "check_measure": "testbed.checks",
    "check_model": "testbed.checks",
    "check_rulebook": "testbed.checks",
    "claim": "testbed.findings",
    "encoded": "testbed.models",
    "from_callable": "testbed.tables",
    "ladder": "testbed.findings",
    "metric_frame": "testbed.findings",
    "model_card": "testbed.interop",
    "parametrize_with_checks": "testbed.checks",
    "shown": "testbed.interop",
    "transparency_record": "testbed.interop",
}
"""The room that each name is taken from."""
_ROOMS = ("plot",)
"""Rooms whose names are used with the room's own before them: `testbed.plot.gap`."""

__all__ = sorted([*_HOME, "PerPerson", "Row", "measure"])

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"testbed.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'testbed' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME, *_ROOMS})
