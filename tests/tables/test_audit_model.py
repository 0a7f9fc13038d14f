"""`audit_model`: the decision it audits, opacity and recourse by planted truths, refits, and what it refuses."""

from __future__ import annotations

import json
import runpy
import shlex
from itertools import combinations
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from synthetic import draws
from testbed import InputError, Scores, audit_model, audit_table
from testbed.commands.cli import main
from testbed.findings import read
from testbed.models import ModelError, load_model
from testbed.report.rerun import command_for
from testbed.tables.modeled import refits
from testbed.tables.modeled.mistakes import load_errors

N = 2000
AT = np.arange(N)


def coins(name: str, k: int = 0) -> np.ndarray:
    return draws.uniform(draws.sparse(7, name, draws.pack(AT, k=k)))


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """People with two numbers, a category and an outcome that follows from one number, but for a tenth."""
    x = np.round(coins("x") * 10, 1)
    late = np.where(coins("y") < 0.1, x <= 5, x > 5)
    return pd.DataFrame({
        "x": x, "id": AT, "sex": np.where(coins("sex") < 0.4, "female", "male"),
        "paid": np.where(late, "yes", "no"), "town": np.where(coins("town") < 0.5, "north", "south"),
    })  # fmt: skip


@pytest.fixture(scope="module")
def fitted(people):
    """A pipeline that was fitted on these people."""
    columns = make_column_transformer((OneHotEncoder(), ["sex"]), remainder="passthrough")
    return make_pipeline(columns, LogisticRegression()).fit(people[["x", "sex"]], people["paid"])


def value(findings: pd.DataFrame, measure: str, group: str = "all") -> float:
    rows = findings[(findings["measure"] == measure) & (findings["group"] == group)]
    assert len(rows) == 1, (measure, group, findings["measure"].unique())
    return float(rows["value"].iloc[0])


def ask(model, people, **more):
    return audit_model(model, people, **{"features": ["x"], "groups": "sex", **more})


def test_the_decisions_are_audited_as_a_table_of_them_would_be(people, fitted):
    features, people = ["x", "sex"], people[:400]
    findings = audit_model(fitted, people, features=features, groups=["sex", "town"], outcome="paid")
    table = people.assign(decision=fitted.predict(people[features]), score=fitted.predict_proba(people[features])[:, 1])
    expected = audit_table(
        table, groups=["sex", "town"], outcome="paid", prediction="decision", score="score", positive="yes",
        features=features,
    )  # fmt: skip
    curves = [found.attrs["curves"].splitlines() for found in (findings, expected)]
    assert len(curves[0]) == len(curves[1]) > 50
    key = ["measure", "split", "group", "versus"]
    both = expected.merge(findings, on=key, suffixes=("", "_model"))
    both = both[~both["measure"].str.contains("_holm|_bh")]
    assert len(both) > 200
    np.testing.assert_allclose(both["value"], both["value_model"], rtol=1e-6)
    np.testing.assert_allclose(both["low"], both["low_model"], rtol=1e-6)
    assert set(findings["harm"]) == {"disparate impact", "opacity", "error propagation"}
    for harm in set(findings["harm"]):
        assert np.isfinite(findings[findings["harm"] == harm]["value"]).sum() > 5


def test_changing_the_column_of_the_group_alone_turns_exactly_whom_the_model_sorts_by_it(people):
    found = ask(lambda seen: ((seen["sex"] == "male") & (seen["x"] > 5)) * 1.0, people, features=["x", "sex"],
                measures="flip_sensitivity")  # fmt: skip
    assert value(found, "flip_sensitivity[column=sex]") == (people["x"] > 5).mean()
    blind = ask(lambda seen: (seen["x"] > 5) * 1.0, people, measures="flip_sensitivity")
    assert blind["why"].tolist() == ["no group column is among the features"]


@pytest.mark.parametrize("name", ["counterfactual_effect", "counterfactual*", "path_effect"])
def test_a_counterfactual_is_refused_in_a_sentence(people, name):
    with pytest.raises(InputError, match=r"needs to know what depends on the group.*flip_sensitivity"):
        ask(lambda seen: seen["x"] > 5, people, measures=name)


