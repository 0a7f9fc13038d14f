"""`audit_model`: how small a description of the model is, how many cases tell it, and whether its reasons are true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic import draws
from testbed import Scores, audit_model

N = 2000
AT = np.arange(N)
SIZES = ["surrogate_leaves", "surrogate_items", "reconstruction_cost"]
TRUE = ["reason_coverage[decision=adverse]", "reason_fidelity", "reason_sufficiency"]


def coins(name: str) -> np.ndarray:
    return draws.uniform(draws.sparse(11, name, draws.pack(AT)))


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """People with two numbers, of which none is missing, a town and an id."""
    return pd.DataFrame({
        "x": np.round(coins("x") * 10, 1), "y": (coins("y") * 8).astype(int), "id": AT,
        "town": np.where(coins("town") < 0.5, "north", "south"), "sex": np.where(coins("sex") < 0.4, "f", "m"),
    })  # fmt: skip


def ask(model, people, measures, **more):
    found = audit_model(model, people, **{"groups": "sex", "features": ["x", "y", "town"], **more}, measures=measures)
    return found[found["split"] == "all"].set_index("measure")


def test_one_rule_has_two_leaves_and_one_item_and_a_few_cases_tell_it(people):
    found = ask(lambda seen: (seen["y"] >= 3) * 1.0, people, SIZES)
    for name, size in (("surrogate_leaves", 2), ("surrogate_items", 1)):
        assert found.loc[name, ["value", "low", "high"]].tolist() == [size] * 3
    assert 1 < found.loc["reconstruction_cost", "value"] < 1000
    told = ask(lambda seen: (seen["y"] >= 3) * 1.0, people, "reconstruction_cost", disclosure="open")
    assert told.loc["reconstruction_cost", ["value", "low", "high"]].tolist() == [0, 0, 0]


def test_two_rules_that_both_must_hold_have_three_leaves_and_two_items(people):
    found = ask(lambda seen: ((seen["y"] >= 4) & (seen["town"] == "north")) * 1.0, people, SIZES[:2])
    assert found["value"].tolist() == [3, 2]


def test_a_lookup_by_id_is_told_by_no_cases_and_no_description(people):
    secret = coins("secret") < 0.5
    found = ask(lambda seen: secret[seen["id"].to_numpy()] * 1.0, people, SIZES, features=["id"])
    assert found["value"].isna().all()
    for name, most in (("surrogate_leaves", 1024), ("surrogate_items", 64), ("reconstruction_cost", 1000)):
        assert found.loc[name, ["low", "high"]].tolist() == [most, np.inf]
        assert found.loc[name, "why"].startswith(f"above {most}")


def test_a_lottery_and_a_constant_leave_nothing_to_describe(people):
    class Lottery:
        needs = ("draws",)

        def score(self, records, draws):
            return Scores(draws, np.where(draws < 0.5, -1, 0).astype(np.int8))

    assert set(ask(Lottery(), people, SIZES)["why"]) == {"hardly anything but chance decides: randomness is above 0.9"}
    assert set(ask(lambda seen: np.ones(len(seen)), people, SIZES)["why"]) == {"everybody is decided alike"}


class Linear:
    """Two points for each unit of x and one less for each of y; reasons are true but for a share of the people."""

    neutral = {"x": 0.0, "y": 0}  # noqa: RUF012

    def __init__(self, false=(), told=("x", "y")):
        self.false, self.told = np.asarray(false), told

    def score(self, records):
        score = 2 * records["x"] - records["y"]
        return Scores(score.to_numpy(float), np.where(score < 6, -1, 0).astype(np.int8))

    def reasons(self, records):
        stretched = np.where(np.isin(records["id"], self.false), 1.5, 1.0)
        parts = [
            pd.DataFrame({"person": records.index, "rule": name, "contribution": worth * records[name] * stretched})
            for name, worth in (("x", 2.0), ("y", -1.0))
            if name in self.told
        ]
        return pd.concat(parts)


def told(people, **kind):
    return ask(Linear(**kind), people, TRUE, features=["x", "y", "id"], disclosure="open")["value"]


def test_the_reasons_of_a_linear_model_are_true_and_undone_they_turn_whom_they_should(people):
    found = told(people)
    adverse = 2 * people["x"] - people["y"] < 6
    some = (people["x"] > 0) | (people["y"] > 0)
    assert found[TRUE[0]] == pytest.approx(some[adverse].mean())
    assert found["reason_fidelity"] == 1
    assert found["reason_sufficiency"] == 0  # nobody has 6 points at the neutral values
    found = told(people, told=("y",))
    undone = (2 * people["x"] >= 6)[adverse & (people["y"] > 0)]
    assert found["reason_fidelity"] == 1
    assert found["reason_sufficiency"] == pytest.approx(undone.mean())
    assert 0 < undone.mean() < 1


def test_planted_false_reasons_give_that_fidelity(people):
    false = AT[coins("false") < 0.3]
    mine = people.assign(x=people["x"] + 1, y=people["y"] + 1)  # two reasons for everybody
    adverse = AT[2 * mine["x"] - mine["y"] < 6]  # favorable decisions are none here, so nobody else is told
    assert told(mine, false=false)["reason_fidelity"] == pytest.approx(1 - np.isin(adverse, false).mean())
    assert told(mine, false=AT)["reason_fidelity"] == 0


def test_without_reasons_or_the_right_to_them_their_truth_is_undefined(people):
    plain = ask(lambda seen: (seen["x"] > 5) * 1.0, people, TRUE, disclosure="open")
    assert plain.loc[TRUE[1:], "why"].tolist() == ["the scheme gives no reasons"] * 2
    untold = ask(Linear(), people, TRUE, features=["x", "y", "id"])
    assert untold.loc[TRUE[1:], "why"].tolist() == ["nobody is told reasons"] * 2
    assert untold.loc[TRUE[0], "value"] == 0
