"""Checks of the contracts that models, measures and rule books keep, ours and those of users.

Comes in: a model, a measure or a rule book.
Goes out: nothing, or a ContractError that says which promise is broken.
"""

from testbed.checks.contract import ContractError, sample_records
from testbed.checks.measures import check_measure
from testbed.checks.models import check_model, parametrize_with_checks
from testbed.checks.rulebooks import check_rulebook

__all__ = [
    "ContractError",
    "check_measure",
    "check_model",
    "check_rulebook",
    "parametrize_with_checks",
    "sample_records",
]