def test_a_lookup_by_id_is_hidden_and_a_rule_of_one_number_is_not(people):
    secret = draws.uniform(draws.sparse(3, "secret", draws.pack(AT))) < 0.5
    lookup = ask(lambda seen: secret[seen["id"].to_numpy()] * 1.0, people, features=["id"], measures="hidden")
    for k in (0, 10, 100, 1000):
        assert value(lookup, f"hidden[k={k}]") == pytest.approx(1, abs=0.05)
    plain = ask(lambda seen: (seen["x"] > 5) * 1.0, people, measures=["hidden", "randomness"])
    assert value(plain, "hidden[k=1000]") < 0.05
    assert value(plain, "randomness") == 0


def test_published_rules_are_foreseen_without_any_case(people):
    found = ask(lambda seen: (seen["x"] > 5) * 1.0, people, disclosure="open", measures="hidden[k=0]")
    assert value(found, "hidden[k=0]") == 0
    closed = ask(lambda seen: (seen["x"] > 5) * 1.0, people, disclosure="closed", measures="unpredictability")
    assert value(closed, "unpredictability[k=1000]") == 1  # nobody is told a decision


def test_a_lottery_is_random_and_not_hidden(people):
    class Lottery:
        needs = ("draws",)

        def score(self, records, draws):
            return Scores(draws, np.where(draws < 0.5, -1, 0).astype(np.int8))

    found = ask(Lottery(), people, measures=["hidden[k=100]", "randomness"])
    assert value(found, "randomness") == pytest.approx(1, abs=0.05)
    assert value(found, "hidden[k=100]") == pytest.approx(0, abs=0.05)


def test_a_threshold_decides_and_which_side_is_good_is_the_model_s_to_say(people):
    class Debt:
        higher_is = "worse"

        def score(self, records):
            return records["x"].to_numpy(float)

    worse = ask(Debt(), people, threshold=7, measures="adverse_rate")
    assert value(worse, "adverse_rate") == (people["x"] >= 7).mean()
    gains = ask(Debt(), people, threshold=7, measures="error_gain")
    assert value(gains, "error_gain[source=off_by_unit of x]") == pytest.approx(-1)  # more debt is a worse score
    better = ask(lambda seen: seen["x"], people, threshold=7, measures="adverse_rate")
    assert value(better, "adverse_rate") == (people["x"] <= 7).mean()


def test_labels_with_errors_change_a_model_that_learns_and_not_one_that_does_not(people, tmp_path):
    def effect(model, rate):
        path = tmp_path / "labels.toml"
        path.write_text(
            f'[errors.y]\nkind = "wrong_category"\ncolumns = "outcome"\nrate = {{ value = {rate}, '
            'source = "assumed", reading = "assumed", range = [0, 1] }\n'
        )
        found = ask(model, people, outcome="paid", positive="yes", errors=path, measures="label_error_effect")
        return value(found, "label_error_effect"), value(found, "label_error_effect_net")

    assert effect(LogisticRegression(), 0.0) == (0, 0)
    assert effect(LogisticRegression(), 1.0)[0] == 1  # every label is wrong: everybody is decided the other way
    assert effect(DummyClassifier(strategy="constant", constant=1), 0.3) == (0, 0)
    other = ask(
        lambda seen: (seen["x"] > 5) * 1.0, people, outcome="paid", positive="yes", measures="label_error_effect"
    )
    assert other["why"].tolist() == ["model <lambda> cannot be fitted again"]


def test_a_model_that_ignores_its_data_has_no_jitter_and_no_ambiguity(people):
    asked = {"outcome": "paid", "positive": "yes", "measures": ["jitter", "ambiguity", "discrepancy"]}
    fixed = ask(DummyClassifier(strategy="constant", constant=1), people[:400], **asked)
    assert value(fixed, "jitter") == 0
    assert value(fixed, "ambiguity") == 0
    assert value(fixed, "ambiguity_tried") == value(fixed, "ambiguity_models") == 100
    assert value(fixed, "discrepancy") == 0
    assert not set(ask(LogisticRegression(), people[:200], outcome="paid", positive="yes")["measure"]) & {
        "jitter",
        "ambiguity",
        "discrepancy",
    }


