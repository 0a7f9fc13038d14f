"""A scenario that decides by the grades of its rule book: no lot, no fit, and a share for models without grades."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed import Scenario
from testbed.case import Case, Setting
from testbed.models import load_rulebook

BOOK = load_rulebook("rongcheng")


@pytest.mark.parametrize(
    ("side", "grade", "cut"),
    [
        ("adverse", "B", 960),
        ("adverse", "C", 850),
        ("adverse", "D", 600),
        ("favored", "AA", 1030),
        ("favored", "A", 960),
    ],
)
def test_a_side_is_cut_where_the_grade_ends(side, grade, cut):
    assert BOOK.cut_at(side, grade) == cut


@pytest.mark.parametrize(("side", "grade"), [("adverse", "AAA"), ("favored", "D"), ("adverse", "E")])
def test_a_side_may_not_hold_every_grade_or_begin_at_an_unknown_one(side, grade):
    with pytest.raises(InputError, match=rf"from which a decision is {side} '{grade}'"):
        BOOK.cut_at(side, grade)


@pytest.fixture(scope="module")
def case():
    return Case.of(Setting(Scenario.load("rongcheng"), people=4_000, periods=8))


def test_whoever_is_graded_b_or_worse_is_adverse_and_nobody_else(case):
    last = case.periods - 1
    grade = BOOK.grade(np.asarray(case.history.score(last)))
    decision = np.asarray(case.history.decision(last))
    scored = np.asarray(case.scored, bool)
    assert (scored & (decision == -1)).sum() > 20
    assert np.array_equal(decision[scored] == -1, np.isin(grade[scored], ["B", "C", "D"]))
    assert np.array_equal(decision[scored] == 1, np.isin(grade[scored], ["AA", "AAA"]))


def test_no_lot_decides_and_nothing_is_fitted(case):
    assert case.by_lot == 0
    assert not case.scheme.fitted
    assert case.given == ""


def test_the_cut_moves_with_the_grades_of_the_book():
    moved = Scenario.load("rongcheng").set({"model.grades.A": 940})
    assert moved.cuts(moved.rulebook)["adverse"] == {"cutoff": 940}
    narrow = Scenario.load("rongcheng").set({"decide.adverse_grade": "C"})
    assert narrow.cuts(narrow.rulebook)["adverse"] == {"cutoff": 850}


def test_a_model_without_grades_decides_by_the_shares(case):
    assert case.scenario.cuts(object()) == {"adverse": {"worst_share": 0.03}, "favored": {"best_share": 0.003}}


def test_an_unknown_grade_is_refused_when_it_is_set():
    with pytest.raises(InputError, match="adverse 'Z'"):
        Scenario.load("rongcheng").set({"decide.adverse_grade": "Z"})


def test_a_grade_needs_a_scheme_that_has_it(plant, parts, tmp_path):
    plant(acts={"slip": parts.act(0.1)}, rules={"slip": ('column = "slip"', -1)})
    town = tmp_path / "town.toml"
    town.write_text(town.read_text().replace("cutoff = -0.5", 'grade = "B"'))
    with pytest.raises(InputError, match=r"names a grade, and the model scheme\.toml has none"):
        Scenario.load(town)


def test_findings_say_how_many_of_the_adverse_a_lot_picked(plant, parts, tmp_path):
    plant(acts={"slip": parts.act(0.02)}, rules={"slip": ('column = "slip"', -1)})
    town = tmp_path / "town.toml"
    town.write_text(town.read_text().replace("cutoff = -0.5", "worst_share = 0.2"))
    case = Case.of(Setting(Scenario.load(town), people=4_000, periods=2))
    last = case.periods - 1
    score, adverse = np.asarray(case.history.score(last)), np.asarray(case.history.decision(last)) == -1
    # About 4 % have slipped in two months, so most of the worst fifth are picked among the many who never did.
    assert 0.6 < case.by_lot < 0.95
    assert case.by_lot == (adverse & (score == 0)).sum() / adverse.sum()
    assert (
        case.given
        == f"fitted cut-off, with {case.by_lot:.0%} of the adverse picked by lot among equal scores".replace("%", " %")
    )
