"""A model that hangs, or that leaves, fails like one that raises."""

from __future__ import annotations

import signal
import sys

import pandas as pd
import pytest

from testbed.models import limit
from testbed.models.asking import ask
from testbed.models.base import ModelError
from testbed.models.limit import limited

RECORDS = pd.DataFrame({"red_light": [1, 2]})


def hangs(records: pd.DataFrame) -> None:
    while True:
        pass


def leaves(records: pd.DataFrame) -> None:
    sys.exit(0)


def test_a_model_that_hangs_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "SECONDS", 0.05)
    with pytest.raises(ModelError, match=r"no answer within 0\.05 seconds"):
        ask(hangs, RECORDS)


def test_a_model_that_leaves_does_not_take_the_run_along() -> None:
    with pytest.raises(ModelError, match="SystemExit"):
        ask(leaves, RECORDS)


def test_alarms_of_others_are_left_alone_and_ours_is_taken_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limited(30):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
        with limited(0.001):
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 1
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before