class Noise(ClassifierMixin, BaseEstimator):
    """Decides by a hash of the person and of the rows that it was fitted on."""

    def fit(self, x, y):
        self.classes_, self.seed_ = np.array([0, 1]), int(np.asarray(x, float).sum())
        return self

    def predict(self, x):
        return (draws.uniform(draws.sparse(self.seed_, "noise", np.asarray(x["id"], np.uint64))) < 0.2).astype(int)


def test_a_model_that_decides_by_the_noise_of_its_sample_jitters_by_two_p_times_the_rest(people):
    found = ask(Noise(), people, features=["id"], outcome="paid", positive="yes", measures="jitter")
    assert value(found, "jitter") == pytest.approx(2 * 0.2 * 0.8, abs=0.02)


class Fifth(Noise):
    """Decides a fifth of the people adversely: which, by the rows that it was fitted on."""

    fits: ClassVar[list[int]] = []

    def fit(self, x, y):
        super().fit(x, y).fits.append(self.seed_ % 5)
        return self

    def predict(self, x):
        return (np.asarray(x["id"]) % 5 != self.seed_ % 5).astype(int)


def test_a_pool_of_models_of_five_kinds_has_their_ambiguity_discrepancy_and_jitter(people, monkeypatch):
    """Two models of different kinds disagree about two fifths of the people."""
    monkeypatch.setattr(refits, "MARGIN", 1.0)  # all of them serve as well
    asked = ["ambiguity[models=40]", "discrepancy[models=40]", "jitter[fits=12]"]
    found = ask(Fifth(), people[:1000], features=["id"], outcome="paid", positive="yes", measures=asked)
    first, *others = Fifth.fits[1:]  # the model itself is fitted before
    assert len(others) == value(found, "ambiguity_models[models=40]") == value(found, "ambiguity_tried[models=40]")
    assert value(found, "ambiguity[models=40]") == pytest.approx(len({first, *others}) / 5)
    assert value(found, "discrepancy[models=40]") == pytest.approx(2 / 5)
    apart = np.mean([one != other for one, other in combinations(Fifth.fits[1:13], 2)])
    assert value(found, "jitter[fits=12]") == pytest.approx(apart * 2 / 5)
    assert "jitter" not in set(found["measure"])  # the twenty fits that nobody asked for are not made
    with pytest.raises(InputError, match="fits is 1; 2 or more"):
        ask(Fifth(), people[:50], features=["id"], outcome="paid", positive="yes", measures="jitter[fits=1]")


def test_a_model_whose_second_class_is_the_bad_one_is_fitted_again_the_same_way(people):
    bad = (people["paid"] == "no").astype(int)
    model = LogisticRegression().fit(people[["x"]], bad)
    model.higher_is = "worse"
    found = ask(
        model, people, outcome="paid", positive="yes", measures=["adverse_rate", "accuracy", "label_error_effect"]
    )
    assert value(found, "adverse_rate") == model.predict(people[["x"]]).mean()
    assert value(found, "accuracy") == (model.predict(people[["x"]]) == bad).mean() > 0.8
    assert value(found, "label_error_effect") < 0.1  # fitted the other way round it would be near 1


def actions(folder: Path, text: str, budget: float = 10) -> Path:
    number = 'source = "assumed", reading = "assumed", range = [0, 100] }'
    path = folder / "actions.toml"
    path.write_text(
        f"budget = {{ value = {budget}, unit = 'effort', {number}\n" + text.replace("ONE", f"{{ value = 1, {number}")
    )
    return path


