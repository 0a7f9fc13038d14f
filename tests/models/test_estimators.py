"""Estimators of scikit-learn as models: what they are asked, what they learn, and what is refused."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from synthetic.errors import InputError
from testbed import audit, encoded
from testbed.case import Setting
from testbed.checks import check_model
from testbed.commands.cli import main
from testbed.models import ModelError, Scorer, ask, fitted, load_model
from testbed.scenarios import Scenario

N = 400
LATE = np.arange(N) % 5
RECORDS = pd.DataFrame(
    {"late": LATE.astype(np.int32), "place": pd.Categorical(np.where(np.arange(N) % 3, "town", "farm"))},
    index=pd.Index(np.arange(N) + 2**33, name="person"),
)
GOOD = (LATE < 2).astype(np.int8)
"""Outcomes that are known by construction: good with fewer than two late bills."""


class Stub(ClassifierMixin, BaseEstimator):
    """A fitted classifier that says what it is told to; its own `score` must never be called."""

    def __init__(self, answers, classes=(0, 1)):
        self.answers, self.classes = answers, classes
        self.classes_ = np.array(classes)

    def fit(self, X, y):
        raise AssertionError("it is fitted already")

    def score(self, X, y=None):
        raise AssertionError("score(X, y) of scikit-learn is not ours")


def stub(*methods, answers, classes=(0, 1)):
    return type("Stub", (Stub,), {name: lambda self, X, name=name: self.answers[name] for name in methods})(
        answers, classes
    )


def pipeline():
    text = make_column_selector(dtype_exclude="number")
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), remainder=StandardScaler())
    return make_pipeline(columns, LogisticRegression())


ANSWERS = {
    "predict_proba": np.column_stack([[0.9, 0.4], [0.1, 0.6]]),
    "decision_function": np.array([-3.0, 2.0]),
    "predict": np.array(["bad", "good"]),
}


@pytest.mark.parametrize(
    ("methods", "score"),
    [
        (["predict_proba", "decision_function", "predict"], [0.1, 0.6]),
        (["decision_function", "predict"], [-3, 2]),
        (["predict"], [0, 1]),
    ],
)
def test_the_best_answer_that_an_estimator_has_is_its_score(methods, score):
    model = load_model(stub(*methods, answers=ANSWERS, classes=("bad", "good")))
    assert ask(model, RECORDS.iloc[:2]).score.tolist() == score
    assert not hasattr(model, "fit")


def test_an_unfitted_estimator_learns_the_recorded_outcomes_and_is_itself_left_alone():
    tree = encoded(DecisionTreeClassifier())
    made = fitted(load_model(tree), RECORDS, GOOD)
    assert ask(made, RECORDS).score.tolist() == GOOD.tolist()
    assert not hasattr(tree[-1], "tree_")


@pytest.mark.parametrize(
    "estimator",
    [
        encoded(LinearRegression()),
        encoded(RidgeClassifier()),
        encoded(LinearSVC()),
        encoded(GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)),
        encoded(RandomForestClassifier(10)),
        HistGradientBoostingClassifier(max_iter=5, categorical_features="from_dtype"),
        pipeline(),
    ],
    ids=lambda one: type(one[-1] if hasattr(one, "steps") else one).__name__,
)
def test_estimators_of_every_kind_tell_good_from_bad(estimator):
    made = pickle.loads(pickle.dumps(fitted(load_model(estimator), RECORDS, GOOD)))
    score = ask(made, RECORDS).score
    assert score[GOOD == 1].mean() > score[GOOD == 0].mean()


def test_a_pipeline_keeps_the_contract_of_a_model():
    check_model(pipeline(), processes=True)


def test_an_outlier_detector_scores_the_usual_above_the_rare():
    records = RECORDS[["late"]].assign(late=np.where(np.arange(N) == 7, 90, LATE % 2).astype(np.int32))
    score = ask(fitted(load_model(IsolationForest(n_estimators=20)), records, GOOD), records).score
    assert score.argmin() == 7


def test_a_fitted_estimator_is_given_the_columns_that_it_was_fitted_on_by_name():
    estimator = DecisionTreeClassifier().fit(RECORDS[["late"]], GOOD)
    turned = RECORDS[["place", "late"]]
    assert ask(load_model(estimator), turned).score.tolist() == GOOD.tolist()
    with pytest.raises(ModelError, match=r"was fitted on 'late', which the records do not hold; they hold place\."):
        ask(load_model(estimator), RECORDS[["place"]])


def test_a_fitted_estimator_is_asked_once_per_distinct_record_of_what_it_reads():
    estimator = DecisionTreeClassifier().fit(RECORDS[["late"]], GOOD)
    scorer = Scorer(load_model(estimator), {"late": None, "place": ("farm", "town")})
    arrays = {"late": RECORDS["late"].to_numpy(), "place": RECORDS["place"].cat.codes.to_numpy()}
    assert scorer.score(arrays, np.arange(N)).score.tolist() == GOOD.tolist()
    assert scorer.asked == 5


def test_an_estimator_fitted_without_names_gets_an_array_of_as_many_columns():
    estimator = DecisionTreeClassifier().fit(RECORDS[["late"]].to_numpy(), GOOD)
    assert ask(load_model(estimator), RECORDS[["late"]]).score.tolist() == GOOD.tolist()
    with pytest.raises(ModelError, match="1 columns without names, and the records have 2"):
        ask(load_model(estimator), RECORDS)


def test_an_estimator_says_itself_that_its_second_class_is_the_bad_one():
    estimator = DecisionTreeClassifier().fit(RECORDS[["late"]], 1 - GOOD)
    estimator.higher_is = "worse"
    assert load_model(estimator).higher_is == "worse"
    estimator.higher_is = "higher"
    with pytest.raises(InputError, match="allowed: better, worse"):
        load_model(estimator)


def test_an_estimator_that_chokes_on_text_is_told_of_the_wrapper():
    with pytest.raises(
        ModelError, match=r"takes no text, and the records hold text in place; testbed\.encoded"
    ) as said:
        fitted(load_model(LogisticRegression()), RECORDS, GOOD)
    assert "\n" not in str(said.value)
    assert ask(fitted(load_model(encoded(LogisticRegression())), RECORDS, GOOD), RECORDS).score.shape == (N,)


def test_a_level_that_is_new_after_fitting_is_zeros():
    model = encoded(LogisticRegression()).fit(RECORDS, np.where(RECORDS["place"] == "town", 1, 0))
    assert model[:-1].get_feature_names_out().tolist() == ["place_farm", "place_town", "late"]
    new = RECORDS.iloc[:1].assign(place=["<sea>"])
    assert model[:-1].transform(new).iloc[0].tolist() == [0, 0, 0]
    assert 0.2 < ask(load_model(model), new).score[0] < 0.8


def test_an_estimator_with_random_parts_is_the_same_each_time_it_is_fitted():
    one, other = (fitted(load_model(encoded(RandomForestClassifier(5))), RECORDS, LATE % 2) for _ in range(2))
    assert np.array_equal(ask(one, RECORDS).score, ask(other, RECORDS).score)


def test_outcomes_that_are_all_alike_are_everybodys_score():
    made = fitted(load_model(encoded(LogisticRegression())), RECORDS, np.ones(N, np.int8))
    assert set(ask(made, RECORDS).score) == {1.0}


def test_a_model_of_our_contract_may_follow_scikit_learn_too():
    class Ours(BaseEstimator):
        def fit(self, records, outcomes):
            return self

        def score(self, records):
            return -records["late"].to_numpy(float)

    model = Ours()
    assert load_model(model) is model


@pytest.mark.parametrize(
    ("estimator", "sentence"),
    [
        (StandardScaler(), "is a StandardScaler, which predicts nothing"),
        (KMeans(), "whose clusters are in no order"),
        (DecisionTreeClassifier().fit(RECORDS[["late"]], LATE), "tells 5 classes apart"),
    ],
)
def test_what_gives_no_score_is_refused_in_one_sentence(estimator, sentence):
    with pytest.raises(InputError, match=sentence) as said:
        load_model(estimator)
    assert "\n" not in str(said.value)


MINE = """
import numpy as np, pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from testbed import encoded

text = OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")
pipe = make_pipeline(make_column_transformer(text, remainder=StandardScaler()), LogisticRegression())
forest = encoded(RandomForestClassifier(10, min_samples_leaf=5))
wages = LogisticRegression().fit(pd.DataFrame({"wage": [1, 2]}), [0, 1])
numbers = LogisticRegression()
"""
FAMILIES = {"adverse_rate": "disparate impact", "unpredictability": "opacity", "flip_rate": "error propagation"}


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "mine_of_estimators.py").write_text(MINE)
    yield "mine_of_estimators"
    sys.modules.pop("mine_of_estimators", None)


@pytest.mark.usefixtures("small_training")
def test_the_command_audits_a_pipeline_and_a_forest_in_all_three_families(mine, tmp_path, capsys):
    wanted = [word for name in FAMILIES for word in ("--measures", name)]
    models = ["--model", f"{mine}:pipe", "--model", f"{mine}:forest"]
    size = ["--people", "1024", "--periods", "7", "--out", str(tmp_path / "out")]
    assert main(["audit", "rongcheng", *models, *size, *wanted]) == 0
    found = pd.read_csv(tmp_path / "out" / "findings.csv")
    for name in ("pipe", "forest"):
        rows = found[(found["model"] == f"{mine}:{name}") & (found["split"] == "all") & found["value"].notna()]
        assert set(FAMILIES.values()) <= set(rows["harm"])


@pytest.mark.usefixtures("small_training")
@pytest.mark.parametrize(
    ("name", "status", "said"),
    [("wages", 2, "reads 'wage', which the records do not hold"), ("numbers", 1, "testbed.encoded(estimator)")],
)
def test_the_command_says_in_a_sentence_what_an_estimator_lacks(mine, name, status, said, capsys):
    size = ["--people", "1024", "--periods", "2", "--measures", "adverse_rate"]
    assert main(["audit", "rongcheng", "--model", f"{mine}:{name}", *size]) == status
    told = capsys.readouterr()
    assert said in " ".join((told.out + told.err).split())


@pytest.mark.usefixtures("small_training")
def test_python_takes_the_estimator_itself():
    found = audit("rongcheng", pipeline(), people=1024, periods=2, measures="adverse_rate")
    row = found[(found["split"] == "all") & (found["measure"] == "adverse_rate")].iloc[0]
    assert row["model"] == "Pipeline"
    assert 0 < row["value"] < 0.2


@pytest.mark.usefixtures("small_training")
def test_a_model_of_risk_that_says_so_finds_what_the_model_of_its_opposite_finds():
    """A tree fitted on bad outcomes is the mirror of one fitted on good ones, and the same people are decided on."""
    records, outcomes = Setting(Scenario.load("rongcheng")).lessons()
    columns = ["utility_late", "age"]
    found = []
    for turned, said in ((outcomes, "better"), (1 - outcomes, "worse")):
        model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(records[columns], turned)
        model.higher_is = said
        found.append(audit("rongcheng", model, people=1024, periods=3, measures="adverse_rate"))
    assert found[0]["value"].equals(found[1]["value"])
    assert 0 < found[0]["value"].iloc[0] < 0.2
