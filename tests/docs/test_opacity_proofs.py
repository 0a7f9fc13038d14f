"""The proofs of opacity over two hundred seeds: what is stored holds, and is what the script prints."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORED = (ROOT / "docs" / "opacity.txt").read_text(encoding="utf-8")
SCRIPT = runpy.run_path(str(ROOT / "docs" / "opacity.py"))
LINE = re.compile(r"^(\S.*?) +(-?\d\.\d{3}) +(-?\d\.\d{4}) +(\d\.\d{4}) +(\d\.\d{3})( \*)?$", re.MULTILINE)


def test_every_proof_was_run_over_two_hundred_seeds_and_holds_as_often_as_its_interval_says():
    assert "over 200 seeds" in STORED
    found = LINE.findall(STORED)
    assert len(found) == 16
    for name, truth, mean, half, held, missed in found:
        assert not missed, name
        assert float(held) >= 0.95 - 4 * (0.95 * 0.05 / 200) ** 0.5, name
        assert abs(float(mean) - float(truth)) <= float(half) + 5e-4, name


@pytest.mark.parametrize("proof", ["sizes", "fits", "told_lies"])
def test_the_stored_lines_are_those_of_the_proofs(proof):
    truths = {name: truth for name, truth, *_ in LINE.findall(STORED)}
    for name, truth, value, low, high in SCRIPT[proof](3):
        assert float(truths[name]) == pytest.approx(truth)
        assert low <= value <= high