def test_recourse_is_what_the_cheapest_plan_costs(people, tmp_path):
    path = actions(tmp_path, '[actions.x]\ndirection = "up"\nstep = 1\nmost = 3\ncost = ONE\n')
    found = ask(lambda seen: (seen["x"] > 5) * 1.0, people, actions=path, measures="recourse_*")
    adverse = people[people["x"] <= 5]["x"]
    assert value(found, "recourse_rate") == pytest.approx((adverse + 3 > 5).mean(), abs=0.05)
    costs = np.floor(5 - adverse) + 1
    assert value(found, "recourse_cost_given_found") == pytest.approx(costs[costs <= 3].mean(), abs=0.1)
    assert value(found, "recourse_cost") == pytest.approx(np.where(costs <= 3, costs, 10).mean(), abs=0.3)
    assert any("tried: every plan of the file" in note for note in found.attrs["notes"])
    path = actions(tmp_path, '[actions.x]\ndirection = "up"\nmost = 3\ncost = ONE\n', budget=2)
    poor = ask(lambda seen: (seen["x"] > 5) * 1.0, people, actions=path, measures="recourse_rate")
    assert value(poor, "recourse_rate") == pytest.approx((adverse + 2 > 5).mean(), abs=0.05)


def test_nobody_has_recourse_against_what_cannot_change(people, tmp_path):
    path = actions(tmp_path, '[actions.sex]\nto = ["male"]\ncost = ONE\n')
    found = ask(
        lambda seen: (seen["x"] > 5) * 1.0, people, features=["x", "sex"], actions=path, measures="recourse_rate"
    )
    assert value(found, "recourse_rate") == 0


def test_too_many_plans_are_cut_to_a_lower_bound(people, tmp_path):
    frame = people.assign(**{f"z{k}": 0 for k in range(12)})
    text = "".join(f'[actions.z{k}]\ndirection = "either"\nmost = 5\ncost = ONE\n' for k in range(12))
    found = ask(
        lambda seen: (seen["z3"] >= 5) * 1.0, frame, features=[f"z{k}" for k in range(12)],
        actions=actions(tmp_path, text), measures="recourse_rate",
    )  # fmt: skip
    assert value(found, "recourse_rate") == 1
    assert any("lower bounds" in note for note in found.attrs["notes"])


def test_small_cells_are_blank_and_neither_their_size_nor_the_name_of_a_small_group_is_shown(people):
    few = people.assign(sex=np.where(AT < 7, "other", people["sex"]))[:300]
    asked = ["*_rate", "*_ratio", "demographic*", "error_*"]
    open_to_all = ask(lambda seen: (seen["x"] > 5) * 1.0, few, measures=asked)
    assert ((open_to_all["group"] == "other") & (open_to_all["n"] == 7)).any()
    found = ask(lambda seen: (seen["x"] > 5) * 1.0, few, minimum=10, measures=asked)
    assert not found.isin(["other"]).any(axis=None)
    about = found[(found["group"] == "under 10 people") | (found["versus"] == "under 10 people")]
    assert len(about) > 10
    assert about["value"].isna().all()
    assert set(about["why"]) == {"fewer than 10 people"}
    assert (found["n"] >= 10)[found["value"].notna()].all()
    assert not set(found["n"]) & set(range(1, 10))


def test_no_value_of_a_single_person_is_written(people, tmp_path):
    marked = people.assign(x=people["x"] + 0.000271828)[:300]
    ask(lambda seen: (seen["x"] > 5) * 1.0, marked, outcome="paid", positive="yes", out=tmp_path / "run")
    for file in (tmp_path / "run").iterdir():
        assert "271828" not in file.read_text()


