"""A table of people as a society: the rows live in a world, and what a table cannot know is refused in a sentence."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shared import number, rows_of, without_dials

from synthetic import Population, Recipe
from synthetic.errors import InputError
from testbed import audit
from testbed.case import Case, Setting, run_case
from testbed.commands.cli import main
from testbed.measure import measures
from testbed.models import Scores, load_model
from testbed.report.rerun import case_command, granting_command_of
from testbed.scenarios import Scenario, splits_of
from testbed.statistics import expand
from testbed.tables import describe
from testbed.twins import Assign, Inject, Switch

ROWS = 3000
DECLARED = """
schema = 1
household = "home"
[columns.age]
kind = "integer"
range = [18, 90]
[columns.sex]
kind = "category"
levels = ["woman", "man"]
values = ["1", "2"]
column = "Sex, as coded"
[columns.shift]
kind = "category"
levels = ["day", "night"]
[columns.income]
kind = "float"
range = [0, 500]
[columns.member]
kind = "flag"
[columns.residence]
kind = "category"
levels = ["urban"]
value = "urban"
[columns.community]
kind = "category"
levels = ["majority"]
value = "majority"
"""


GERMAN = """
title = "Loans"
as_of = 2020-01-01
recipe = "loans.csv"
channels = ["watch"]
model = "points.toml"
regime = "expiry.toml"
disclosure = "open"
[who]
held = ["age", "a1"]
compared = ["status"]
[decide]
adverse = { cutoff = -0.5 }
"""
DATA = Path(__file__).parents[2] / "testbed" / "data"


def frame(rows=ROWS):
    """Rows of people who never were, in households of one to four."""
    draw = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "home": np.repeat(np.arange(rows), draw.integers(1, 5, rows))[:rows] + 9000,
            "age": draw.integers(18, 91, rows),
            "Sex, as coded": draw.integers(1, 3, rows),
            "shift": draw.choice(["day", "night"], rows),
            "income": draw.gamma(4, 10, rows).round(2),
            "member": draw.random(rows) < 0.3,
            "name": [f"Person {i}" for i in range(rows)],
        }
    )


@pytest.fixture
def table(tmp_path):
    """A function that writes a table of people and its declaration, and gives the path."""

    def write(people=None, declared=DECLARED, name="people.csv"):
        people, path = frame() if people is None else people, tmp_path / name
        people.to_csv(path, index=False) if name.endswith(".csv") else people.to_parquet(path, index=False)
        path.with_suffix(".toml").write_text(declared)
        return path

    return write


def misuse(column, level, rate, ratio):
    """Entries without cause, aimed at one level of a column."""
    numbers = {"rate": rate, "ratio": ratio, "logged": 0, "audited": 0, "reversal": 1, "answered": 0}
    said = f'[misuse]\nkind = "slip"\ncolumn = "{column}"\nlevel = "{level}"\n'
    return said + "".join(f"{key} = {number(value)}\n" for key, value in numbers.items())


@pytest.fixture
def town(plant, parts, table):
    """A function that loads a planted scenario on a table: by day a slip is made at `rate`, by night at twice that."""

    def load(
        *,
        rate=0.0,
        follows="",
        path=None,
        rules=None,
        heard="",
        held=("age", "income", "member"),
        compared=("sex", "shift"),
    ):
        path = table() if path is None else path
        made = plant(
            acts={"slip": parts.act(rate, depends=parts.times("sex", "male", 2))},
            rules=rules or {"slips": ('column = "slip"', -1)},
            follows=parts.regime(minor=48),
        )
        file = Path(made.base)
        (file.parent / "consequences.toml").write_text(parts.regime(minor=48) + "\n" + follows)
        (file.parent / "watch.toml").write_text(parts.channel(["slip"]) + "\n" + heard)
        kind = file.parent / "slip.toml"
        kind.write_text(kind.read_text().replace("depends.sex", "depends.shift").replace('"male"', '"night"'))
        text = without_dials(file.read_text()).replace('"china-2020"', f'"{path.name}"')
        text = text.replace("held = ['age']", f"held = {list(held)}")
        text = text.replace("compared = ['community']", f"compared = {list(compared)}")
        first = {"sex": "woman", "shift": "day"}
        reference = ", ".join(f'{column} = "{first[column]}"' for column in compared)
        text = text.replace('{ community = "majority", sex = "male" }', f"{{ {reference} }}")
        file.write_text(text)
        return Scenario.load(str(file))

    return load


# --- The people ---


@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_the_rows_are_the_people_in_their_households(table, name):
    """Every declared column comes back, by row; people of a label of `home` are one household, but for grid borders."""
    given, made = frame(), Population(table(name=name), ROWS, seed=8).people()
    assert (made["age"].to_numpy() == given["age"]).all()
    assert (made["sex"].astype(str) == np.where(given["Sex, as coded"] == 1, "woman", "man")).all()
    assert (made["shift"].astype(str).to_numpy() == given["shift"]).all()
    assert (made["income"].to_numpy() == given["income"]).all()
    assert (made["member"].to_numpy() == given["member"]).all()
    assert "name" not in made.columns
    together = pd.MultiIndex.from_arrays([given["home"], np.arange(ROWS) // 1024])
    first = pd.Series(np.arange(ROWS)).groupby(together).transform("min")
    assert (made["household"].to_numpy() == first).all()
    cut = given["home"][1023] == given["home"][1024], given["home"][2047] == given["home"][2048]
    said = [line for line in Recipe.load(table(name=name)).not_modelled if "across the border" in line]
    assert [line.split()[0] for line in said] == ([str(sum(cut))] if any(cut) else [])


def test_any_part_of_a_table_is_the_same_as_cut_out_of_the_whole(table):
    town = Population(table(), ROWS)
    whole, part, some = town.arrays(), town.arrays(1000, 2100), town.at(np.array([2999, 3]), ["income"])
    assert all((part[name] == whole[name][1000:2100]).all() for name in whole)
    assert some["income"].tolist() == whole["income"][[2999, 3]].tolist()


def test_a_recipe_of_rows_travels_by_its_path_and_is_refused_if_the_file_changed(table):
    path = table()
    sent = pickle.dumps(Recipe.load(path))
    assert len(sent) < 2000  # no row of it
    table(frame().assign(age=50))
    with pytest.raises(InputError, match="has changed"):
        pickle.loads(sent)
    table()
    assert pickle.loads(sent).rows.digest == Recipe.load(path).rows.digest


def test_the_digest_of_a_run_is_of_the_rows(town, table):
    from testbed.runs.manifest import scenario_digest

    before = scenario_digest(town())
    assert scenario_digest(town()) == before
    assert scenario_digest(town(path=table(frame().assign(income=3.0)))) != before


# --- The world ---


def test_conduct_reads_a_column_of_the_file(town):
    """By night a slip is twice as frequent as by day: after t months 1 - exp(-rate t) are adverse."""
    case = run_case(town(rate=0.05), periods=6)
    adverse = case.history.decision(5) == -1
    night = case.people["shift"].to_numpy() == "night"
    assert case.society.size == ROWS
    for which, rate in ((~night, 0.05 / 2**0.5), (night, 0.05 * 2**0.5)):
        wanted = 1 - np.exp(-rate * 6)
        assert adverse[which].mean() == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / which.sum()))


def test_an_error_aimed_by_a_column_burdens_its_level_by_as_much_as_was_planted(town, table):
    """Entries without cause at 0.02 a month, at twice that for men: each adverse month is wrong, nobody slips."""
    months = np.arange(1, 7)
    one, two = (1000 * (1 - np.exp(-rate * months)).mean() for rate in (0.02, 0.04))
    path = table(frame(12 * 1024))  # neighbors can be mistaken for each other, so intervals count grids
    case = run_case(town(follows=misuse("sex", "man", 20, 2), path=path), periods=6)
    gap = measures.get("error_burden").gap
    gaps = {(row["split"], row["group"]): row for row in measured(case, "error_burden") if row["measure"] == gap}
    aimed, idle = gaps["sex", "man"], gaps["shift", "night"]
    assert aimed["low"] <= two - one <= aimed["high"]
    assert aimed["low"] > 0
    assert idle["low"] <= 0 <= idle["high"]


def measured(case, name):
    """The rows of a measure over everybody and by group."""
    made = measures.get(name)
    splits, reference = splits_of(case.scenario), case.scenario.reference
    return list(expand(made, made(case), case, splits=splits, reference=reference))


def test_model_and_channel_read_columns_of_the_file(town):
    """Nobody slips, and to be under 40 costs a point; then everybody may slip, and the channel is about members."""
    young = {"young": ("when = { age = { below = 40 } }", -1)}
    case = run_case(town(rules=young), periods=1)
    assert ((case.history.decision(0) == -1) == (frame()["age"] < 40)).all()
    case = run_case(town(rate=0.1, heard='whose = "member"'), periods=4)
    adverse = case.history.decision(3) == -1
    assert adverse[frame()["member"]].any()
    assert not adverse[~frame()["member"]].any()


def test_a_switch_turns_all_errors_off(town):
    case = run_case(town(follows=misuse("sex", "man", 20, 2)), periods=6)
    assert (case.history.decision(5) == -1).any()
    assert not (case.twin(Switch("channels.errors", "off")).history.decision(5) == -1).any()


@pytest.mark.parametrize(
    ("harm", "measure"),
    [("disparate impact", "adverse_rate"), ("opacity", "unpredictability"), ("error propagation", "flip_rate")],
)
def test_the_rows_of_german_credit_have_values_in_every_family(german, harm, measure):
    """A draft that nobody edited, real rows, and the scenario of these tests: a finite value for everybody."""
    assert measures.get(measure).harm == harm
    found = [row for row in rows_of(german, measure).values() if row["split"] == "all"]
    assert found
    assert np.isfinite(found[0]["value"])


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    """The 1,000 loans of German Credit as a society; attributes 9 and 13 are `status` and `age`."""
    folder = tmp_path_factory.mktemp("german")
    names = [f"a{k}" for k in range(1, 22)]
    names[8], names[12] = "status", "age"
    rows = pd.read_csv(DATA / "german.data", sep=" ", names=names)
    rows.to_csv(folder / "loans.csv", index=False)
    (folder / "loans.toml").write_text(describe(folder / "loans.csv"))
    town = folder / "town.toml"
    town.write_text(GERMAN)
    (folder / "late.toml").write_text(
        f'title = "Late"\ndirection = "adverse"\nseverity = "minor"\nmost = 0.8\nrate = {number(0.05)}\n'
        f'[depends.a1]\nlevel = "A11"\nratio = {number(2)}\n'
    )
    (folder / "points.toml").write_text(
        f'title = "Points"\nas_of = 2020-01-01\n[base]\npoints = {number(0)}\n'
        f'[rules.late]\ncolumn = "late"\npoints = {number(-1, -10)}\n'
    )
    watch = {"coverage_urban": 1, "coverage_rural": 1, "miss": 0.1, "miss_ratio": 1, "false_match": 0.1}
    watch |= {"false_match_ratio": 1, "delay": 0, "duplicate": 0}
    lines = "\n".join(f"{key} = {number(value)}" for key, value in watch.items())
    (folder / "watch.toml").write_text(f'title = "Watch"\nkinds = ["late"]\n{lines}\n')
    kept = "\n".join(f"{key} = {number(6)}" for key in ("minor", "moderate", "serious"))
    (folder / "expiry.toml").write_text(f'title = "Expiry"\n[expiry]\n{kept}\n')
    return run_case(Scenario.load(str(town)), periods=8)


def test_twins_inject_into_the_rows_and_assign_along_declared_causes_alone(town, table):
    case = run_case(town(), periods=6)
    twin = case.twin(Inject("slip", 2, people=(7, 2999)))
    changed = np.flatnonzero(twin.history.decision(5) != case.history.decision(5))
    assert changed.tolist() == [7, 2999]
    with pytest.raises(InputError, match="does not declare what sex causes"):
        case.twin(Assign("sex", "man"))
    with pytest.raises(InputError, match="does not declare what sex causes"):
        case.society.population.do({"sex": "man"})
    undeclared = rows_of(case, "counterfactual_effect")["counterfactual_effect"]
    assert np.isnan(undeclared["value"])
    assert "does not declare what" in undeclared["why"]


def test_a_column_declared_to_cause_nothing_can_be_assigned(town, table):
    """Conduct reads the shift: everybody slips as often as those by night."""
    path = table(declared=DECLARED.replace('levels = ["day", "night"]', 'levels = ["day", "night"]\ncauses = []'))
    case = run_case(town(rate=0.05, path=path), periods=6)
    twin = case.twin(Assign("shift", "night"))
    wanted = 1 - np.exp(-6 * 0.05 * 2**0.5)
    assert (twin.history.decision(5) == -1).mean() == pytest.approx(wanted, abs=4 * np.sqrt(0.25 / ROWS))


SHIFTED = DECLARED.replace('column = "Sex, as coded"', 'column = "Sex, as coded"\ncauses = ["income"]').replace(
    "range = [0, 500]", f"range = [0, 500]\n[columns.income.shift.sex]\nman = {number(12, -50, 50)}"
)
"""Men have an income that is larger by 12, and sex causes nothing else."""


def test_a_declared_shift_moves_whoever_is_assigned_and_nobody_else(table):
    """Women gain 12, men are as the file has them; assigned back, all are; the number is a dial, and travels."""
    given, made = frame(), Population(table(declared=SHIFTED), ROWS, seed=8)
    income, woman = given["income"].to_numpy(), given["Sex, as coded"].to_numpy() == 1
    assert (made.people()["income"].to_numpy() == income).all()
    men = made.do({"sex": "man"}).people()["income"].to_numpy()
    np.testing.assert_allclose(men, np.where(woman, income + 12, income))
    np.testing.assert_allclose(
        made.do({"sex": "woman"}).people()["income"], np.where(woman, income, income - 12).clip(0)
    )
    assert any(line.startswith("But for declared shifts, nothing follows") for line in made.recipe.not_modelled)
    some = made.do({"sex": "man"}, people=[5]).people()["income"].to_numpy()
    assert (np.delete(some, 5) == np.delete(income, 5)).all()
    other = pickle.loads(pickle.dumps(made.recipe.set({"recipe.income.sex_man": 20})))
    assert other.dials["recipe.income.sex_man"].value == 20
    assert (
        Population(other, ROWS).do({"sex": "man"}).people()["income"].max()
        == np.where(woman, income + 20, income).max()
    )
    with pytest.raises(InputError, match="does not declare what income causes"):
        made.do({"income": 3.0})


def test_a_planted_shift_comes_back_as_the_counterfactual_effect(town, table):
    """To have under 40 is adverse. How many men more would have less as women is known by row."""

    class Means:
        row_wise = True

        def score(self, records):
            return Scores(records["income"].to_numpy(), np.where(records["income"] < 40, -1, 0).astype(np.int8))

    case = run_case(town(path=table(declared=SHIFTED), compared=("sex",)), Means(), periods=1)
    given = frame()
    income, man = given["income"].to_numpy(), given["Sex, as coded"].to_numpy() == 2
    assert ((case.history.decision(0) == -1) == (income < 40)).all()
    twin = case.twin(Assign("sex", "man"))
    assert ((twin.history.decision(0) == -1) == (income + 12 * ~man < 40)).all()
    found = {(row["measure"], row["group"]): row for row in measured(case, "counterfactual_effect")}
    as_woman = (income[man] - 12).clip(0) < 40
    effect = found["counterfactual_effect", "man"]
    assert effect["value"] == pytest.approx(np.mean((income[man] < 40).astype(float) - as_woman), abs=1e-9)
    assert effect["value"] < -0.1
    paths = {row["measure"]: row["value"] for row in measured(case, "path_effect") if row["group"] == "man"}
    assert paths["path_effect[path=circumstances]"] == pytest.approx(effect["value"])


def test_training_is_the_same_people_under_other_draws(town):
    case = run_case(town(rate=0.05), periods=2)
    other, history = case.setting.training
    assert all((other.columns[name] == values).all() for name, values in case.society.columns.items())
    assert not np.array_equal(history.ledger.subject[:50], case.history.ledger.subject[:50])


def test_how_a_model_depends_on_its_sample_is_not_told_where_there_is_no_other(town):
    case = Case.of(Setting(town(rate=0.05), people=1024, periods=2), load_model("logistic"), name="logistic")
    found = rows_of(case, "jitter", source="sample", fits=3)["jitter[fits=3,source=sample]"]
    assert np.isnan(found["value"])
    assert "no other people" in found["why"]


# --- Refused ---


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "flag"', 'kind = "flags"', "did you mean 'flag'"),
        ('kind = "flag"', 'kind = ["flag"]', r"kind: found \['flag'\], allowed: category, integer, float or flag"),
        ("range = [0, 500]", "range = [0, inf]", "a finite number is needed"),
        ("range = [18, 90]", "range = [18, 80]", "numbers from 18 to 80"),
        ("range = [18, 90]", "", "a number needs range"),
        ('levels = ["day", "night"]', 'levels = ["day"]', "found 'night'"),
        ('levels = ["day", "night"]', 'levels = ["day", "day"]', "'day' stands in the list twice"),
        ('levels = ["day", "night"]', 'levels = ["day", "night\\n"]', "printable"),
        (
            'levels = ["day", "night"]',
            'levels = ["day", "night"]\ncauses = ["income"]',
            r"'income' has no shift\.shift,",
        ),
        ('levels = ["day", "night"]', 'levels = ["day", "night"]\ncauses = ["wage"]', "unknown column in people.toml"),
        (
            'levels = ["day", "night"]',
            'levels = ["day", "night"]\ncauses = "income"',
            "causes: found 'income', allowed: a list of names",
        ),
        ("range = [0, 500]", "range = [0, 500]\n[columns.income.shift.sex]", "does not declare that it causes income"),
        ("range = [0, 500]", "range = [0, 500]\nshift = 3", "shift must be a table, found 3"),
        ("range = [0, 500]", "range = [0, 500]\n[columns.income.shift.age]", "age is of the kind 'integer'; a shift"),
        ("range = [0, 500]", "range = [0, 500]\n[columns.income.shift.race]", "unknown cause in people.toml"),
        ('kind = "flag"', 'kind = "flag"\n[columns.member.shift.sex]', "member is of the kind 'flag'; a shift"),
        ('values = ["1", "2"]', 'values = ["1"]', "2 different values"),
        ('column = "Sex, as coded"', 'column = "Sex"', "unknown column of people.csv 'Sex'"),
        ("[columns.income]", "[columns.grid]", "found the name 'grid'"),
        ("[columns.income]", '[columns."in come"]', "found the name 'in come'"),
        ('household = "home"', 'household = "Sex, as coded"', "sort the file"),
        ('household = "home"', 'homes = "home"', "unknown key"),
        ('value = "urban"', 'value = "rural"', "unknown level of residence 'rural'"),
        ('levels = ["urban"]', 'levels = ["town"]', "found the level 'town', allowed here: urban, rural"),
        ('kind = "integer"\nrange = [18, 90]', 'kind = "category"\nlevels = ["40"]', "allowed here: integer or float"),
    ],
)
def test_a_wrong_declaration_is_refused_in_one_sentence(table, old, new, said):
    assert old in DECLARED
    with pytest.raises(InputError, match=said):
        Recipe.load(table(frame(60), DECLARED.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("man = {", "men = {", "unknown level in people.toml, columns.income.shift.sex 'men'; did you mean 'man'"),
        ("value = 12", 'value = "12"', "found '12', allowed: a number"),
        ("value = 12", "value = 90", "found 90, allowed: -50 to 50"),
        ("value = 12", "value = 1.5", "found 1.5, a whole number is needed"),
    ],
)
def test_a_wrong_shift_is_refused_in_one_sentence(table, old, new, said):
    declared = SHIFTED.replace('kind = "float"', 'kind = "integer"')
    assert old in declared
    with pytest.raises(InputError, match=said):
        Recipe.load(table(frame(60), declared.replace(old, new)))


def test_a_table_without_declaration_or_with_an_empty_cell_is_refused(table):
    path = table(frame(9).assign(income=[1.0, None, *range(7)]))
    with pytest.raises(InputError, match="column 'income' has 1 missing value, the first in row 1;"):
        Recipe.load(path)
    path.with_suffix(".toml").unlink()
    with pytest.raises(InputError, match=r"testbed people --describe people.csv --out people\.toml"):
        Recipe.load(path)
    with pytest.raises(InputError, match=r"no file 'folk\.csv'"):
        Recipe.load("folk.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("age\n", "has no rows"),
        ("age,x\n30,1,2\n", "more cells than its header in data row 1"),
        ("age,x\n30,1\n40,1,2\n", "more cells than its header in data row 2"),
        ("age,x\n,1\n", "has 1 missing value"),
        ("age,age\n30,40\n", "names the column 'age' twice"),
        ("age\nabc\n", "row 0: found 'abc', allowed: whole numbers from 18 to 90"),
        ("age\n30.5\n", "row 0: found '30.5'"),
        ("age\ninf\n", "row 0: found 'inf'"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, text, said):
    (tmp_path / "people.toml").write_text('[columns.age]\nkind = "integer"\nrange = [18, 90]\n')
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        Recipe.load(tmp_path / "people.csv")
    assert "\n" not in str(caught.value)


def test_more_people_than_rows_and_ties_that_no_table_holds_are_refused(town, tmp_path, capsys):
    made = town()
    assert made.people == ROWS
    assert main(["audit", made.base, "--people", "3001"]) == 2
    assert "people.csv has 3,000 rows" in capsys.readouterr().err
    tied = '[lists.black]\nenter = "adverse"\nstay = ' + number(0) + "\n[sanctions.shun]\n"
    tied += 'by = "black"\nreach = "kin"\nsource = "assumed"\nreading = "assumed"\n'
    with pytest.raises(InputError, match="ties to kin are needed, and people"):
        town(follows=tied)
    with pytest.raises(InputError, match="acquaintances are needed"):
        town(held=("age", "listed_acquaintances"))


def test_a_column_that_conduct_reads_must_be_there(town, table):
    declared = DECLARED.replace("[columns.shift]", '[columns.turn]\ncolumn = "shift"')
    with pytest.raises(InputError, match="unknown column in conduct slip 'shift'"):
        town(path=table(frame(60), declared), compared=("sex",))


def test_an_audit_of_rows_is_the_same_in_any_engine_and_shows_nobody(town, table, tmp_path, capsys):
    made = town(rate=0.05, path=table(frame(2100), DECLARED.replace('"man"]', '"<b>man"]')), compared=("sex",))
    asked = ["audit", made.base, "--periods", "3", "--measures", "adverse_*"]
    for engine in (["serial"], ["processes", "--workers", "2"]):
        assert main([*asked, "--engine", *engine, "--out", str(tmp_path / engine[0])]) == 0
    one, two = ((tmp_path / name / "report.html").read_bytes() for name in ("serial", "processes"))
    assert one == two
    page = one.decode()
    assert "The people here are the rows of people.csv." in page
    assert "are synthetic" not in page
    assert "<b>man" not in page
    assert json.loads((tmp_path / "serial" / "manifest.json").read_text())["life"] is None


def test_one_person_of_a_table_is_shown_only_if_the_user_may(town, capsys):
    made = town(rate=0.05)
    assert main(["case", made.base, "--people", "500", "--periods", "3"]) == 2
    assert "--i-may-show-this-person" in capsys.readouterr().err
    shown = ["case", made.base, "--people", "500", "--periods", "3", "--i-may-show-this-person", "--person", "3"]
    assert main(shown) == 0
    told = capsys.readouterr().out
    assert "erson 3" in told
    assert "synthetic" not in told
    life = {"person": 3, "scenario": "town.toml", "rows": "people.csv"}
    assert case_command(life) == "testbed case town.toml --person 3 --i-may-show-this-person"
    assert granting_command_of(life) == "testbed audit town.toml --grant each"
    assert main(["people", str(made.recipe.path), "--people", "5", "--out", "x.csv"]) == 2
    assert "who are not made" in capsys.readouterr().err


def test_no_cell_of_few_people_is_shown_anywhere(town, table, tmp_path, capsys):
    """Seven people of 1,100 are of a third sex; two seeds hold the same seven, so fourteen are no cell of ten."""
    few = frame(1100)
    few.loc[500:506, "Sex, as coded"] = 3
    few.loc[77, "income"] = 123.271828
    declared = DECLARED.replace('["woman", "man"]', '["woman", "man", "kurmuk"]').replace('"2"]', '"2", "3"]')
    made = town(rate=0.05, path=table(few, declared))
    asked = ["audit", made.base, "--periods", "3", "--seeds", "2", "--measures", "adverse_*,flip_rate,detection_*"]
    assert main([*asked[:2], "--periods", "1", "--measures", "adverse_rate", "--out", str(tmp_path / "all")]) == 0
    assert "kurmuk" in (tmp_path / "all" / "findings.csv").read_text()
    capsys.readouterr()
    assert main([*asked, "--minimum", "10", "--out", str(tmp_path / "run")]) == 0
    texts = {path.name: path.read_text() for path in (tmp_path / "run").iterdir()}
    texts["said"] = "".join(capsys.readouterr())
    assert {"findings.csv", "findings.jsonl", "manifest.json", "report.html"} < set(texts)
    assert not [name for name, text in texts.items() if "kurmuk" in text]
    assert not [name for name, text in texts.items() if "271828" in text]
    assert "curves.csv" not in texts
    found = pd.read_csv(tmp_path / "run" / "findings.csv", keep_default_na=False, na_values={"value": [""]})
    of_people = found[found["unit"] != "seeds"]
    assert not set(of_people["n"]) & set(range(1, 10))
    hidden = of_people[of_people["group"] == "under 10 people"]
    assert hidden["value"].isna().all()
    assert set(hidden["why"]) == {"fewer than 10 people"}
    assert {-1, 0, 1} == set(hidden["seed"])
    whole = of_people[(of_people["measure"] == "adverse_rate") & (of_people["group"] == "woman")]
    assert whole["value"].notna().all()
    assert "--minimum 10" in json.loads(texts["manifest.json"])["command"]
    assert main([*asked[:2], "--minimum", "-1"]) == 2
    with pytest.raises(InputError, match=r"minimum is 2\.5; a whole number"):
        audit(made, minimum=2.5)


def test_what_a_model_says_of_somebody_as_it_fails_is_not_written(town, tmp_path, capsys):
    (tmp_path / "failing_on_rows.py").write_text(
        "def model(records):\n    raise ValueError(f\"cannot read {records['income'].iloc[3]!r}\")\n"
    )
    asked = ["audit", town().base, "--people", "300", "--periods", "1", "--measures", "adverse_rate"]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        assert main([*asked, "--model", "failing_on_rows:model", "--out", str(tmp_path / "run")]) == 1
    texts = [path.read_text() for path in (tmp_path / "run").iterdir()] + ["".join(capsys.readouterr())]
    assert not [text for text in texts if "cannot read" in text]
    assert [text for text in texts if "model failed on 3000 records (ValueError)" in text]


def test_the_rows_of_a_table_are_written_only_if_the_user_may(town, tmp_path, capsys):
    out = tmp_path / "records.csv"
    asked = ["records", town().base, "--people", "300", "--periods", "1", "--out", str(out)]
    for more in ([], ["--training"]):
        assert main([*asked, *more]) == 2
        assert "--i-may-show-this-person" in capsys.readouterr().err
        assert not list(tmp_path.glob("*records.csv*"))
    assert main([*asked, "--i-may-show-this-person"]) == 0
    assert (pd.read_csv(out)["income"].to_numpy() == frame()["income"][:300]).all()


# --- The draft ---


def test_a_draft_of_the_declaration_can_be_used_as_it_is(table, tmp_path, capsys):
    path = table()
    path.with_suffix(".toml").unlink()
    assert main(["people", "--describe", str(path), "--out", str(path.with_suffix(".toml"))]) == 0
    made = Population(path, ROWS).people()
    assert (made["income"].to_numpy() == frame()["income"]).all()
    assert made["sex_as_coded"].cat.categories.tolist() == ["1", "2"]
    assert set(made["residence"]) == {"urban"}
    assert "Person 1" not in path.with_suffix(".toml").read_text()  # many texts are left out


@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_hostile_names_and_texts_are_data_in_a_draft(table, name):
    hostile = {'x"]\n[columns.y': 1.5, '"]\\': "a", "café <b>": '"\n]', "café": 'é"\\', "grid": "g", "Age": 20}
    path = table(pd.DataFrame({key: [value, value] for key, value in hostile.items()}), name=name)
    path.with_suffix(".toml").write_text(describe(path))
    made = Recipe.load(path)
    own = [name for name in made.columns if name not in ("grid", "household", "residence", "community")]
    assert own == ["column", "caf", "file_grid", "age"]
    assert made.variables["caf"].levels == ('é"\\',)
