"""Speed of audit_model: a boosted model of ten features on a table of a million rows.

The time is measured against the model's own: what it takes to score and decide on the whole table once.

    python docs/speed/table_model.py [ROWS]
"""

from __future__ import annotations

import sys
from time import perf_counter, process_time

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from testbed import audit_model

LIMIT = 60.0
FEATURES = [f"x{number}" for number in range(8)] + ["kind", "level"]


def table(rows: int) -> pd.DataFrame:
    """Eight numbers, two small categories coded as numbers, a group, and an outcome that follows from some of them."""
    random = np.random.Generator(np.random.Philox(11))
    made = {f"x{number}": random.normal(size=rows) for number in range(8)}
    made["kind"], made["level"] = random.integers(0, 6, rows), random.integers(0, 12, rows)
    group = random.random(rows) < 0.3
    drawn = made["x0"] + made["x1"] * made["x2"] - 0.3 * group + 0.2 * made["kind"] - 0.1 * made["level"]
    outcome = drawn + random.normal(size=rows) > 0
    return pd.DataFrame({**made, "group": np.where(group, "b", "a"), "outcome": outcome})


def main() -> None:
    """Fit on a part, audit the whole, and print the times."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = table(rows)
    head = frame[:100_000]
    model = HistGradientBoostingClassifier(random_state=0).fit(head[FEATURES], head["outcome"])
    start, alone = perf_counter(), process_time()
    model.predict_proba(frame[FEATURES])
    model.predict(frame[FEATURES])
    own, alone = perf_counter() - start, process_time() - alone
    start, used = perf_counter(), process_time()
    findings = audit_model(model, frame, features=FEATURES, groups="group", outcome="outcome")
    took, used = perf_counter() - start, process_time() - used
    print(f"{rows:,} rows, {len(FEATURES)} features, {len(findings):,} findings")
    print(f"the model alone, once over the table: {own:.1f} s on the clock, {alone:.1f} s of processors")
    print(
        f"audit_model: {took:.1f} s on the clock, {used:.1f} s of processors (limit at 1,000,000 rows: {LIMIT:.0f} s)"
    )


if __name__ == "__main__":
    main()
