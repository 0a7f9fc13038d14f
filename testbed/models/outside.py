"""Models that run outside this process: a program, or a server on this machine.

Both get the records as CSV (first column `person`) and answer with one number per line. `testbed show cmd` and
`testbed show http` print the protocol.
"""

from __future__ import annotations

import ipaddress
import shlex
import shutil
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from subprocess import PIPE
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.apart import manner, start
from testbed.models.base import Elsewhere, ModelError, Scores
from testbed.models.bounds import TooLongError, left, room
from testbed.models.csv_text import csv_of
from testbed.models.guard import first_line, told
from testbed.models.limit import limits
from testbed.models.numerals import scores_in
from testbed.models.posting import posted
from testbed.models.talking import talk

BATCH = 10_000
"""Records that are posted at a time."""

PART = 20_000
"""Records that are written to a program at a time."""

BUSY = (429, 502, 503, 504)
"""Statuses of a server that should be asked again."""

WAITS = (0.1, 0.3, 0.9)
"""Seconds before each time that a server is asked again."""


class Program(Elsewhere):
    """`cmd:PROGRAM ARGUMENTS`: CSV on standard input, one score per line on standard output.

    The program is started anew for each set of records, without a shell, and ended with all that it started. Raises
    InputError if the program cannot be found; scoring raises ModelError if it fails, does not answer in time, or
    answers with anything else.
    """

    higher_is = "better"
    needs = ()
    row_wise = False

    def __init__(self, spec: str, *, timeout: float | None = None) -> None:
        self.name = spec
        self.given = timeout
        try:
            self.words = shlex.split(spec.removeprefix("cmd:"))
        except ValueError as problem:
            raise InputError(f"model {spec!r}: the command cannot be read ({problem}).") from None
        if not self.words or shutil.which(self.words[0]) is None:
            raise InputError(f"model {spec!r}: there is no program {(self.words or [''])[0]!r}.")

    @property
    def timeout(self) -> float:
        """Seconds that an answer may take."""
        return limits().asking if self.given is None else self.given

    def score(self, records: pd.DataFrame) -> Scores:
        """The scores that the program prints."""
        end, n, held = time.monotonic() + self.timeout, len(records), limits().memory or 0
        try:
            kept = start(self.words, memory=held, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        except OSError as problem:
            raise ModelError(f"model {self.name} could not be started ({problem}).") from None
        try:
            answer, last = talk(kept.process, _csv_parts(records), room(n), end)
            code = kept.code(left(end))
            if code is None:
                raise TimeoutError
        except TimeoutError:
            self.given_up = f"model {self.name} did not answer within {self.timeout:g} seconds."
            raise ModelError(self.given_up) from None
        except TooLongError:
            raise ModelError(too_long(self.name, n)) from None
        finally:
            kept.kill()
        if code != 0:
            said = (last().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
            raise ModelError(f"model {self.name} ended {manner(code)} ({told(said[:200])}).")
        return scores_in(answer, n, self.name)


class Address(Elsewhere):
    """`http://` on this machine: records are posted as `text/csv`, and one score per line comes back.

    Up to 10,000 records are posted at a time. A server that is not there or says that it is busy is asked again, up to
    four times in all; all answers together may take as long as that of a program. Only loopback addresses are allowed,
    so records do not leave the machine. Redirects and proxies are not followed.
    """

    higher_is = "better"
    needs = ()
    row_wise = False

    def __init__(self, spec: str, *, timeout: float | None = None) -> None:
        self.name = spec
        self.given = timeout
        try:
            self.address = parts = urlsplit(spec)
            host, _ = parts.hostname or "", parts.port
        except ValueError as problem:
            raise InputError(f"model {spec!r}: the address cannot be read ({problem}).") from None
        if parts.scheme != "http" or not _is_loopback(host):
            raise InputError(f"model {spec!r}: only http:// on this machine is allowed (127.0.0.1, ::1, localhost).")

    @property
    def timeout(self) -> float:
        """Seconds that an answer may take."""
        return limits().asking if self.given is None else self.given

    def score(self, records: pd.DataFrame) -> Scores:
        """The scores that the server answers with."""
        parts = [records.iloc[place : place + BATCH] for place in range(0, max(len(records), 1), BATCH)]
        end = time.monotonic() + self.timeout
        return joined([scores_in(self._asked(part, end), len(part), self.name) for part in parts], self.name)

    def _asked(self, records: pd.DataFrame, end: float) -> bytes:
        """The answer to one batch."""
        body, n = csv_of(records), len(records)
        for wait in (*WAITS, None):
            try:
                status, answer = posted(self.address, body, room(n), end)
            except TimeoutError:
                self.given_up = f"model {self.name} did not answer within {self.timeout:g} seconds."
                raise ModelError(self.given_up) from None
            except TooLongError:
                raise ModelError(too_long(self.name, n)) from None
            except (OSError, HTTPException, ValueError) as problem:
                said, again = f"could not be asked ({first_line(problem)})", True
            else:
                if 200 <= status < 300:
                    return answer
                said, again = f"answered with status {status}", status in BUSY
            if wait is None or not again or time.monotonic() + wait > end:
                break
            time.sleep(wait)
        raise ModelError(f"model {self.name} {said}.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _csv_parts(records: pd.DataFrame) -> Iterator[bytes]:
    """Records as CSV in parts: a program reads the first ones while the others are written."""
    for place in range(0, max(len(records), 1), PART):
        yield csv_of(records.iloc[place : place + PART], header=place == 0)


def too_long(name: str, n: int) -> str:
    """The sentence about an answer that has no end, or is no answer about so many records."""
    return f"model {name} gave more than {room(n):,} bytes for {n:,} records."


def joined(parts: Sequence[Scores], name: str) -> Scores:
    """The scores of all batches. Raises ModelError if only some have decisions."""
    decided = [part.decision for part in parts if part.decision is not None]
    if len(decided) not in (0, len(parts)):
        raise ModelError(
            f"model {name} gave decisions in {len(decided)} of {len(parts)} answers; all or none are needed."
        )
    return Scores(np.concatenate([part.score for part in parts]), np.concatenate(decided) if decided else None)
