"""A measure of somebody else is named by its object, on the command line and in Python, and keeps its contract."""

import sys
from dataclasses import replace

import pandas as pd
import pytest

from testbed import ContractError, InputError, audit, audit_table
from testbed.commands.cli import main
from testbed.findings import by_name, by_reference, patterns
from testbed.measure import measures
from testbed.runs import planned, work
from testbed.runs.plan import tasks_of

MEASURE = '''
from testbed import PerPerson, measure

@measure("{name}", harm="disparate impact", unit="share", better="lower", reference="a test", caveats="none",
         default=False, needs={needs})
def {function}(case):
    """Share of people in scope who are on any list in the last month."""
    return PerPerson({numerator}, case.scored)

number = 3
'''
LISTED = "(case.history.lists(case.periods - 1) > 0) & case.scored"
SMALL = ["--people", "1024", "--periods", "3"]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module with a measure; what it registers is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    before, made = set(measures.names()), []

    def written(
        name="own_listed_share",
        function="listed",
        numerator=LISTED,
        file="own_measures_of_a_test",
        needs='("history",)',
    ):
        (tmp_path / f"{file}.py").write_text(
            MEASURE.format(name=name, function=function, numerator=numerator, needs=needs)
        )
        made.append(file)
        return f"{file}:{function}"

    yield written
    for file in made:
        sys.modules.pop(file, None)
    for name in set(measures.names()) - before:
        measures._things.pop(name)


def test_a_reference_stands_beside_patterns_and_gives_rows_under_its_own_name(module):
    wanted, references = by_name(patterns(f"adverse_*,{module()}[k=3], flip_rate"))
    assert wanted == ("adverse_*", "own_listed_share[k=3]", "flip_rate")
    assert by_reference(wanted, references)[1] == f"{references['own_listed_share']}[k=3]"


def test_the_command_measures_it_and_the_folder_knows_where_it_came_from(module, tmp_path):
    out = tmp_path / "out"
    asked = f"adverse_rate,{module()}"
    assert main(["audit", "rongcheng", *SMALL, "--measures", asked, "--out", str(out)]) == 0
    from testbed.runs import read_run

    findings, manifest = read_run(out)
    mine = findings[(findings["measure"] == "own_listed_share") & (findings["model"] == "rongcheng")]
    assert {"all", "community", "sex"} <= set(mine["split"])
    assert mine[mine["split"] == "all"]["value"].item() > 0
    assert f"--measures {asked}" in manifest["command"]
    assert manifest["digests"]["measure own_listed_share"]
    assert main(["report", str(out)]) == 0


def test_a_task_brings_it_to_a_process_that_has_not_imported_it(module):
    task = tasks_of(planned("rongcheng", people=1024, periods=3, measures=module()))[0]
    measures._things.pop("own_listed_share")
    sys.modules.pop("own_measures_of_a_test")
    rows = work(replace(task, bare=True)).rows["own_listed_share"]
    assert {row["split"] for row in rows} >= {"all", "community"}


def test_a_measure_that_breaks_its_contract_ends_the_command_with_status_1_and_nothing_written(
    module, tmp_path, capsys
):
    reference = module(name="own_wrong_shape", numerator="case.people.index.to_numpy() + 1.0")
    assert main(["audit", "rongcheng", *SMALL, "--measures", reference, "--out", str(tmp_path / "out")]) == 1
    assert "the contract is broken: measure own_wrong_shape: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    with pytest.raises(ContractError, match="own_wrong_shape"):
        audit("rongcheng", people=1024, periods=3, measures=reference)


@pytest.mark.parametrize(
    ("reference", "said"),
    [("no_such_module_here:listed", "there is no module"), ("{file}:lised", "did you mean 'listed'"),
     ("{file}:number", "is a int; decorate the function with @measure"), ("not-a-name:x", "is needed")],
)  # fmt: skip
def test_what_is_no_measure_is_refused_in_one_sentence(module, capsys, reference, said):
    file = module().partition(":")[0]
    assert main(["audit", "rongcheng", *SMALL, "--measures", reference.format(file=file)]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.splitlines()) == 1


def test_a_name_of_this_project_is_not_taken_over(module):
    with pytest.raises(InputError, match="registered twice"):
        by_name([module(name="adverse_rate", file="own_measures_of_a_taken_name")])


def test_a_table_takes_it_if_it_reads_a_table_alone(module):
    table = pd.DataFrame({"g": list("aabb"), "p": [1, 0, 1, 1]})
    numerator = "case.prediction.astype(float)"
    reference = module(name="own_share", numerator=numerator, needs='("table",)')
    found = audit_table(table, groups="g", prediction="p", measures=f"{reference},selection_rate")
    assert {"own_share", "selection_rate"} <= set(found["measure"])
    assert found[(found["measure"] == "own_share") & (found["split"] == "all")]["value"].item() == 0.75
    with pytest.raises(InputError, match="on a table needs="):
        audit_table(
            table, groups="g", prediction="p", measures=module(name="own_other", file="own_measures_of_a_world")
        )
