"""The scorer: a row-wise model is asked once per distinct record, and nobody can tell the difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.models.base import ModelError, Scores
from testbed.models.record_ids import DenseIds, RecordIds
from testbed.models.rulebook_file import load_rulebook
from testbed.models.scorer import Scorer

BOOK = load_rulebook("rongcheng")
COLUMNS = {"age": None, "residence": ("urban", "rural"), **dict.fromkeys(BOOK.reads)}


def arrays(n, *, seed=0, most=4):
    """Records by draws: mostly empty, some crowded."""
    made = {}
    for place, name in enumerate(COLUMNS):
        coin = uniform(sparse(seed, f"test:{place}", np.arange(n)))
        made[name] = np.floor(coin**9 * (most + 1)).astype(np.int32)
    made["age"] = (18 + np.floor(uniform(sparse(seed, "test:age", np.arange(n))) * 70)).astype(np.int16)
    made["residence"] = (uniform(sparse(seed, "test:residence", np.arange(n))) < 0.4).astype(np.int8)
    return made


class Weighted:
    """Row-wise, reads every column, decides and tells."""

    row_wise = True

    def score(self, records):
        score = records["age"] * 1.5 - records["utility_late"] + (records["residence"] == "rural") * 7.25
        reasons = pd.DataFrame(
            {"person": records.index, "rule": "age", "contribution": records["age"].to_numpy() * 1.5}
        )
        return Scores(score.to_numpy(), np.sign(score.to_numpy() - 80).astype(int), reasons)


@pytest.mark.parametrize("model", [BOOK, Weighted()])
def test_scores_are_those_of_asking_about_everybody(model):
    scorer = Scorer(model, COLUMNS)
    for seed, n, most in ((0, 3000, 3), (1, 500, 60), (2, 500, 1000), (3, 1, 3), (4, 0, 3)):
        table = arrays(n, seed=seed, most=most)
        people = np.arange(n) + 10_000 * seed
        frame = Scorer(Weighted(), COLUMNS).frame(table, people)
        direct = model.score(frame)
        said = scorer.score(table, people, reasons=True)
        assert np.array_equal(said.score, direct.score)
        if direct.decision is not None:
            assert np.array_equal(said.decision, direct.decision)
        pd.testing.assert_frame_equal(said.reasons, direct.reasons, check_dtype=n > 0)


def test_a_model_is_asked_once_per_distinct_record_over_all_calls():
    scorer = Scorer(BOOK, COLUMNS)
    table = arrays(5000)
    scorer.score(table, np.arange(5000))
    distinct = len(pd.DataFrame({name: table[name] for name in BOOK.reads}).drop_duplicates())
    assert scorer.asked == distinct < 5000
    scorer.score({name: column[:100] for name, column in table.items()}, np.arange(100))
    assert scorer.asked == distinct


def test_a_model_that_is_not_row_wise_is_asked_about_everybody_each_time():
    asked = []

    def ranked(records):
        asked.append(len(records))
        return records["age"].rank().to_numpy()

    scorer = Scorer(ranked, COLUMNS)
    table = arrays(50)
    expected = pd.Series(table["age"]).rank().to_numpy()
    for _ in range(2):
        assert np.array_equal(scorer.score(table, np.arange(50)).score, expected)
    assert asked == [50, 50]


def test_draws_reach_a_model_that_needs_them():
    from testbed.models.lottery import Lottery

    draws = uniform(sparse(0, "test", np.arange(50)))
    scorer = Scorer(Lottery(), COLUMNS)
    assert np.array_equal(scorer.score(arrays(50), np.arange(50), draws=draws).score, draws)
    with pytest.raises(InputError, match="needs draws"):
        scorer.score(arrays(50), np.arange(50))


def test_records_look_as_the_contract_says():
    seen = []

    def looking(records):
        seen.append(records)
        return np.zeros(len(records))

    Scorer(looking, {**COLUMNS, "income": None}).score(
        {**arrays(3), "income": np.array([0.5, 1.5, 2.5])}, np.array([4, 8, 9])
    )
    (records,) = seen
    assert records.index.name == "person"
    assert records.index.tolist() == [4, 8, 9]
    assert list(records.columns) == [*COLUMNS, "income"]
    assert records["utility_late"].dtype == np.int32
    assert records["income"].dtype == np.float64
    assert list(records["residence"].cat.categories) == ["urban", "rural"]


def test_floats_and_negative_numbers_tell_records_apart():
    def model(records):
        return records["x"].to_numpy() * 2 + records["y"].to_numpy()

    model.row_wise = True
    scorer = Scorer(model, {"x": None, "y": None})
    x = np.array([0.1, 0.1, -0.1, 0.0, -0.0, 1e300])
    y = np.array([1, 2, -3, -3, -3, 1])
    assert np.array_equal(scorer.score({"x": x, "y": y}, np.arange(6)).score, x * 2 + y)
    assert scorer.asked == 5  # 0.0 and -0.0 are one record
    assert np.array_equal(scorer.score({"x": -x, "y": y * 1000}, np.arange(6)).score, -x * 2 + y * 1000)


def test_many_wide_columns_are_packed_in_several_words():
    columns = [(np.arange(4000, dtype=np.int64) * (7 + place)) % (2**20 - place) for place in range(12)]
    ids = RecordIds(12)
    first, new = ids.look_up(columns)
    assert len(ids) == len(new) == len(np.unique(first)) == 4000
    wider = [column * 3 - 5 for column in columns]
    ids.look_up(wider)
    again, new = ids.look_up(columns)
    assert np.array_equal(first, again)
    assert not len(new)


def test_ids_are_kept_when_columns_grow_wider():
    ids = RecordIds(2)
    met = [ids.look_up([np.array([x]), np.array([y])])[0][0] for x, y in ((1, 6), (1, 5), (0, 6))]
    assert met == [0, 1, 2]  # as they came, which is not their order
    ids.look_up([np.array([-9, 2**40]), np.array([5, 5])])
    again, new = ids.look_up([np.array([1, 1, 0]), np.array([6, 5, 6])])
    assert again.tolist() == met
    assert not len(new)


def test_ids_are_dense_and_new_keys_are_named_once():
    ids = DenseIds()
    got, new = ids.look_up(np.array([30, 10, 30, 20]))
    assert sorted(set(got.tolist())) == [0, 1, 2]
    assert got[0] == got[2]
    assert [got[place] for place in new] == [0, 1, 2]
    more, new = ids.look_up(np.array([15, 10, 40, 15]))
    assert more[1] == got[1]
    assert sorted(more[new].tolist()) == [3, 4]


def test_a_column_that_the_model_reads_but_nobody_holds_is_said():
    scorer = Scorer(BOOK, {"age": None, "utility_late": None})
    with pytest.raises(InputError, match="rongcheng reads 'bank_arrears'"):
        scorer.score({"age": np.array([1]), "utility_late": np.array([0])}, np.array([0]))


def test_a_model_that_fails_says_so_through_the_scorer():
    def model(records):
        return [1.0]

    model.row_wise = True
    with pytest.raises(ModelError, match="shape"):
        Scorer(model, COLUMNS).score(arrays(50), np.arange(50))


def test_a_model_without_columns_to_read_scores_everybody_alike():
    class Constant:
        row_wise = True
        reads = ()

        def score(self, records):
            return np.full(len(records), 3.0)

    scorer = Scorer(Constant(), COLUMNS)
    assert scorer.score(arrays(5), np.arange(5)).score.tolist() == [3.0] * 5
    assert scorer.score(arrays(2), np.arange(2)).score.tolist() == [3.0] * 2
