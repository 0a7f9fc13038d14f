"""The notebooks run from start to end, with few people, and say what they promise."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import pytest
from matplotlib import pyplot

from testbed.measure import measures

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = {"PEOPLE": "1_024", "PERIODS": "8", "SEEDS": "2", "VALUES": "(0.0,)"}
"""Sizes of the notebooks while they are tested."""
SAID = {
    "your_model": ["A wrong court entry never turns a decision of late_bills.", "entries are wrong, by channel"],
    "your_table": ["selection rate", "## Bias, Risks, and Limitations", "cost of decisions"],
    "your_scenario": ["A library that takes points for late bills", "without the family rule"],
    "paper_figure": ["0: 0.00 (0.00 to 0.00)", "95 % intervals over societies"],
}
"""What each notebook prints, among others."""


@pytest.mark.parametrize("name", SAID)
def test_a_notebook_runs_from_start_to_end(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    measures.discover()
    monkeypatch.setattr(measures, "_things", dict(measures._things))  # what a notebook registers is forgotten
    matplotlib.use("agg")
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    for size, number in SMALL.items():
        text = re.sub(rf"^{size} = [\d_., ()]+$", f"{size} = {number}", text, flags=re.MULTILINE)
    exec(compile(text, f"{name}.py", "exec"), {"__name__": "__main__"})
    said = capsys.readouterr().out
    assert [words for words in SAID[name] if words not in said] == []
    assert pyplot.get_fignums()
    pyplot.close("all")


@pytest.mark.parametrize("name", SAID)
def test_a_notebook_is_cells_of_prose_and_code(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)
    assert cells[0] == ""
    prose = [cell for cell in cells[1:] if cell.startswith(" [markdown]")]
    assert len(prose) >= 4
    assert prose[0].splitlines()[1].startswith("# # ")
    for cell in prose:
        assert all(line.startswith("#") or not line for line in cell.splitlines()[1:])
