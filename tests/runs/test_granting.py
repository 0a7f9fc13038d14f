"""Rights granted in twins: planted worlds whose ladder is known, and what more rights cannot do."""

import math
from itertools import combinations

import pandas as pd
import pytest
from shared import rows_of

from synthetic.errors import InputError
from testbed import ladder
from testbed.case import granted, run_case
from testbed.commands.cli import main
from testbed.measures.opacity import changed
from testbed.report.ladder import ladder_lines, ladders
from testbed.report.page import render
from testbed.report.rows import Findings
from testbed.runs.auditing import audit, run_audit
from testbed.runs.granting import LADDER, Granting
from testbed.runs.manifest import command_of, manifest_of
from testbed.runs.plan import planned
from testbed.scenarios import Scenario, rungs

pytestmark = pytest.mark.usefixtures("small_training")

READ = {"slip": ('column = "slip"', -1)}
APPEAL = {"noticed": 0.3, "notice_delay": 2, "filed": 1, "filed_true": 0, "upheld": 1, "upheld_true": 0,
          "decision_delay": 0}  # fmt: skip
LASTS = 5


@pytest.fixture
def quick(monkeypatch):
    """Ladders without what surrogates have to learn, where that is not what is tested."""
    monkeypatch.setattr("testbed.runs.granting.LADDER", tuple(one for one in LADDER if one.name != "hidden[k=100]"))


@pytest.fixture
def town(plant, parts):
    """A town whose file is closed. Two fifths of the entries fall on a neighbor; all stand five months."""

    def make(rights="closed", rate=0.01, **appeal):
        return plant(
            acts={"slip": parts.act(rate, most=0.3)}, rules=READ, rights=rights,
            channels={"watch": parts.channel(["slip"], false_match=0.4)}, follows=parts.regime(minor=LASTS, **appeal),
        ).set({"error.per_1000": 10})  # fmt: skip

    return make


def values(case, rights):
    """The values over everybody, by scenario and number."""
    rows = Granting(case, ()).rows(rights)
    return {(row["scenario"], row["measure"]): row for row in rows if row["split"] == "all"}


def test_notice_sets_every_wrong_entry_right_within_a_month_and_nothing_else_does_without_it(town, quick):
    scenario = town(**APPEAL)
    case = run_case(scenario, people=2048, periods=14, seed=3)
    steps = {step.name: step.scenario for step in rungs(scenario, ["notice", "contest"])}
    found = values(case, ["notice", "contest"])

    def of(name, number):
        return found[name, number]["value"]

    base = scenario.name
    assert (of(base, "contest_cleared"), of(base, "error_lifetime"), of(base, "error_reach")) == (0, LASTS, 0)
    for name in (steps["notice"], steps["all"]):
        assert (of(name, "contest_cleared"), of(name, "error_lifetime"), of(name, "error_reach")) == (1, 1, 0)
        assert of(f"{name} - {base}", "contest_cleared") == 1
        assert of(f"{name} - {base}", "error_lifetime") == 1 - LASTS
    # A right to contest is empty where nobody can know of an entry.
    contest = found[f"{steps['contest']} - {base}", "contest_cleared"]
    assert contest["value"] == of(steps["contest"], "contest_cleared") == 0
    assert of(steps["contest"], "error_lifetime") == LASTS


def test_a_right_that_cannot_be_granted_has_rows_without_a_value_that_say_why(town, quick):
    case = run_case(town(), people=1024, periods=8, seed=3)
    found = values(case, ["contest"])
    rows = [row for (scenario, _), row in found.items() if scenario != case.scenario.name]
    assert len(rows) == 5
    for row in rows:
        assert math.isnan(row["value"])
        assert "no clause on appeals" in row["why"]


def test_a_difference_is_that_of_the_levels_and_better_known_than_that_of_two_runs(town, quick):
    scenario = town("rules-published", **APPEAL | {"filed": 0.5, "notice_delay": 0})
    case = run_case(scenario, people=12_288, periods=14, seed=3)
    step = rungs(scenario, ["contest"])[0]
    other = granted(case, step.dials)
    name = "contest_cleared"
    found = values(case, ["contest"])
    more, less = (found[one.scenario.name, name] for one in (other, case))
    row = changed(name, case, other)
    assert row.value == pytest.approx(more["value"] - less["value"])
    assert row.low < 0.3 * (1 - 0.5) < row.high  # all who know of a wrong entry contest it, not half of them
    alone = math.hypot(*(one["high"] - one["low"] for one in (more, less)))
    assert 0 < row.high - row.low < 0.9 * alone


