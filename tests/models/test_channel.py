"""What a process writes to its channel is read only if it is an answer to what was asked."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from testbed.models.apart.channel import (
    HEAD,
    LONGEST,
    MARK,
    Channel,
    Closed,
    Rubbish,
    received_header,
    received_request,
    received_scores,
    send_request,
    send_scores,
)
from testbed.models.apart.said import Said
from testbed.models.base import Scores

REASONS = pd.DataFrame({"person": [5, 4], "rule": ["late", "age"], "contribution": [-1.0, 0.5]})
PLAIN = {"scores": 2, "decides": False, "reasons": None}


@pytest.fixture
def sides() -> Iterator[tuple[Channel, socket.socket]]:
    """Our side of a channel, and the socket of a process that writes what it likes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def read(channel: Channel, n: int, seconds: float = 5.0) -> Scores:
    until = time.monotonic() + seconds
    return received_scores(channel, received_header(channel, until), n, until)


def test_scores_decisions_and_reasons_arrive_as_they_are(sides: tuple[Channel, socket.socket]) -> None:
    ours, theirs = sides
    send_scores(Channel(theirs), Scores(np.array([0.1, -2.0]), np.array([1, -1], np.int8), REASONS))
    made = read(ours, 2)
    assert made.decision is not None
    assert made.reasons is not None
    assert (made.score.tolist(), made.decision.tolist()) == ([0.1, -2.0], [1, -1])
    assert made.reasons.values.tolist() == REASONS.values.tolist()


def test_a_frame_of_any_kind_arrives_as_it_is(sides: tuple[Channel, socket.socket]) -> None:
    frame = pd.DataFrame(
        {
            "x": [0.5, np.nan],
            "n": np.array([1, 2], np.int32),
            "place": pd.Categorical(["a", None]),
            "text": ["b", None],
        },
        index=pd.Index([4, 2**33], name="person"),
    )
    ours, theirs = sides
    send_request(ours, ("score", 0, frame), 5.0)
    kind, number, found = received_request(Channel(theirs))
    assert (kind, number) == ("score", 0)
    pd.testing.assert_frame_equal(found, frame)
    found["x"] = 1.0
    found.loc[4, "n"] = 7  # it may be changed


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1]",
        b"{",
        b"[" * 100_000,
        b'{"scores": ' + b"9" * 5_000 + b"}",
        *(json.dumps(PLAIN | one).encode() for one in (
            {"scores": 3}, {"scores": True}, {"scores": "2"}, {"decides": 1}, {"reasons": []},
            {"reasons": {"rows": 10**12, "names": ["a"]}}, {"reasons": {"rows": -1, "names": ["a"]}},
            {"reasons": {"rows": True, "names": ["a"]}}, {"reasons": {"rows": 1, "names": [[]]}},
        )),
    ],
)  # fmt: skip
def test_a_header_that_is_no_answer_is_refused_before_what_it_announces_is_read(
    sides: tuple[Channel, socket.socket], text: bytes
) -> None:
    ours, theirs = sides
    theirs.sendall(HEAD.pack(MARK, len(text)) + text + bytes(16))
    with pytest.raises(Rubbish):
        read(ours, 2)


@pytest.mark.parametrize("head", [HEAD.pack(b"x" * 8, 2), HEAD.pack(MARK, LONGEST + 1), HEAD.pack(MARK, 2**64 - 1)])
def test_a_beginning_that_is_none_is_refused(sides: tuple[Channel, socket.socket], head: bytes) -> None:
    ours, theirs = sides
    theirs.sendall(head)
    with pytest.raises(Rubbish):
        read(ours, 2)


def test_reasons_that_name_what_was_not_told_are_refused(sides: tuple[Channel, socket.socket]) -> None:
    ours, theirs = sides
    text = json.dumps(PLAIN | {"reasons": {"rows": 1, "names": ["a"]}}).encode()
    arrays = (np.zeros(2), np.array([5]), np.array([1], np.int32), np.zeros(1))
    theirs.sendall(HEAD.pack(MARK, len(text)) + text + b"".join(one.tobytes() for one in arrays))
    with pytest.raises(Rubbish):
        read(ours, 2)


def test_an_answer_that_stops_is_waited_for_no_longer_than_its_time_and_one_that_ends_not_at_all(
    sides: tuple[Channel, socket.socket],
) -> None:
    ours, theirs = sides
    theirs.sendall(HEAD.pack(MARK, 50))
    with pytest.raises(TimeoutError):
        read(ours, 2, 0.05)
    theirs.sendall(bytes(10))
    theirs.close()
    with pytest.raises(Closed):
        read(ours, 2)


def test_a_request_that_nobody_reads_is_given_up(sides: tuple[Channel, socket.socket]) -> None:
    with pytest.raises(TimeoutError):
        send_request(sides[0], ("score", np.zeros(10**6)), 0.05)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {"nothing": 1}, {"name": 3}, {"name": "x" * 20_000}, {"higher_is": "up"}, {"needs": ["truth"]},
        {"needs": "draws"}, {"row_wise": "yes"}, {"reads": [[]]}, {"classes": "ab"}, {"learns": 1}, {"base": "0"},
        {"base": float("nan")}, {"neutral": []}, {"usual": 3}, {"sensitive": 1},
    ],
)  # fmt: skip
def test_declarations_of_another_kind_are_refused(told: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Said.read(told)


def test_declarations_are_read_as_they_are() -> None:
    told = {"name": "m", "needs": ["draws"], "reads": ["x", 3], "classes": [0, 1], "row_wise": True, "base": 0.5}
    assert Said.read(told) == Said("m", needs=("draws",), reads=("x", 3), classes=(0, 1), row_wise=True, base=0.5)
