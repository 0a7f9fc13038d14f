"""`testbed sweep --sobol`: shares of planted worlds, and what is refused before any world is run."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shared import by_shares

from synthetic.errors import InputError
from testbed.commands.cli import main
from testbed.commands.guesses import guesses
from testbed.commands.sobol_design import READINGS, Factor, designed, dials_at, ranges
from testbed.findings.finding import COLUMNS
from testbed.runs.auditing import audit
from testbed.runs.measuring import Answer, Task, forget, work
from testbed.runs.output import read_run
from testbed.runs.plan import planned

DIAL = "regime.family.share"


def planted(task: Task) -> Answer:
    """A world of two numbers: one that is 3 times a dial and 4 times chance, one that nothing moves."""
    chance = float(np.random.Generator(np.random.Philox(task.seed)).random())
    dial = float(task.scenario.dials[DIAL].value)
    where = {"harm": "disparate impact", "split": "all", "group": "all", "versus": "", "unit": "rate", "why": ""}
    rows = [
        {**where, "measure": "adverse_rate", "value": 3 * dial + 4 * chance, "n": 10},
        {**where, "measure": "adverse_rate_p", "value": 0.5, "n": 10},
        {**where, "measure": "adverse_rate", "split": "sex", "group": "male", "value": 0.25, "n": 10},
    ]
    return Answer(rows={"adverse_rate": rows})


def test_the_share_of_a_planted_dial_is_found_written_and_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(import_module("testbed.runs"), "work", planted)
    monkeypatch.setattr(
        import_module("testbed.commands.sobol_design"), "placed", lambda scenario, dials, *_: scenario.set(dials)
    )
    asked = [
        "sweep",
        "rongcheng",
        "--model",
        "lottery",
        "--people",
        "256",
        "--engine",
        "serial",
        "--sobol",
        "128",
        "--dial",
        f"{DIAL}=0..1",
    ]
    assert main([*asked, "--measures", "adverse_rate", "--out", str(tmp_path / "o")]) == 0
    said = capsys.readouterr().out
    assert f"over {128 * 4} worlds" in said.splitlines()[0]
    assert "adverse_rate: first 0." in said
    assert "adverse_rate (sex: male): undefined, it is the same in every world" in said
    findings, manifest = read_run(tmp_path / "o")
    assert tuple(findings.columns) == COLUMNS
    rows = findings.set_index("measure")
    for by in ("dials", DIAL):
        for order in ("first", "total"):
            row = rows.loc[f"assumption_share[by={by},of=adverse_rate,order={order}]"]
            row = row[row["split"] == "all"].iloc[0] if row.ndim == 2 else row
            assert row["value"] == pytest.approx(9 / 25, abs=0.12)
            assert row["low"] < row["value"] < row["high"]
            assert (row["n"], row["seed"]) == (128 * 4, -1)
    assert manifest["kind"] == "sobol"
    assert json.dumps(manifest["arguments"]["dial"]) == f'["{DIAL}=0..1"]'


def test_a_world_of_the_design_is_the_world_of_an_audit_without_its_anchors() -> None:
    plan = planned("rongcheng", "lottery", people=256, periods=2, measures="adverse_rate")
    world = (plan.scenario, "lottery", "lottery", 256, 2, 7, plan.wanted)
    answer = work(Task(*world, bare=True))
    forget()
    found = audit("rongcheng", "lottery", people=256, periods=2, measures="adverse_rate", seeds=(7,))
    kept = found[found["measure"] == "adverse_rate"]["value"].tolist()
    assert [row["value"] for row in answer.rows["adverse_rate"] if row["measure"] == "adverse_rate"] == kept
    assert not answer.verdicts


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--dial", f"{DIAL}=0.1,0.2"], "LOW..HIGH"),
        (["--dial", f"{DIAL}=0.2..0.1"], "below the high end"),
        (["--dial", f"{DIAL}=0..2"], "allowed: 0 to 1"),
        (["--dial", "decide.worst"], "dial"),
        (["--dial", DIAL, "--seeds", "3"], "leave out --seeds"),
        (["--dial", DIAL, "--sobol", "12"], "power of two"),
    ],
)
def test_a_design_that_makes_no_sense_is_one_sentence(
    more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "rongcheng", "--sobol", "8", "--measures", "adverse_rate", *more]) == 2
    found = capsys.readouterr()
    assert said in found.err
    assert len(found.err.strip().splitlines()) == 1
    assert main(["sweep", "rongcheng", "--sobol", "8"]) == 2
    assert "--measures" in capsys.readouterr().err


def test_whole_numbers_with_room_stay_whole_and_a_dial_alone_takes_its_own_range() -> None:
    scenario: Any = planned("rongcheng").scenario
    months, share = "regime.blacklist.stay", "recipe.civic.community_shift"
    (factor,), _ = ranges([months], scenario)
    assert (factor.low, factor.high) == tuple(map(float, scenario.dials[months].range))
    made = dials_at(scenario, [factor, Factor(share, -2, 2, "recipe")], np.array([7.4, 0.3, 0.5]))
    assert made == {months: 7.0, share: 0.3}
    weight = "recipe.scheme.rongcheng"  # 1, from 0.01 to 100: rounded, a small draw would be 0 and refused
    among: Any = planned("joint-sanctions").scenario
    (factor,), _ = ranges([weight], among)
    assert dials_at(among, [factor], np.array([0.3, 0.5])) == {weight: 0.3}


def test_how_many_wrong_entries_are_followed_one_by_one_is_no_guess_about_the_world() -> None:
    factors, _ = guesses(planned("metro-sorting", measures="flip_rate"), READINGS)
    found = {factor.name for factor in factors}
    assert {"error.period", "regime.white_list.quota"} <= found
    assert "error.sample" not in found


def test_points_that_the_scenario_refuses_are_redrawn_as_whole_blocks_and_counted(tmp_path: Path) -> None:
    plan = planned(by_shares(tmp_path), measures="adverse_rate", people=64)
    dials = ["decide.worst_share=0.05..0.2", "decide.best_share=0.5..1"]
    factors, worlds, cut = designed(plan, dials, 8)
    rows = 2 + len(dials) + 1
    assert len(worlds) == 8 * rows
    assert [factor.name for factor in factors] == [dial.partition("=")[0] for dial in dials]
    shares = [[world.dials[factor.name].value for factor in factors] for world, _ in worlds]
    assert all(worst + best <= 1 for worst, best in shares)
    for block in np.split(np.array(shares), 8):  # the first row with one dial of the last row in each row between
        first, *mixed, last = block
        for place in range(len(dials)):
            others = np.arange(len(dials)) != place
            assert mixed[place][place] == last[place]
            assert (mixed[place][others] == first[others]).all()
    (said,) = cut
    count, of = said.split(" points")[0].split(" of ")
    assert int(of) == 8 + int(count)
    assert "sum to more than" in said


def test_dials_that_are_refused_nearly_everywhere_are_one_sentence(tmp_path: Path) -> None:
    plan = planned(by_shares(tmp_path), measures="adverse_rate", people=64)
    with pytest.raises(InputError, match=r"refuses \d+ of 64 points .*narrower ranges"):
        designed(plan, ["decide.best_share=0.99..1"], 8)


def test_points_that_are_refused_when_all_people_are_made_are_cut_whole_and_the_rest_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusing(task: Task) -> Answer:
        if task.scenario.dials[DIAL].value > 0.8:
            return Answer(refused="conduct theft: the largest rate is 0.3 a month.")
        return planted(task)

    monkeypatch.setattr(import_module("testbed.runs"), "work", refusing)
    monkeypatch.setattr(
        import_module("testbed.commands.sobol_design"), "placed", lambda scenario, dials, *_: scenario.set(dials)
    )
    asked = ["sweep", "rongcheng", "--model", "lottery", "--people", "256", "--engine", "serial", "--sobol", "256"]
    out = str(tmp_path / "o")
    assert main([*asked, "--dial", f"{DIAL}=0..1", "--measures", "adverse_rate", "--out", out]) == 0
    told = capsys.readouterr().err
    cut = re.search(r"cut: (\d+) of 256 points: conduct theft: the largest rate is \.\. a month$", told, re.MULTILINE)
    assert cut is not None
    assert int(cut[1]) == pytest.approx(256 * (1 - 0.8**2), abs=20)  # both draws of a point must be below 0.8
    findings, manifest = read_run(tmp_path / "o")
    row = findings.set_index("measure").loc[f"assumption_share[by={DIAL},of=adverse_rate,order=first]"]
    row = row[row["split"] == "all"].iloc[0] if row.ndim == 2 else row
    assert row["n"] == 4 * (256 - int(cut[1]))
    assert row["value"] == pytest.approx(9 * 0.64 / (9 * 0.64 + 16), abs=0.12)
    assert cut[0].removeprefix("cut: ") in manifest["cut"]
    assert cut[0].removeprefix("cut: ") in manifest["measures"]["assumption_share"]["caveats"]