def test_where_rules_are_known_no_right_to_know_raises_what_is_hidden(town):
    case = run_case(town("rules-published", rate=0.05), people=4096, periods=6, seed=3)
    off = {f"disclosure.{right}": False for right in case.disclosure.granted - {"rules", "weights", "cutoffs"}}
    knowledge = ["own_record", "reasons_adverse", "reasons_favorable", "notice_of_entry", "notice_of_decision"]

    def hidden(rights):
        world = granted(case, off | {f"disclosure.{right}": True for right in rights})
        assert world.history is case.history
        return rows_of(world, "hidden", k=0)["hidden[k=0]"]["value"]

    found = {frozenset(some): hidden(some) for many in (0, 1, 2, 5) for some in combinations(knowledge, many)}
    for fewer, value in found.items():
        for more, other in found.items():
            if fewer < more:
                assert other <= value + 1e-12, (fewer, more)
    assert found[frozenset(["own_record"])] < found[frozenset()] - 0.1


@pytest.mark.parametrize("name", ["rongcheng", "suining-2010"])
def test_in_built_in_scenarios_with_published_rules_no_right_to_know_raises_what_is_hidden(name):
    case = run_case(Scenario.load(name), people=2048, periods=6, seed=1)
    assert case.disclosure.rules
    compared = 0
    for step in rungs(case.scenario, ["own_record", "rules", "reasons"]):
        other = granted(case, step.dials)
        if step.dials and other.history is case.history:
            compared += 1
            assert changed("hidden", case, other, k=0).value <= 1e-12
    assert compared >= 2


def test_where_rules_are_unknown_publishing_them_does_not_raise_what_is_hidden_beyond_chance(town):
    case = run_case(town("notified", rate=0.05), people=12_288, periods=6, seed=3)
    step = rungs(case.scenario, ["rules"])[0]
    other = granted(case, step.dials)
    for k in (0, 10):
        row = changed("hidden", case, other, k=k)
        assert row.low <= 0
        assert math.isfinite(row.low)


def test_the_ladder_is_the_same_in_the_terminal_on_the_page_and_from_python(town, quick):
    scenario = town(**APPEAL)
    plan = planned(scenario, people=1024, periods=14, measures="contest_cleared", grant="contest,notice,reasons")
    made = run_audit(plan)
    manifest = manifest_of(made)
    assert "--grant reasons,notice,contest" in command_of(plan)
    table = ladder(made.findings)
    name = table.index[0][0]
    assert [right for _, right in table.index] == ["none", "reasons", "notice", "contest", "all"]
    assert table.loc[(name, "notice"), ["contest_cleared", "error_lifetime"]].tolist() == [1, 1]
    moved = ladder(made.findings, change=True)
    assert moved.loc[(name, "notice"), "contest_cleared"] == 1
    assert (moved.loc[(name, "none")] == 0).all()

    rows = Findings(made.findings, manifest)
    assert not [row for row in rows.anchors if "appeal" in row.scenario]
    shown = ladders(rows, manifest)[0]
    assert [rung.name for rung in shown.rungs] == ["none", "reasons", "notice", "contest", "all"]
    cells = [rung.cells[0].value for rung in shown.rungs]
    # Whoever is told a reason can come to know of the entry: the share that the clause on appeals says.
    assert cells == ["0", cells[1], "100", "0", "100"]
    assert 5 < float(cells[1]) < 30
    lines = list(ladder_lines(rows, manifest))
    assert all(len(line) <= 80 for line in lines)
    assert next(line for line in lines if line.startswith("notice")).split()[1] == "100"
    page = render(made.findings, manifest)
    assert 'id="rights"' in page
    assert 'data-label="wrongs set right">100<br>' in page
    with pytest.raises(InputError, match="grant='each'"):
        ladder(pd.DataFrame(made.findings.to_dict("records")))


def test_the_ladder_of_several_seeds_is_pooled(town, quick):
    made = audit(town(**APPEAL), people=1024, periods=14, seeds=(0, 1), measures="contest_cleared", grant="notice")
    found = made[(made["measure"] == "contest_cleared") & (made["split"] == "all") & (made["seed"] == -1)]
    assert sorted(found["value"]) == [0, 1, 1]  # none, notice, and the difference
    assert ladder(made)["contest_cleared"].tolist() == [0, 1]


def test_a_right_that_does_not_exist_is_refused_in_one_sentence(capsys):
    assert main(["audit", "rongcheng", "--grant", "own_recrod"]) == 2
    said = capsys.readouterr().err
    assert "own_recrod" in said
    assert "own_record" in said
