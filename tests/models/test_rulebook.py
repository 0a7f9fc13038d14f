"""Rule books: the worked examples of their files, and what a file must and may say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.models.rulebook import rulebook_names
from testbed.models.rulebook_file import load_rulebook

TOY = """
schema = 1
title  = "A toy"
as_of  = 2020-01-01

[base]
points = { value = 100, unit = "points", source = "assumed", reading = "assumed", range = [0, 200] }

[rules.late]
column = "late"
points = { value = -10, unit = "points", source = "assumed", reading = "assumed", range = [-20, 0] }
cap    = { value = 25, unit = "points", source = "assumed", reading = "assumed", range = [0, 100] }

[rules.rural]
when   = { residence = { is = "rural" } }
points = { value = -5, unit = "points", source = "assumed", reading = "assumed", range = [-20, 0] }

[rules.old_help]
column = "help"
when   = { age = { at_least = 60 } }
points = { value = 40, unit = "points", source = "assumed", reading = "assumed", range = [0, 50] }

[rules.drunk]
column   = "drunk"
drops_to = { value = "low", unit = "grade", source = "assumed", reading = "assumed" }

[clamp]
highest = { value = 150, unit = "points", source = "assumed", reading = "assumed", range = [100, 300] }

[grades.high]
at_least = { value = 90, unit = "points", source = "assumed", reading = "assumed", range = [80, 120] }
[grades.low]
"""
COLUMNS = {"late": None, "help": None, "drunk": None, "age": None, "residence": ("urban", "rural")}


def book(tmp_path, text=TOY):
    path = tmp_path / "toy.toml"
    path.write_text(text)
    return load_rulebook(path)


def records(**columns):
    n = max(len(values) for values in columns.values())
    plain = {"late": [0] * n, "help": [0] * n, "drunk": [0] * n, "age": [30] * n, "residence": ["urban"] * n}
    return pd.DataFrame({**plain, **columns}, index=pd.Index(np.arange(n) * 3, name="person"))


EXAMPLES = [(name, example) for name in rulebook_names() for example in load_rulebook(name).examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {example.title}" for name, example in EXAMPLES])
def test_worked_examples_score_what_the_file_says(name, example):
    made = load_rulebook(name)
    frame = pd.DataFrame(
        {column: [example.record.get(column, 0)] for column in made.reads}, index=pd.Index([7], name="person")
    )
    said = made.score(frame)
    assert said.score[0] == pytest.approx(example.points, rel=0, abs=1e-9)
    assert made.grade(said)[0] == example.grade


def test_every_rule_of_rongcheng_is_worked_out_in_an_example_or_moves_the_score_alone():
    made = load_rulebook("rongcheng")
    clean = pd.DataFrame(0, index=pd.Index([0, 1], name="person"), columns=list(made.reads))
    for rule in made.rules:
        one = clean.copy()
        one.loc[1, rule.column] = 1
        low, high = made.score(one).score[[1, 0]]
        assert low != high, rule.name
        assert made.score(one).reasons["rule"].tolist() == [rule.name]


def test_rongcheng_reads_the_published_amounts():
    points = {rule.column: rule.points.value for rule in load_rulebook("rongcheng").rules if rule.points}
    assert points["judgment_default"] == -50
    assert points["debt_sued"] == -30
    assert points["bank_arrears"] == -10
    assert points["utility_theft"] == -60
    assert points["vandalism"] == -100
    assert points["red_light"] == -5


def test_what_is_assumed_of_rongcheng_is_a_dial_with_a_range():
    dials = load_rulebook("rongcheng").dials
    assumed = {path for path, dial in dials.items() if dial.reading == "assumed"}
    assert {
        "model.grades.AAA",
        "model.grades.AA",
        "model.grades.A",
        "model.grades.B",
        "model.nuisance.points",
    } <= assumed
    assert all(dials[path].range is not None for path in assumed)
    assert dials["model.nuisance.points"].range == load_rulebook("rongcheng").discretion["nuisance"] == (-50, -5)


def test_points_are_linear_in_counts_up_to_the_cap(tmp_path):
    assert book(tmp_path).score(records(late=[0, 1, 2, 3, 9])).score.tolist() == [100, 90, 80, 75, 75]


def test_a_rule_with_a_condition_speaks_only_where_it_holds(tmp_path):
    made = book(tmp_path)
    assert made.score(records(residence=["urban", "rural"])).score.tolist() == [100, 95]
    assert made.score(records(help=[1, 1], age=[59, 60])).score.tolist() == [100, 140]


def test_the_clamp_bounds_the_total(tmp_path):
    said = book(tmp_path).score(records(help=[2], age=[70]))
    assert said.score.tolist() == [150]
    assert said.reasons.to_dict("list") == {
        "person": [0, 0],
        "rule": ["old_help", "clamp"],
        "contribution": [80.0, -30.0],
    }


def test_a_drop_lowers_to_the_edge_of_the_grade_and_never_lifts(tmp_path):
    made = book(tmp_path)
    said = made.score(records(drunk=[1, 3, 1], late=[0, 0, 3]))
    assert said.score.tolist() == [89, 89, 75]
    assert made.grade(said).tolist() == ["low", "low", "low"]
    assert said.reasons.loc[said.reasons["rule"] == "drunk", "person"].tolist() == [0, 3]


def test_a_drop_can_be_turned_off(tmp_path):
    off = book(tmp_path).set({"model.drunk.drops_to": "off"})
    assert off.score(records(drunk=[1])).score.tolist() == [100]


def test_base_and_reasons_add_up_to_the_score():
    made = load_rulebook("rongcheng")
    coin = uniform(sparse(1, "test:records", np.arange(500 * len(made.reads)))).reshape(500, -1)
    frame = pd.DataFrame(
        np.floor(coin**8 * 4).astype(np.int32),
        columns=list(made.reads),
        index=pd.Index(np.arange(500) + 10, name="person"),
    )
    said = made.score(frame)
    told = said.reasons.groupby("person")["contribution"].sum().reindex(frame.index, fill_value=0.0)
    assert np.array_equal(float(made.base.value) + told.to_numpy(), said.score)
    assert (said.reasons["contribution"] != 0).all()


def test_a_grade_begins_exactly_at_its_cut_off():
    made = load_rulebook("rongcheng")
    scores = np.array([1050, 1049.5, 1030, 960, 959, 850, 600, 599, -400], float)
    assert made.grade(scores).tolist() == ["AAA", "AA", "AA", "A", "B", "B", "C", "D", "D"]


def test_where_higher_is_worse_grades_and_drops_turn_round(tmp_path):
    text = TOY.replace("as_of  = 2020-01-01", 'as_of  = 2020-01-01\nhigher_is = "worse"')
    made = book(tmp_path, text)
    assert made.grade(np.array([89.0, 90.0, 91.0])).tolist() == ["high", "high", "low"]
    assert made.score(records(drunk=[1], late=[3])).score.tolist() == [91]


def test_set_gives_a_new_book_and_leaves_the_old_one():
    made = load_rulebook("rongcheng")
    other = made.set({"model.nuisance.points": -50, "model.base.points": 900, "model.grades.B": 800})
    assert other.dials["model.nuisance.points"].value == -50
    frame = pd.DataFrame(0, index=pd.Index([0], name="person"), columns=list(made.reads)).assign(nuisance=1)
    assert other.score(frame).score.tolist() == [850]
    assert other.grade(other.score(frame)).tolist() == ["B"]
    assert made.score(frame).score.tolist() == [975]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"model.nuisanse.points": -5}, "did you mean 'model.nuisance.points'"),
        ({"model.nuisance.points": -60}, "allowed: -50 to -5"),
        ({"model.nuisance.points": "many"}, "a number is needed"),
        ({"model.drunk_driving.drops_to": "E"}, "unknown grade that rule drunk_driving drops to"),
        ({"model.drunk_driving.drops_to": "AAA"}, "unknown grade"),
    ],
)
def test_a_dial_that_cannot_be_set_says_why(values, sentence):
    with pytest.raises(InputError, match=sentence):
        load_rulebook("rongcheng").set(values)


def test_a_rule_on_an_undeclared_column_fails(tmp_path):
    made = book(tmp_path)
    made.check_columns(COLUMNS)
    with pytest.raises(InputError, match="unknown column in rule late of rule book toy 'late'; did you mean 'lat'"):
        made.check_columns({**{k: v for k, v in COLUMNS.items() if k != "late"}, "lat": None})
    with pytest.raises(InputError, match="has labels"):
        made.check_columns({**COLUMNS, "late": ("a", "b")})
    with pytest.raises(InputError, match="unknown value of residence"):
        made.check_columns({**COLUMNS, "residence": ("town", "country")})


def test_a_book_says_what_it_reads(tmp_path):
    made = book(tmp_path)
    assert made.reads == ("late", "residence", "help", "age", "drunk")


GUESS = 'unit = "points", source = "assumed", reading = "assumed"'
LATE = f'column = "late"\npoints = {{ value = -10, {GUESS}, range = [-20, 0] }}'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("schema = 1", "schema = 2", "schema is 2, allowed: 1"),
        ("[clamp]", "[clamps]", "did you mean 'clamp'"),
        ("[base]", "[bas]", "did you mean 'base'"),
        ('column = "late"', 'colum = "late"', "did you mean 'column'"),
        ('title  = "A toy"', "", "must have 'title'"),
        ("as_of  = 2020-01-01", 'as_of = "now"', "as_of: found 'now', allowed: a date"),
        (LATE, 'column = "late"', "either points or drops_to"),
        (LATE, LATE.replace('column = "late"\n', ""), "a column to count, or a condition"),
        (LATE, LATE.replace("value = -10", 'value = "ten"'), "found 'ten', allowed: a number"),
        (LATE, LATE.replace(', reading = "assumed"', ""), "must have 'reading'"),
        (LATE, LATE.replace('source = "assumed"', 'source = "hearsay"'), "unknown source"),
        (LATE, LATE.replace(", range = [-20, 0]", ""), "is assumed, so it needs a range"),
        (LATE, LATE.replace("value = -10", "value = -30"), "allowed: -20 to 0"),
        (
            LATE,
            LATE + f"\ndiscretion = {{ low = -8, high = -2, {GUESS} }}",
            "lie in the discretion band",
        ),
        (
            LATE,
            LATE + f"\ndiscretion = {{ low = -2, high = -8, {GUESS} }}",
            "low comes first",
        ),
        ('{ residence = { is = "rural" } }', '{ residence = { equals = "rural" } }', "unknown key"),
        ('value = "low"', 'value = "lower"', "did you mean 'low'"),
        ("[grades.low]", "[grades.low]\n[grades.lower]", "every grade but the last needs at_least"),
        ("[rules.late]", "[rules.base]", "cannot be named 'base'"),
        ("value = 150", "value = 99", "allowed: 100 to 300"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence(tmp_path, old, new, sentence):
    assert old in TOY
    with pytest.raises(InputError, match=sentence) as problem:
        book(tmp_path, TOY.replace(old, new, 1))
    assert "\n" not in str(problem.value)


def test_cut_offs_out_of_order_are_refused(tmp_path):
    more = TOY.replace(
        "[grades.low]",
        f"[grades.middle]\nat_least = {{ value = 95, {GUESS}, range = [0, 99] }}\n[grades.low]",
    )
    with pytest.raises(InputError, match="from best to worst, found high 90, middle 95"):
        book(tmp_path, more)


def test_no_such_book_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'rongcheng'"):
        load_rulebook("ronchgeng")
