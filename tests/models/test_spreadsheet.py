"""A table of scores as a model, and the records that it is made from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit
from testbed.case import Setting, run_case
from testbed.commands.cli import main
from testbed.models import ModelError, ask, load_model

pytestmark = pytest.mark.usefixtures("small_training")
SIZE = ["--people", "1024", "--periods", "4"]


def people(*ids):
    return pd.DataFrame(index=pd.Index(ids, name="person"))


@pytest.fixture
def table(tmp_path):
    """A function that writes a table of scores and gives its path."""

    def write(text):
        path = tmp_path / "scores.csv"
        path.write_text(text)
        return str(path)

    return write


def test_a_score_is_found_by_person_in_any_order_of_rows(table):
    model = load_model(table("late,person,score\n0,7,1.5\n3,2,-2\n1,9,4\n"))
    said = ask(model, people(2, 9))
    assert said.score.tolist() == [-2, 4]
    assert said.decision is None
    with pytest.raises(ModelError, match=r"no score for 2 of 3 people, the first is person 3; .*testbed records"):
        ask(model, people(3, 7, 10))


def test_a_table_may_decide_too(table):
    assert ask(load_model(table("person,score,decision\n1,5,0\n0,3,-1\n")), people(0, 1)).decision.tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("person,points\n1,2\n", r"it has no column 'score'; found \['person', 'points'\]\."),
        (f"person,{'x' * 1000}\n1,2\n", "it has no column 'score'; found .{0,170}$"),
        ("person,score\n", "it has no rows"),
        ("person,score\n1,2\n1,3\n", "person 1 has two rows"),
        ("person,score\n1,2\n2,many\n", "score in row 2 is 'many'; needed: a finite number"),
        ("person,score\n1,2\n2,\n", "score in row 2 is ''; needed: a finite number"),
        ("person,score\n1.5,2\n", "person in row 1 is '1.5'; needed: a whole number"),
        ("person,score,decision\n1,2,2\n", "decision in row 1 is '2'; needed: -1, 0 or 1"),
        ('person,score\n"1,2\n', "cannot be read as CSV"),
        ("person,score\n1,2\n1e30,2\n", "person in row 2 is '1e30'; needed: a whole number from 0 to"),
        ("person,score\n1,2,3\n4,5,6\n", "more cells than its header in data row 1"),
        ("person,score,score\n1,2,3\n", "names the column 'score' twice"),
    ],
)
def test_a_table_that_cannot_be_used_is_an_input_error_in_one_sentence(table, text, sentence):
    with pytest.raises(InputError, match=sentence) as said:
        load_model(table(text))
    assert "\n" not in str(said.value)


def test_what_is_exported_is_what_the_model_sees(tmp_path, capsys):
    file = tmp_path / "records.csv"
    assert main(["records", "rongcheng", *SIZE, "--seed", "3", "--out", str(file)]) == 0
    seen = run_case("rongcheng", people=1024, periods=4, seed=3).records
    found = pd.read_csv(file, index_col="person")
    assert found.index.tolist() == seen.index.tolist()
    assert (found.astype(str).to_numpy() == seen.astype(str).to_numpy()).all()
    assert found.columns.tolist() == seen.columns.tolist()
    assert main(["records", "rongcheng", *SIZE, "--seed", "3", "--period", "1", "--out", str(file), "--overwrite"]) == 0
    early = run_case("rongcheng", people=1024, periods=4, seed=3).records_at(1)
    assert (pd.read_csv(file, index_col="person").astype(str).to_numpy() == early.astype(str).to_numpy()).all()


def test_the_training_society_is_exported_with_the_outcomes_that_a_model_learns_from(tmp_path, capsys):
    file = tmp_path / "training.csv"
    assert main(["records", "rongcheng", "--training", "--out", str(file)]) == 0
    found = pd.read_csv(file, index_col="person")
    frame, outcomes = Setting(run_case("rongcheng", people=1024, periods=1).scenario).lessons()
    assert found["outcome"].tolist() == outcomes.tolist()
    assert set(outcomes.tolist()) == {0, 1}
    assert found.index.tolist() == frame.index.tolist()


def test_a_month_that_is_not_run_is_refused(tmp_path, capsys):
    assert main(["records", "rongcheng", *SIZE, "--period", "4", "--out", str(tmp_path / "r.csv")]) == 2
    assert "allowed are 0 to 3" in capsys.readouterr().err
    assert not (tmp_path / "r.csv").exists()


def test_a_table_is_audited_and_its_worst_scores_are_decided_adversely(tmp_path, monkeypatch, capsys):
    """Scores are ranks, so the worst 3 % are known by construction: the first 3 % of people in scope."""
    monkeypatch.chdir(tmp_path)
    assert main(["records", "rongcheng", *SIZE, "--out", "records.csv"]) == 0
    held = pd.read_csv("records.csv")
    held.assign(score=np.arange(len(held)))[["person", "score"]].to_csv("scores.csv", index=False)
    assert main(["audit", "rongcheng", *SIZE, "--model", "scores.csv", "--out", "out"]) == 0
    found = pd.read_csv("out/findings.csv").query("model == 'scores.csv' and split == 'all'").set_index("measure")
    worst = round(0.03 * len(held))
    assert found.loc["adverse_rate", "value"] == pytest.approx(0.03, abs=1 / len(held))
    case = run_case("rongcheng", load_model("scores.csv"), people=1024, periods=4)
    decision = case.history.decision(3)[case.scored]
    assert (decision[:worst] == -1).all()
    assert (decision[worst + 1 :] != -1).all()
    assert case.scheme.alone
    assert "bring the model itself" in found.loc["flip_rate", "why"]
    for name in ("error_burden", "operator_error_rate", "missed_adverse_rate"):
        assert "the decision on a record without errors is not known" in found.loc[name, "why"]
    assert "accuracy" not in found.index


def test_a_table_is_compared_with_a_model_where_both_can_be_measured(table):
    """Everybody has one score and decision, so nobody is decided adversely by construction."""
    path = table("person,score,decision\n" + "".join(f"{person},1,0\n" for person in range(1024)))
    wanted = ["adverse_rate", "flip_rate", "error_burden"]
    found = audit("rongcheng", ["rongcheng", path], people=1024, periods=3, measures=wanted, paired=True)
    pair = found[(found["model"] == f"rongcheng - {path}") & (found["split"] == "all")].set_index("measure")
    own = found[(found["model"] == "rongcheng") & (found["split"] == "all")].set_index("measure")
    assert pair.loc["adverse_rate", "value"] == own.loc["adverse_rate", "value"] > 0
    assert "bring the model itself" in pair.loc["flip_rate", "why"]
    assert "is not known" in pair.loc["error_burden", "why"]


def test_several_seeds_are_refused_for_a_table(table):
    with pytest.raises(InputError, match=r"scores of the people of one seed; found 2 seeds"):
        audit("rongcheng", table("person,score\n0,1\n"), people=1024, periods=1, seeds=(0, 1))
