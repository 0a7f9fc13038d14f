"""The leaderboard: no rank, every family in its place, untrusted text escaped."""

from __future__ import annotations

import math
import re

import pytest

from testbed.findings import Verdict
from testbed.report import families_of, render_leaderboard

MANIFEST = {"versions": {"python": "3"}, "people": 20, "arguments": {"suite": "quick"}, "command": "testbed bench"}
EVIL = "<script>alert(1)</script>"


def verdict(model: str = "mine", family: str = "opacity", said: str = "held", **more: object) -> Verdict:
    texts = {"claim": "a_claim", "family": family, "model": model, "scenario": "town", "compared": "", "verdict": said}
    numbers = {"value": 0.5, "low": 0.4, "high": 0.6, "people": 20, "seconds": 1.0}
    held = {**texts, **numbers, "claimed": "below 0.7", "measure": "hidden[k=100]", "why": "", **more}
    return Verdict(**held)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["claim", "family", "model", "scenario", "compared", "claimed", "measure", "why"])
def test_every_text_is_escaped(name):
    page = render_leaderboard([verdict(**{name: EVIL})], MANIFEST)
    assert "<script" not in page
    assert "alert(1)" in page


def test_models_are_sorted_by_name_whatever_they_hold():
    held = [verdict("b"), verdict("a", said="broken"), verdict("C", said="undecided")]
    page = render_leaderboard(held, MANIFEST)
    assert re.findall(r'<tr><th scope="row"><code>(\w)</code>', page) == ["a", "b", "C"]
    assert "sorted by name" in page


def test_benefit_stands_among_the_families():
    held = [verdict(family=family) for family in ("benefit", "zeal", "opacity", "disparate impact")]
    assert families_of(held) == ["disparate impact", "opacity", "benefit", "zeal"]


def test_a_claim_without_a_number_says_why():
    nan = math.nan
    page = render_leaderboard(
        [verdict(said="skipped", value=nan, low=nan, high=nan, why="it needs more people")], MANIFEST
    )
    assert "it needs more people" in page
    assert "nan" not in page


def test_the_page_runs_no_script_and_loads_nothing():
    page = render_leaderboard([verdict()], MANIFEST)
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"<(script|link|img|iframe)\b|https?://", page)
