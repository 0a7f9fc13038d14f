"""`testbed sweep --screen`: planted worlds in which one dial owns the headline, and the stored screenings."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest
from shared import by_shares

from synthetic.errors import InputError
from testbed.commands import screening as command
from testbed.commands.cli import main
from testbed.commands.guesses import kept_aside, placed
from testbed.commands.screening import FEWEST, drawn, numbers, screening, screening_plan
from testbed.findings import frame
from testbed.report.finding_row import rows_of
from testbed.report.owed import owed_in
from testbed.report.sentences import sentence
from testbed.runs import read_run
from testbed.scenarios import STORED, Scenario, declaration_digest, screening_text, stored

OWNER, IDLE = "conduct.nuisance.community", "conduct.walk.rate"


@pytest.fixture
def town(plant: Any, parts: Any, small_training: None) -> Scenario:
    """Nuisance decides, and the minority commits it so many times as often; walks decide nothing."""
    return plant(
        acts={"nuisance": parts.act(0.05, depends=parts.times("community", "minority", 1)), "walk": parts.act(0.05)},
        rules={"nuisance": ('column = "nuisance"', -1)},
    )


def test_one_dial_owns_a_planted_headline_and_its_sign_and_another_does_nothing(
    town: Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = screening_plan(town, people=2048, periods=3, measures=["adverse_gap"])
    held = screening(plan, FEWEST, [f"{OWNER}=0.1..8", f"{IDLE}=0.01..0.2"])
    (gap,) = held["headlines"]
    assert (gap["measure"], gap["split"], gap["group"]) == ("adverse_gap", "community", "minority")
    owner = {one["dial"]: one for one in gap["owners"]}
    assert owner[OWNER]["share"] > 0.8
    assert owner[OWNER]["p"] < 1e-6
    assert owner[IDLE]["share"] < 0.15
    assert owner[IDLE]["p"] > 0.05
    assert gap["low"] > 0.7
    assert gap["least"] < 0 < gap["most"]

    place = {key: gap[key] for key in ("measure", "harm", "split", "group", "versus")}
    table = frame([{**place, "value": 0.02, "low": 0.01, "high": 0.03, "n": 400, "unit": "rate"}],
                  scenario=held["scenario"], model=held["model"], seed=0)  # fmt: skip
    (row,) = rows_of(table, {})
    said = sentence(row, owed=owed_in({"screening": held}, row)).text
    assert "its sign depends on assumptions: it runs from -" in said
    assert "over the ranges of 2 guessed dials" in said
    higher = {**held, "headlines": [{**gap, "least": 0.01}]}
    assert "its sign" not in sentence(row, owed=owed_in({"screening": higher}, row)).text

    monkeypatch.setattr(command, "screening", lambda *_, **__: held)
    out = tmp_path / "o"
    assert main(["sweep", "rongcheng", "--screen", "--measures", "adverse_gap", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "what 2 guesses do to each number" in printed
    assert OWNER in printed
    assert IDLE not in printed
    findings, manifest = read_run(out)
    shares = findings.set_index("measure")["value"]
    assert shares[f"assumption_share[by={OWNER},of=adverse_gap,order=first]"] == owner[OWNER]["share"]
    assert shares["assumption_share[by=dials,of=adverse_gap,order=first]"] == gap["share"]
    assert manifest["kind"] == "screening"
    assert manifest["screening"] == held


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--seeds", "3"], "leave out --seeds"),
        (["--screen", "8"], "at least 32"),
        (["--dial", f"{OWNER}=1..2"], "dial"),
        (["--model", "lottery", "--model", "logistic"], "give one --model"),
    ],
)
def test_a_screening_that_makes_no_sense_is_one_sentence(
    more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "rongcheng", "--screen", "32", *more]) == 2
    found = capsys.readouterr().err
    assert said in found
    assert len(found.strip().splitlines()) == 1


def test_draws_that_the_scenario_refuses_are_redrawn_and_a_dial_keeps_its_draws_when_another_joins(
    tmp_path: Path,
) -> None:
    plan = screening_plan(by_shares(tmp_path), people=64, measures=["adverse_rate"])
    two = drawn(plan, FEWEST, ["decide.worst_share=0.03..0.2", "decide.best_share=0.5..1"])
    assert len(two.worlds) == FEWEST
    assert two.refused.total() > 0
    assert all(world.dials["decide.worst_share"].value + world.dials["decide.best_share"].value <= 1
               for world, _ in two.worlds)  # fmt: skip
    one = drawn(plan, FEWEST, ["decide.worst_share=0.03..0.2"])
    assert set(two.quantiles[:, 0]) - set(one.quantiles[:, 0]) <= set(two.quantiles[-two.refused.total() :, 0])
    with pytest.raises(InputError, match=r"refuses \d+ of \d+ draws .*narrower ranges"):
        drawn(plan, FEWEST, ["decide.best_share=0.98..1"])


def current(name: str) -> bool:
    """Whether the declaration of a scenario is the one whose screening is stored."""
    kept = stored(name)
    return kept is not None and kept["digest"] == declaration_digest(Scenario.load(name))


def test_the_first_worlds_of_a_stored_screening_are_made_again_to_the_byte() -> None:
    quick = ("judgment-debtors", "joint-sanctions", "health-code", "dang")
    name = next(filter(current, [*quick, *sorted(path.stem for path in STORED.glob("*.json"))]), "")
    if not name:
        pytest.skip("every declaration has changed since its screening was stored")
    kept = stored(name)
    assert kept is not None
    plan = screening_plan(name)
    assert (kept["people"], kept["periods"], kept["model"]) == (plan.people, plan.periods, plan.names[0])
    made = drawn(plan, FEWEST, None)
    made.worlds, made.again, made.quantiles = made.worlds[:3], [], made.quantiles[:3]
    names, first, _ = numbers(plan, made, "serial", None, lambda text: None)
    assert kept["dials"] == len(made.factors)
    told = [{**dict(zip(command.PLACE, place, strict=True)), "first": list(map(float, values))}
            for place, values in zip(names, first, strict=True)]  # fmt: skip
    again = json.loads(screening_text({"headlines": [{**one, "owners": []} for one in told]}))["headlines"]
    assert len(again) == len(kept["headlines"])
    for one, stored_one in zip(again, kept["headlines"], strict=True):
        count = len(one["first"])
        assert {key: one[key] for key in command.PLACE} == {key: stored_one[key] for key in command.PLACE}
        assert one["first"] == stored_one["first"][:count]
        assert count > 0


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_screening_is_of_a_scenario_and_written_as_it_is_made(path: Path) -> None:
    held = stored(path.stem)
    assert held is not None
    assert path.read_text(encoding="utf-8") == screening_text(held)
    scenario = Scenario.load(path.stem)
    dials, unchanged = scenario.dials, held["digest"] == declaration_digest(scenario)
    for one in held["headlines"]:
        assert (one["share"] is None) == bool(one["why"])
        if one["share"] is not None:
            assert one["low"] <= one["share"] <= one["high"]
            assert one["least"] <= one["middle"] <= one["most"]
        if unchanged:
            assert all(dials[owner["dial"]].reading == owner["reading"] for owner in one["owners"])


def test_a_rate_above_what_anybody_may_have_is_refused_before_any_world_is_run(town: Scenario) -> None:
    rate = "conduct.nuisance.rate"
    assert placed(town, {rate: 0.7}, 2048, 1).dials[rate].value == 0.7
    with pytest.raises(InputError, match=r"conduct nuisance: the largest rate is 0\.9 a month, allowed: .* 0\.8"):
        placed(town, {rate: 0.9}, 2048, 1)


def test_what_a_caller_has_set_aside_stays_aside() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with kept_aside():
        assert gc.get_freeze_count() >= before > 0
    assert gc.get_freeze_count() >= before - 100  # what was deleted since is no longer counted
