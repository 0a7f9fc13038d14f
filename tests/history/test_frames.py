"""The tidy tables of a history say the same as its arrays, and nothing that is truth goes by another name."""

import numpy as np
import pandas as pd
import pytest

from testbed import Inject, InputError, Scenario
from testbed.scenarios import FOLDER

PERIODS = 8
CATEGORY = "category"
DTYPES = {
    "entries": {
        "person": "int64", "kind": CATEGORY, "channel": CATEGORY, "period": "int16", "start": "int16", "end": "int16",
        "end_cause": CATEGORY, "truth_origin": CATEGORY, "truth_wrong": "bool", "truth_author": "int64",
        "truth_act": "int16", "truth_parent": "int64",
    },
    "decisions": {
        "person": "int64", "period": "int16", "score": "float64", "decision": "int8", "truth_deserved": "int8",
    },
    "lists": {"person": "int64", "period": "int16", "list": CATEGORY},
    "sanctions": {"person": "int64", "period": "int16", "sanction": CATEGORY},
    "acts": {"person": "int64", "period": "int16", "kind": CATEGORY, "act": "int16"},
}  # fmt: skip


@pytest.fixture(scope="module")
def case():
    return Scenario.load("rongcheng").run(people=2048, periods=PERIODS)


@pytest.mark.parametrize("name", DTYPES)
def test_a_table_has_the_columns_and_dtypes_that_its_docstring_states(case, name):
    frame = getattr(case.history, name)()
    assert len(frame)
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == DTYPES[name]
    said = getattr(type(case.history), name).__doc__
    assert all(f"`{column}`" in said for column in frame.columns)


def test_entries_in_force_are_what_the_model_is_told(case):
    entries = case.history.entries()
    for t in (0, PERIODS - 1):
        stand = entries[(entries["start"] <= t) & (t < entries["end"])]
        many = pd.crosstab(stand["person"], stand["kind"], dropna=False).reindex(case.people.index, fill_value=0)
        np.testing.assert_array_equal(many[list(case.history.kinds)], case.history.counts(t))
    shadow = case.history.entries(shadow=True)
    stand = shadow[(shadow["start"] <= t) & (t < shadow["end"])]
    assert len(stand) == case.history.shadow_counts(t).sum()


def test_an_end_that_has_not_come_has_no_cause(case):
    entries = case.history.entries()
    np.testing.assert_array_equal(entries["end_cause"].isna(), entries["end"] >= PERIODS)
    assert (entries["start"] < PERIODS).all()


def test_a_faithful_entry_is_about_an_act_of_its_own_person(case):
    entries = case.history.entries()
    made = entries[(entries["truth_origin"] == "faithful") & (entries["truth_act"] < 512)]
    acts = case.history.acts().assign(found=True)
    both = made.merge(
        acts, how="left", left_on=["truth_author", "period", "kind", "truth_act"],
        right_on=["person", "period", "kind", "act"],
    )  # fmt: skip
    assert both["found"].all()
    assert (made["truth_author"] == made["person"]).all()
    strayed = entries[entries["truth_origin"] == "false_match"]
    assert len(strayed)
    assert strayed["truth_wrong"].all()
    assert (strayed["truth_author"] != strayed["person"]).any()


def test_decisions_are_the_arrays_month_by_month_of_people_in_scope(case):
    decisions = case.history.decisions()
    for t in (0, PERIODS - 1):
        month = decisions[decisions["period"] == t].set_index("person")
        assert month.index.tolist() == case.people.index[case.scored].tolist()
        np.testing.assert_array_equal(month["score"], case.history.score(t)[case.scored])
        np.testing.assert_array_equal(month["decision"], case.history.decision(t)[case.scored])
        np.testing.assert_array_equal(month["truth_deserved"], case.history.deserved(t)[case.scored])


@pytest.mark.parametrize(("table", "column"), [("lists", "list"), ("sanctions", "sanction")])
def test_a_row_stands_for_each_month_on_a_list_or_under_a_sanction(case, table, column):
    frame = getattr(case.history, table)()
    names = case.history.list_names if table == "lists" else case.history.sanction_names
    flag = case.history.listed if table == "lists" else case.history.sanctioned
    assert not frame.duplicated().any()
    for name in names:
        for t in (0, PERIODS - 1):
            mine = frame[(frame[column] == name) & (frame["period"] == t)]
            assert mine["person"].tolist() == np.flatnonzero(flag(name, t)).tolist()
    assert len(frame) == sum(flag(name, t).sum() for name in names for t in range(PERIODS))


def test_a_twin_has_the_same_tables_with_its_wrong_entries(case):
    twin = case.twin(Inject(period=2, per_1000=20))
    more = twin.history.entries()
    wrong = more[more["truth_origin"] == "injected"]
    assert sorted(wrong["person"]) == sorted(twin.roots)
    assert (wrong["channel"] == "injected").all()
    assert len(twin.history.decisions()) == len(case.history.decisions())


def test_a_run_takes_every_form_of_a_model_that_an_audit_takes():
    scenario = Scenario.load("rongcheng")
    small = {"people": 1024, "periods": 2}
    by_name = scenario.run("rongcheng", **small)
    assert by_name.model_name == "rongcheng"
    assert scenario.run(**small).history.decisions().equals(by_name.history.decisions())
    assert scenario.run(lambda records: -records["utility_late"], **small).history.periods == 2
    assert scenario.run("lottery", **small, seed=3).seed == 3


def test_a_run_has_the_dials_of_its_scenario():
    scenario = Scenario.load("rongcheng").set({"channels.errors": "off"})
    case = scenario.run("rongcheng", people=1024, periods=3)
    assert not case.history.entries()["truth_wrong"].any()
    assert case.scenario.name == "rongcheng{channels.errors=off}"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"people": 0}, "people: found 0"), ({"people": 2.5}, "people: found 2.5"), ({"periods": 0}, "periods: found 0"),
     ({"seed": -1}, "seed: found -1"), ({"people": True}, "people: found True"), ({"model": "logistik"}, "logistic")],
)  # fmt: skip
def test_a_run_refuses_what_is_wrong_in_one_sentence(given, said):
    with pytest.raises(InputError, match=said):
        Scenario.load(FOLDER / "rongcheng.toml").run(**given)
