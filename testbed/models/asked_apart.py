"""What runs in the process of a model: it loads the model, and answers one request after the other.

It belongs to the model: whatever the model does to it hurts nobody else. See `testbed.models.apart` for the other side.
"""

# Any: a user's model can be anything.
from __future__ import annotations

import math
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.apart.channel import Channel, received_request, send_answer, send_reasons, send_scores
from testbed.models.apart.said import LONGEST
from testbed.models.asking import ask, fitted, reasons_of
from testbed.models.base import (
    ModelError,
    by_person,
    declared,
    higher_is,
    is_yardstick,
    learns,
    name_of,
    needs,
    row_wise,
)
from testbed.models.guard import first_line, theirs
from testbed.models.limit import Limits, within
from testbed.models.load import imported, is_ours, usable
from testbed.models.recognized import refit_of
from testbed.models.reseeding import reseeded

PLAIN = (str, int, float, bool)


class Unsent(Exception):
    """What was sent cannot be made here; the message is why."""


class Ours(Exception):
    """The name stands for a part of the testbed, such as a rule book, which needs no process of its own."""


def main(number: int) -> None:
    """Answer requests until the other side closes the channel."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # somebody at the keyboard means the run, which ends us
    if os.name == "posix":
        channel = Channel(socket.socket(fileno=number))
        os.set_inheritable(number, False)
    else:
        channel = Channel(socket.fromshare(sys.stdin.buffer.read()))  # type: ignore[attr-defined]
    with within(Limits(seconds=math.inf)):  # the other side holds the watch
        held: dict[int, Any] = {}
        while True:
            gone, kind, *request = received_request(channel)
            for one in gone:
                held.pop(one, None)
            try:
                ANSWERS[kind](channel, held, *request)
            except BaseException as problem:
                answer_problem(channel, problem)


def answer_problem(channel: Channel, problem: BaseException) -> None:
    """Say what went wrong. What our own checks say is a sentence already."""
    causes = [problem]
    while (cause := causes[-1].__cause__) is not None and len(causes) < 10:
        causes.append(cause)
    if any(isinstance(one, MemoryError) for one in causes):
        kind, said = "memory", ""
    elif isinstance(problem, InputError | ModelError):
        kind, said = "input" if isinstance(problem, InputError) else "model", str(problem)
    elif isinstance(problem, Unsent):
        kind, said = "unsent", str(problem)
    else:
        kind, said = "model", f"the process of the model failed ({first_line(problem)})."
    send_answer(channel, {"error": kind, "said": said})


# --- The requests ---------------------------------------------------------------------------------------


def begin(channel: Channel, held: dict[int, Any]) -> None:
    """Say that the process has begun."""
    send_answer(channel, {})


def load(channel: Channel, held: dict[int, Any], how: str, name: str, sent: bytes = b"") -> None:
    """Load the model that is named, or that was sent."""
    model = imported(name) if how == "named" else received(sent)
    if is_ours(model):
        send_answer(channel, {"declared": {"name": name, "ours": True}})
        return
    keep(channel, held, 0, usable(model, name))


def received(sent: bytes) -> Any:
    """The object that was sent."""
    try:
        with theirs():
            return pickle.loads(sent)
    except Exception as problem:
        raise Unsent(first_line(problem)) from problem


def fit(channel: Channel, held: dict[int, Any], there: int, number: int, *given: Any) -> None:
    """Fit a model, and keep the fitted one."""
    keep(channel, held, number, fitted(held[there], *given, own=True))


def before(channel: Channel, held: dict[int, Any], there: int, number: int) -> None:
    """Keep a model as it was before it was fitted."""
    keep(channel, held, number, refit_of(held[there]))


def again(channel: Channel, held: dict[int, Any], there: int, number: int, seed: int) -> None:
    """Keep a model with another seed."""
    keep(channel, held, number, reseeded(held[there], seed))


def score(channel: Channel, held: dict[int, Any], there: int, records: pd.DataFrame, given: dict[str, Any]) -> None:
    """Answer with scores."""
    send_scores(channel, ask(held[there], records, given, own=True))


def said(channel: Channel, held: dict[int, Any], there: int, records: pd.DataFrame, methods: Sequence[str]) -> None:
    """Answer with what an estimator says by one of its methods."""
    send_scores(channel, ask(held[there], records, own=True, methods=methods))


def reasons(channel: Channel, held: dict[int, Any], there: int, records: pd.DataFrame, given: dict[str, Any]) -> None:
    """Answer with reasons."""
    send_reasons(channel, reasons_of(held[there], records, given))


ANSWERS: Mapping[str, Callable[..., None]] = {
    "begin": begin,
    "load": load,
    "fit": fit,
    "unfitted": before,
    "reseeded": again,
    "score": score,
    "said": said,
    "reasons": reasons,
}


# --- What a model declares ------------------------------------------------------------------------------


def keep(channel: Channel, held: dict[int, Any], number: int, model: Any) -> None:
    """Keep a model under a number, and answer with what it declares."""
    held[number] = model
    send_answer(channel, {"declared": declarations(model)})


def declarations(model: Any) -> dict[str, Any]:
    """What a model declares, as plain data; see `testbed.models.apart.Said`."""
    name = name_of(model)
    classes = declared(model, "classes")
    usual, additive = declared(model, "usual"), bool(declared(model, "additive", False))
    usual = usual.iloc[0].to_dict() if isinstance(usual, pd.DataFrame) else usual
    told = {
        "name": name[:LONGEST],
        "higher_is": higher_is(model),
        "needs": list(needs(model)),
        "row_wise": None if declared(model, "row_wise") is None else row_wise(model),
        "reads": declared(model, "reads"),
        "by_person": by_person(model),
        "yardstick": is_yardstick(model),
        "additive": additive,
        "base": declared(model, "base") if additive else None,
        "reasons_are": declared(model, "reasons_are"),
        "neutral": declared(model, "neutral"),
        "usual": usual,
        "sensitive": declared(model, "sensitive"),
        "classes": classes.tolist() if isinstance(classes, np.ndarray) else None,
        "learns": learns(model),
        "gives_reasons": callable(declared(model, "reasons")),
        "predicts": callable(declared(model, "said")),
        "labels": bool(declared(model, "labels", False)),
        "fits_again": refit_of(model) is not None,
        "draws": learns(model) and reseeded(model, 0) is not None,
    }
    return {key: plain(value, f"model {name}: its {key}") for key, value in told.items()}


def plain(value: Any, what: str) -> Any:
    """A declaration as JSON. Raises InputError if it holds anything but texts and numbers."""
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, np.generic):
        return plain(value.item(), what)
    if isinstance(value, Mapping):
        return {str(key): plain(one, what) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray | pd.Index):
        return [plain(one, what) for one in value]
    raise InputError(f"{what} holds {type(value).__name__}, which is neither a text nor a number.")
