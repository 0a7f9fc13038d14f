"""The verdicts on the built-in models by family and scenario, from the stored run.

Each cell counts claims that are held, broken and undecided. A claim about two groups counts once for each.

    python docs/benchmark.py > docs/benchmark.txt
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from testbed.bench import Bench, read_bench

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
COUNTED = ("held", "broken", "undecided")


def lines(bench: Bench) -> Iterator[str]:
    """The command of the run, and the table, one line a scenario."""
    counts = Counter((one.scenario, one.family, one.verdict) for one in bench.claims)
    families = sorted({family for _, family, _ in counts})
    yield bench.manifest["command"]
    models = sorted({one.model for one in bench.claims})
    yield f"{len(bench.claims)} claims about {len(models)} models; in each cell: held / broken / undecided"
    yield ""
    rows = [("scenario", *families, "models")]
    for scenario in sorted({scenario for scenario, _, _ in counts}):
        asked = {one.model for one in bench.claims if one.scenario == scenario}
        rows.append((scenario, *(_cell(counts, scenario, one) for one in families), str(len(asked))))
    of_all = Counter(("all", one.family, one.verdict) for one in bench.claims)
    rows.append(("all", *(_cell(of_all, "all", one) for one in families), str(len(models))))
    yield from _aligned(rows)


def _cell(counts: Counter[tuple[str, str, str]], scenario: str, family: str) -> str:
    found = [counts[scenario, family, verdict] for verdict in COUNTED]
    return " / ".join(map(str, found)) if any(found) else "-"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines(read_bench(RESULTS)))