def test_the_command_writes_the_three_families_and_the_same_numbers_as_python(people, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    people = people[:400]
    people.to_csv("people.csv", index=False)
    Path("mine_of_table.py").write_text(
        "import numpy as np\nfrom testbed import Scores\n"
        "def rule(records):\n    x = records['x'].to_numpy()\n"
        "    return Scores(x, np.where(x > 5, 0, -1).astype(np.int8))\n"
    )
    words = ["table", "people.csv", "--model", "mine_of_table:rule", "--features", "x,sex", "--groups", "sex",
             "--outcome", "paid", "--positive", "yes", "--minimum", "5", "--out", "run"]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr().out
    for family in ("Disparate impact:", "Opacity:", "Error propagation:", "Assumed:"):
        assert family in said
    manifest = json.loads(Path("run/manifest.json").read_text())
    assert manifest["scenario"] == "table"
    assert manifest["models"] == ["mine_of_table:rule"]
    assert {dial["reading"] for dial in manifest["assumed"]} == {"analog", "assumed"}
    page = Path("run/report.html").read_text()
    for word in (
        "What was assumed",
        "What does one wrong value change, and for whom?",
        "as in the US terrorist watch list",
    ):
        assert word in page
    one = command_for(manifest, "flip_rate")
    assert one.endswith("--minimum 5 --positive yes --measures flip_rate")
    assert main(shlex.split(one)[1:]) == 0
    assert "wrong values turn their person's decision adverse" in " ".join(capsys.readouterr().out.split())
    assert "testbed show most_fragile" in said
    assert main(words) == 0  # the same run is resumed
    mine = audit_model("mine_of_table:rule", people, features=["x", "sex"], groups="sex", outcome="paid",
                       positive="yes", minimum=5)  # fmt: skip
    pd.testing.assert_frame_equal(read(Path("run")), mine, check_dtype=False)
    assert main([*words[:-2], "--score", "x"]) == 2
    assert main(["table", "people.csv", "--groups", "sex", "--prediction", "x", "--then", "y"]) == 2
    Path("mine_of_table.py").write_text("def rule(records):\n    raise ValueError('no\\nthanks')\n")
    assert main([*words[:-2]]) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1] == (
        "testbed: model rule failed on 400 records (ValueError: no)."
    )


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tables_of_few_rows_are_audited_or_refused_in_a_sentence(n):
    few = pd.DataFrame({"x": np.arange(n), "sex": ["f", "m", "m"][:n]})
    if n == 0:
        with pytest.raises(InputError, match="the table has no rows"):
            ask(lambda seen: (seen["x"] > 0) * 1.0, few)
        return
    assert value(ask(lambda seen: (seen["x"] > 0) * 1.0, few), "adverse_rate") == 1 / n
    assert ask(lambda seen: (seen["x"] > 0) * 1.0, few, minimum=5)["value"].isna().all()


def test_a_model_that_learns_from_outcomes_that_are_all_alike_decides_everybody_so(people):
    alike = people[:200].assign(paid="yes", late="no")
    found = ask(LogisticRegression(), alike, outcome="paid", positive="yes", measures=["adverse_rate", "label_error*"])
    assert value(found, "adverse_rate") == 0
    assert value(found, "label_error_effect") == 0  # a fiftieth of wrong outcomes turns no decision
    assert any("was fitted on this table" in note for note in found.attrs["notes"])


def test_the_everyday_errors_that_have_a_figure_take_it_from_that_figure():
    rates = {one.name: one.rate for one in load_errors(None)}
    assert rates["stale"].value == 600 / 150_000
    assert rates["duplicated"].value == pytest.approx(6_000 / 720_000, rel=0.05)
    assert {name for name, rate in rates.items() if rate.reading == "analog"} == {"stale", "duplicated"}
    assert all(rate.range[0] <= rate.value <= rate.range[1] for rate in rates.values())


def test_the_files_of_the_example_fit_its_table(monkeypatch):
    folder = Path(__file__).parents[2] / "examples"
    monkeypatch.syspath_prepend(str(folder))
    example = runpy.run_path(str(folder / "german_model.py"))
    frame = example["loans"]()
    found = audit_model(
        example["fitted"](frame[:700]), frame[700:], features=example["FEATURES"], groups="age_group",
        outcome="outcome", positive="good", errors=folder / "german-errors.toml",
        actions=folder / "german-actions.toml", then=example["card"], measures=["flip_rate", "recourse_rate"],
    )  # fmt: skip
    for name in ("flip_rate", "flip_rate[system=second]", "recourse_rate"):
        assert 0 < value(found, name) < 1
    assert value(found, "flip_rate[source=slipped]") > value(found, "flip_rate[source=miscounted of dependents]")


