"""What other libraries give for the same tables, and what the stored page says of it."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
AGREEMENT = runpy.run_path(str(DOCS / "agreement.py"))


@pytest.mark.parametrize(("peer", "excused"), [("fairlearn", {"zero", "theirs"}), ("scikit-learn and scipy", set())])
def test_numbers_agree_wherever_both_libraries_have_one(peer: str, excused: set[str]) -> None:
    total: Counter[str] = Counter()
    for counts in AGREEMENT["compare"](peer, 5).values():
        assert counts.keys() - {"agree"} <= excused
        total += counts
    assert total["agree"] > 0.6 * total.total()


def test_a_number_that_differs_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    compare = AGREEMENT["compare"]
    off = {("accuracy", "all"): 0.123}
    monkeypatch.setitem(compare.__globals__, "ours", lambda seed: off)
    assert compare("scikit-learn and scipy", 2)["accuracy"]["value"] == 2


def test_the_stored_page_gives_a_reason_for_every_disagreement_and_has_none_of_value() -> None:
    page = (DOCS / "agreement.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    for _, name, compared, agree, reasons, _ in rows:
        listed = [] if reasons.strip() == "-" else [part.split() for part in reasons.split(",")]
        assert int(compared) == int(agree) + sum(int(count) for count, _ in listed), name
        assert {reason for _, reason in listed} <= AGREEMENT["REASONS"].keys() - {"value"}, name
    for peer in ("fairlearn", "AIF360", "Aequitas", "FairBench"):
        assert f"## {peer} (" in page
