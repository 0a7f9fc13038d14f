"""The contracts, as checks that run on our own models, measures and rule books, and on yours.

A check that fails raises `ContractError` with one sentence: what was promised, and what was found.
"""

from testbed.checks.contract import ContractError as ContractError
from testbed.checks.contract import sample_records as sample_records
from testbed.checks.measures import check_measure as check_measure
from testbed.checks.models import check_model as check_model
from testbed.checks.rulebooks import check_rulebook as check_rulebook
