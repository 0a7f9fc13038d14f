"""The shipped benchmark as one run: every claim of a suite, and the folder of the verdicts.

Comes in: a suite, models and scenarios.
Goes out: findings, claims, a manifest and a leaderboard; and whether a submitted folder is what its command gives.
"""

from testbed.bench.failing import failed_models
from testbed.bench.folder import FINDINGS, Bench, counts, identity, read_bench, write_bench, write_leaderboard
from testbed.bench.suite import PEOPLE, SUITES, Asked, CutShortError, Ran, run_suite, suite_folder
from testbed.bench.verifying import Verified, verify

__all__ = [
    "FINDINGS",
    "PEOPLE",
    "SUITES",
    "Asked",
    "Bench",
    "CutShortError",
    "Ran",
    "Verified",
    "counts",
    "failed_models",
    "identity",
    "read_bench",
    "run_suite",
    "suite_folder",
    "verify",
    "write_bench",
    "write_leaderboard",
]