def test_a_rule_book_is_asked_as_it_is_and_tells_its_reasons(people):
    book = load_model("rongcheng")
    records = pd.DataFrame({name: (AT * (k + 3)) % 11 == 0 for k, name in enumerate(book.reads)}).astype(int)[:300]
    records["sex"] = people["sex"][:300]
    found = audit_model(
        "rongcheng", records, features=list(book.reads), groups="sex", threshold=959, disclosure="rules-published",
        measures=["adverse_rate", "hidden[k=0]", "reason_coverage", "discretion_share", "flip_rate"],
    )  # fmt: skip
    assert value(found, "adverse_rate") == (book.score(records[list(book.reads)]).score <= 959).mean()
    assert value(found, "hidden[k=0]") == 0
    assert value(found, "reason_coverage[decision=adverse]") == 1
    assert value(found, "discretion_share") == len(book.discretion) / len(book.rules)
    with pytest.raises(InputError, match=r"reads 'bank_arrears'.* which features does not name"):
        audit_model("rongcheng", records, features=["utility_late"], groups="sex", threshold=959)


def raising(records):
    raise RuntimeError("not today")


@pytest.mark.parametrize(
    ("model", "error", "said"),
    [
        (raising, ModelError, "failed on 1000 records"),
        (lambda seen: [1.0], ModelError, "1"),
        (lambda seen: ["a"] * len(seen), ModelError, "model <lambda>"),
        (lambda seen: np.full(len(seen), np.nan), ModelError, "model <lambda>"),
        (lambda seen: seen["x"], InputError, "gives scores and no decisions"),
        (lambda seen: seen["age"], ModelError, "age"),
        (LogisticRegression(), InputError, "is not fitted; name the outcome"),
        (LinearRegression().fit([[1.0], [2.0]], [1, 2]), InputError, "gives scores and no decisions"),
        ("no_such_model", InputError, "unknown model"),
        (12, InputError, "int"),
    ],
)
def test_a_model_that_cannot_be_audited_is_told_in_a_sentence(people, model, error, said):
    with pytest.raises(error, match=said) as problem:
        ask(model, people, measures="adverse_rate")
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"features": []}, "at least one"),
        ({"features": "x"}, "a list of columns"),
        ({"features": ["x", "x"]}, "twice"),
        ({"features": ["y"]}, "unknown features column 'y'"),
        ({"groups": "y"}, "unknown groups column 'y'"),
        ({"outcome": "y"}, "unknown outcome column 'y'"),
        ({"outcome": "x"}, "also a feature"),
        ({"features": ["lists"]}, "features column 'lists' holds a list; texts and numbers are allowed"),
        ({"outcome": "paid"}, "say which is positive"),
        ({"minimum": -1}, "minimum is -1"),
        ({"threshold": float("nan")}, "threshold is nan"),
        ({"errors": "none.toml"}, "none.toml"),
        ({"actions": "none.toml"}, "none.toml"),
        ({"disclosure": "secret"}, "secret"),
        ({"measures": "flip_rat"}, "unknown measure 'flip_rat'"),
        ({"seed": -1}, "seed is -1"),
        ({"then": lambda seen: seen["score"], "features": ["x", "score"]}, "unknown|rename it"),
    ],
)
def test_an_argument_that_is_not_allowed_is_told_in_a_sentence(people, more, said):
    with pytest.raises(InputError, match=said):
        ask(lambda seen: (seen["x"] > 5) * 1.0, people[:50].assign(lists=[[1]] * 50), **more)


def test_missing_features_are_the_model_s_affair_and_missing_groups_are_not(people):
    holes = people.assign(x=people["x"].where(AT % 7 != 0))
    found = ask(
        lambda seen: (seen["x"].fillna(0) > 5) * 1.0, holes, measures=["adverse_rate", "flip_rate", "hidden[k=10]"]
    )
    assert np.isfinite(value(found, "adverse_rate"))
    assert np.isfinite(value(found, "flip_rate"))
    endless = people[:300].assign(x=np.where(AT[:300] == 9, np.inf, people["x"][:300]))
    found = ask(lambda seen: (seen["x"] > 5) * 1.0, endless, measures=["adverse_rate", "consistency", "hidden[k=10]"])
    assert np.isfinite(value(found, "hidden[k=10]"))
    with pytest.raises(InputError, match="missing value"):
        ask(lambda seen: (seen["x"] > 5) * 1.0, people.assign(sex=people["sex"].where(AT > 3)))
