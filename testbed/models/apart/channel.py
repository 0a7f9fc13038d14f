"""What goes between us and the process of a model: our requests, which it trusts, and its answers, which we do not.

A request is pickled, with arrays beside the pickle so that they are not copied. An answer is never unpickled: it is a
header in JSON, of bounded length, and as many bytes of plain arrays as the request allows.
"""

# Any: a request is a tuple of anything that can be pickled, and an answer is JSON.
from __future__ import annotations

import json
import math
import pickle
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from testbed.models.base import REASON_COLUMNS, Scores

MARK = b"testbed1"
"""How every message begins."""

LONGEST = 1 << 22
"""Bytes of the header of an answer."""

PER_RECORD, REASONS = 1_000, 50_000_000
"""Reasons that an answer may hold: for each record, and in all (a gigabyte)."""

HEAD = struct.Struct("<8sQ")
PLAIN = (str, int, float, bool, type(None))
"""The kinds of a reason's name."""


class Closed(Exception):
    """The other side has closed the channel."""


class Rubbish(Exception):
    """The other side has sent something that is no message."""


class Channel:
    """One side of a channel. No call takes longer than its seconds, or it raises TimeoutError."""

    def __init__(self, ours: socket.socket) -> None:
        self.socket = ours

    def write(self, parts: Sequence[Any], seconds: float) -> None:
        """Send these bytes, one after the other."""
        until = time.monotonic() + seconds
        try:
            for part in parts:
                left = memoryview(part).cast("B")
                while len(left):
                    self._wait(until)
                    left = left[self.socket.send(left) :]
        except (BrokenPipeError, ConnectionError):
            raise Closed from None

    def read(self, size: int, until: float) -> bytearray:
        """So many bytes that the other side sends."""
        made = bytearray(size)
        left = memoryview(made)
        try:
            while len(left):
                self._wait(until)
                many = self.socket.recv_into(left)
                if not many:
                    raise Closed
                left = left[many:]
        except ConnectionError:
            raise Closed from None
        return made

    def _wait(self, until: float) -> None:
        if math.isinf(until):
            self.socket.settimeout(None)
            return
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self.socket.settimeout(seconds)

    def head(self, most: int, until: float) -> bytearray:
        """The first part of a message, of no more than so many bytes."""
        mark, size = HEAD.unpack(self.read(HEAD.size, until))
        if mark != MARK or size > most:
            raise Rubbish
        return self.read(size, until)


# --- Requests: from us to the process of the model ------------------------------------------------------


def send_request(channel: Channel, request: tuple[Any, ...], seconds: float) -> None:
    """Send a request."""
    beside: list[pickle.PickleBuffer] = []
    text = pickle.dumps(request, protocol=5, buffer_callback=beside.append)
    raw = [one.raw() for one in beside]
    sizes = struct.pack(f"<{len(raw) + 1}Q", len(text), *(one.nbytes for one in raw))
    channel.write([HEAD.pack(MARK, len(sizes)), sizes, text, *raw], seconds)


def received_request(channel: Channel) -> tuple[Any, ...]:
    """The next request; waits for it."""
    sizes = channel.head(LONGEST, math.inf)
    text, *beside = (channel.read(size, math.inf) for (size,) in struct.iter_unpack("<Q", sizes))
    found: tuple[Any, ...] = pickle.loads(text, buffers=beside)
    return found


# --- Answers: from the process of the model to us -------------------------------------------------------


def send_answer(channel: Channel, header: Mapping[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Send an answer."""
    text = json.dumps(header).encode()
    channel.write([HEAD.pack(MARK, len(text)), text, *map(np.ascontiguousarray, arrays)], math.inf)


def received_header(channel: Channel, until: float) -> dict[str, Any]:
    """The header of the answer that the process sends. Raises Rubbish for anything else."""
    try:
        header = json.loads(bytes(channel.head(LONGEST, until)))
    except (ValueError, RecursionError):
        raise Rubbish from None
    if not isinstance(header, dict):
        raise Rubbish
    return header


def send_scores(channel: Channel, made: Scores) -> None:
    """Send scores, with decisions and reasons if there are any."""
    told, arrays = _split(made.reasons)
    decided = [] if made.decision is None else [made.decision.astype("<i1")]
    header = {"scores": len(made.score), "decides": bool(decided), "reasons": told}
    send_answer(channel, header, [made.score.astype("<f8"), *decided, *arrays])


def received_scores(channel: Channel, header: Mapping[str, Any], n: int, until: float) -> Scores:
    """The scores of n records that follow the header. Raises Rubbish unless the header speaks of n scores."""
    if header.get("scores") != n or not isinstance(header.get("decides"), bool):
        raise Rubbish
    score = _array(channel, "<f8", n, until)
    decision = _array(channel, "<i1", n, until) if header["decides"] else None
    return Scores(score, decision, received_reasons(channel, header, n, until))


def send_reasons(channel: Channel, reasons: pd.DataFrame | None) -> None:
    """Send reasons, or that there are none."""
    told, arrays = _split(reasons)
    send_answer(channel, {"reasons": told}, arrays)


def received_reasons(channel: Channel, header: Mapping[str, Any], n: int, until: float) -> pd.DataFrame | None:
    """The reasons for n records that follow the header, None if there are none."""
    told = header.get("reasons")
    if told is None:
        return None
    rows, names = (told.get("rows"), told.get("names")) if isinstance(told, dict) else (None, None)
    if type(rows) is not int or not 0 <= rows <= min(PER_RECORD * n, REASONS) or not isinstance(names, list):
        raise Rubbish
    if not all(isinstance(name, PLAIN) for name in names):
        raise Rubbish
    person, code, value = (_array(channel, kind, rows, until) for kind in ("<i8", "<i4", "<f8"))
    if rows and not (int(code.min()) >= 0 and int(code.max()) < len(names)):
        raise Rubbish
    known = np.empty(len(names), object)
    known[:] = names
    return pd.DataFrame(dict(zip(REASON_COLUMNS, (person, known[code], value), strict=True)))


def _array(channel: Channel, kind: str, n: int, until: float) -> np.ndarray:
    return np.frombuffer(channel.read(n * np.dtype(kind).itemsize, until), kind)


def _split(reasons: pd.DataFrame | None) -> tuple[dict[str, Any] | None, list[np.ndarray]]:
    """Reasons as a part of a header, and arrays. Raises TypeError for people or names that cannot be sent."""
    if reasons is None:
        return None, []
    codes, names = pd.factorize(reasons["rule"].to_numpy(object), use_na_sentinel=False)
    plain = [one.item() if isinstance(one, np.generic) else one for one in names.tolist()]
    if not all(isinstance(one, PLAIN) for one in plain) or reasons["person"].dtype.kind not in "iu":
        raise TypeError("reasons name people by whole numbers and rules by text or numbers")
    person, value = (reasons[name].to_numpy() for name in ("person", "contribution"))
    arrays = [person.astype("<i8"), np.asarray(codes).astype("<i4"), value.astype("<f8")]
    return {"rows": len(reasons), "names": plain}, arrays
