"""Numbers that are written as text: what programs, servers and tables of scores may write, and how fast it is read."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.errors import InputError
from testbed.models import ModelError, load_model
from testbed.models.numerals import number, numbers, scores_in

NO_NUMBERS = ["1_000", "0x10", "nan", "NaN", "inf", "-Infinity", "1e999", "٣", "１２", "1e", "--1", "1 2", ".", "1.2.3",
              "", "1j", "True", "1.5€", "\ufeff1", "e5", "1\x00", "½"]  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_only_looks_like_a_number_is_none(text):
    assert number(text.encode()) is None
    assert numbers([b"1", text.encode()]) is None


def test_plain_numbers_are_read_to_the_last_digit():
    texts = [
        "1",
        "+1",
        "-0",
        ".5",
        "5.",
        "1e3",
        "1E-3",
        " 2 ",
        "0.1",
        "1.7976931348623157e308",
        "5e-324",
        "9007199254740993",
    ]
    assert numbers([text.encode() for text in texts]).tolist() == [float(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_that_is_written_is_read_as_it_was(values):
    assert scores_in("\n".join(map(repr, values)).encode(), len(values), "m").score.tolist() == values


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 4))
def test_any_bytes_are_finite_scores_or_a_model_error_in_one_sentence(answer, n):
    try:
        made, said = scores_in(answer, n, "m").score, ""
    except ModelError as problem:
        made, said = np.zeros(n), str(problem)
    assert len(said.splitlines()) <= 1
    assert made.shape == (n,)
    assert np.isfinite(made).all()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"1\n1_000\n3\n", r"gave '1_000' as score 1, a finite number is needed"),
        ("1\n2\n٣\n".encode(), r"gave '٣' as score 2, a finite number is needed"),
        (b"1\nnan\n3\n", r"gave 'nan' as score 1, a finite number"),
        (b"1\n1e999\n3\n", r"gave '1e999' as score 1, a finite number"),
        (b"1\n\xff\xfe\x00\x1b[31m\n3\n", r"gave '\S+\\x00\\x1b\[31m' as score 1"),
        (b"1\n2\n", r"gave 2 lines for 3 records"),
        (b"1 2 3", r"gave 1 lines for 3 records"),
        (b"1 2\n3\n4\n", r"gave '1 2' as score 0, a finite number"),
        (b"1,0\n2\n3,0\n", r"gave '2' as score 1; one number, or score,decision"),
        (b"1,0,1\n2,0,1\n3,0,1\n", r"gave '1,0,1' as score 0; one number, or score,decision"),
        (b"1,0\n2,\n3,0\n", r"gave '2,' as score 1, a finite number"),
        (b"9" * 10_000_000 + b"\n1\n2", r"gave '9{60}' as score 0, a finite number"),
    ],
)
def test_an_answer_that_is_not_plain_numbers_is_refused_with_the_line(answer, sentence):
    with pytest.raises(ModelError, match=f"model m {sentence}"):
        scores_in(answer, 3, "m")


def test_lines_may_end_as_on_any_system_and_empty_ones_are_skipped():
    for answer in (b"1\n2\n", b"1\r\n2\r\n", b"\n 1\t\n\n2", b"1\r2\r"):
        assert scores_in(answer, 2, "m").score.tolist() == [1, 2]
    made = scores_in(b"1,-1\n2, 1\n", 2, "m")
    assert (made.score.tolist(), made.decision.tolist()) == ([1, 2], [-1, 1])


def test_a_table_of_scores_is_read_as_strictly(tmp_path):
    path = tmp_path / "scores.csv"
    for column, text in (("score", "1_000"), ("score", "٣"), ("score", "inf"), ("person", "0x1"), ("decision", "١")):
        cells = {"person": ["1", "2"], "score": ["1", "2"], "decision": ["0", "1"]}
        cells[column][1] = text
        pd.DataFrame(cells).to_csv(path, index=False)
        with pytest.raises(InputError, match=f"{column} in row 2 is '{text}'; needed: "):
            load_model(str(path))


def test_many_lines_are_read_in_less_time_than_a_program_needs_to_write_them():
    values = np.linspace(-1, 1, 100_000)
    answer = "\n".join(map(repr, values.tolist())).encode()
    began = time.process_time()
    assert np.array_equal(scores_in(answer, len(values), "m").score, values)
    assert time.process_time() - began < 0.4  # 250,000 a second; without other work on the machine, 1,500,000
