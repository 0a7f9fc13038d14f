"""Digests of four findings tables: three scenarios and a table, small, each from one seed.

A change that should leave every number as it is leaves these digests as they are:

    python docs/digests.py
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

SCENARIOS = ("rongcheng", "joint-sanctions", "many-cities")
TABLE = Path(__file__).parents[1] / "testbed" / "data" / "compas_counts.csv"
RUNS = {name: ["audit", name, "--people", "5000", "--periods", "12", "--seed", "3"] for name in SCENARIOS} | {
    "compas": [
        "table", str(TABLE), "--outcome", "two_year_recid", "--prediction", "high", "--groups", "race", "--counts", "n"
    ]
}  # fmt: skip


def digest(words: list[str]) -> str:
    """The SHA-256 of the findings that a command of `testbed` writes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        subprocess.run([sys.executable, "-m", "testbed", *words, "--out", str(out)], check=True, capture_output=True)
        return hashlib.sha256((out / "findings.csv").read_bytes()).hexdigest()


def main() -> None:
    """Print a digest for each run."""
    for name, words in RUNS.items():
        print(f"{digest(words)}  {name}", flush=True)


if __name__ == "__main__":
    main()
