"""A Parquet file that is larger than memory should be: time and peak memory of its audit, counted in blocks.

Writes a file of eight columns with few different values to a temporary folder, audits it in a process of its
own (so that the peak is that of the audit), and deletes it.

    python docs/speed/streaming.py [ROWS]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

GROUP = 1_000_000
"""Rows of a row group of the file."""


def write(path: Path, rows: int) -> None:
    """Eight columns: two text attributes, a text stratum, a boolean, two labels, grades of 40 points, people."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = {"origin": 6, "district": 8, "office": 12}
    writer = None
    for start in range(0, rows, GROUP):
        n = min(GROUP, rows - start)
        words = np.random.Generator(np.random.Philox([7, start])).random((8, n), np.float32)
        held = {
            name: pa.DictionaryArray.from_arrays(
                (words[at] * size).astype(np.int8), pa.array([f"{name} {k}" for k in range(size)])
            ).cast(pa.string())
            for at, (name, size) in enumerate(texts.items())
        }
        outcome = words[4] < 0.3
        held["urban"] = pa.array(words[3] < 0.6)
        held["outcome"] = pa.array(outcome.astype(np.int8))
        held["prediction"] = pa.array((words[5] < 0.2 + 0.5 * outcome).astype(np.int8))
        held["points"] = pa.array((words[6] * 40 + 5 * outcome).astype(np.int16))
        held["people"] = pa.array((1 + words[7] * 3).astype(np.int8))
        table = pa.table(held)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=GROUP)
    assert writer is not None
    writer.close()


def audit(path: str) -> None:
    """Audit the file in this process, and say what it took."""
    start, worked = perf_counter(), process_time()
    from testbed import audit_table

    found = audit_table(
        path, groups=["origin", "district"], outcome="outcome", prediction="prediction", score="points",
        counts="people", control="urban", stream=True,
    )  # fmt: skip
    took, cpu = perf_counter() - start, process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    defined = int(found["value"].notna().sum())
    print(f"{took:.0f} s ({cpu:.0f} s of processor), {peak:,.0f} MiB at the peak; {found.attrs['notes'][0]}")
    print(f"{len(found):,} rows of findings, whole and within and over 2 strata; {defined:,} have a value")


def main() -> None:
    """Write the file, audit it, delete it."""
    rows = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 100_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.parquet"
        write(path, rows)
        print(f"{rows:,} rows, 8 columns, {path.stat().st_size / 2**20:,.0f} MiB of Parquet", flush=True)
        subprocess.run([sys.executable, __file__, "--audit", str(path)], check=True)


if __name__ == "__main__":
    audit(sys.argv[2]) if sys.argv[1:2] == ["--audit"] else main()
