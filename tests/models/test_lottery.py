"""The lottery: chance, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import dense, uniform
from testbed.models.asking import ask
from testbed.models.base import ModelError
from testbed.models.lottery import Lottery


def records(n, late):
    return pd.DataFrame({"utility_late": np.full(n, late)}, index=pd.Index(np.arange(n), name="person"))


def test_the_score_is_the_draw_whatever_the_record():
    draws = uniform(dense(0, "test:lottery", 0, 100))
    for late in (0, 9):
        said = ask(Lottery(), records(100, late), {"draws": draws})
        assert np.array_equal(said.score, draws)
        assert said.decision is None
        assert said.reasons is None


def test_the_draws_it_was_given_are_not_handed_back_as_its_own():
    draws = uniform(dense(0, "test:lottery", 0, 10))
    assert not np.shares_memory(ask(Lottery(), records(10, 0), {"draws": draws}).score, draws)


def test_a_draw_too_few_is_refused():
    with pytest.raises(ModelError, match="10 draws are needed"):
        ask(Lottery(), records(10, 0), {"draws": np.zeros(9)})
