"""Models that run outside this process: a program, or a server on this machine.

Both get the records as CSV (first column `person`) and answer with one number per line. `testbed show cmd` and
`testbed show http` print the protocol.
"""

from __future__ import annotations

import ipaddress
import shlex
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.base import ModelError, Scores
from testbed.models.numerals import scores_in

TIMEOUT = 120.0
"""Seconds that an answer may take."""

BATCH = 10_000
"""Records that are posted at a time."""

BUSY = (429, 502, 503, 504)
"""Statuses of a server that should be asked again."""

WAITS = (0.1, 0.3, 0.9)
"""Seconds before each time that a server is asked again."""


class Program:
    """`cmd:PROGRAM ARGUMENTS`: CSV on standard input, one score per line on standard output.

    The program is started anew for each set of records, without a shell. Raises InputError if the program cannot be
    found; scoring raises ModelError if it fails, does not answer in time, or answers with anything else.
    """

    higher_is = "better"
    needs = ()
    row_wise = False

    def __init__(self, spec: str, *, timeout: float = TIMEOUT) -> None:
        self.name = spec
        self.timeout = timeout
        try:
            self.words = shlex.split(spec.removeprefix("cmd:"))
        except ValueError as problem:
            raise InputError(f"model {spec!r}: the command cannot be read ({problem}).") from None
        if not self.words or shutil.which(self.words[0]) is None:
            raise InputError(f"model {spec!r}: there is no program {(self.words or [''])[0]!r}.")

    def score(self, records: pd.DataFrame) -> Scores:
        """The scores that the program prints."""
        try:
            ran = subprocess.run(
                self.words, input=_csv(records), capture_output=True, timeout=self.timeout, check=False
            )
        except subprocess.TimeoutExpired:
            raise ModelError(f"model {self.name} did not answer within {self.timeout:g} seconds.") from None
        except OSError as problem:
            raise ModelError(f"model {self.name} could not be started ({problem}).") from None
        if ran.returncode != 0:
            last = (ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1]
            raise ModelError(f"model {self.name} ended with status {ran.returncode} ({last[:200]}).")
        return scores_in(ran.stdout, len(records), self.name)


class Address:
    """`http://` on this machine: records are posted as `text/csv`, and one score per line comes back.

    Up to 10,000 records are posted at a time. A server that is not there or says that it is busy is asked again, up to
    four times in all; an answer may take as long as that of a program. Only loopback addresses are allowed, so records
    do not leave the machine. Redirects and proxies are not followed.
    """

    higher_is = "better"
    needs = ()
    row_wise = False

    def __init__(self, spec: str, *, timeout: float = TIMEOUT) -> None:
        self.name = spec
        self.timeout = timeout
        try:
            parts = urlsplit(spec)
            host, _ = parts.hostname or "", parts.port
        except ValueError as problem:
            raise InputError(f"model {spec!r}: the address cannot be read ({problem}).") from None
        if parts.scheme != "http" or not _is_loopback(host):
            raise InputError(f"model {spec!r}: only http:// on this machine is allowed (127.0.0.1, ::1, localhost).")

    def score(self, records: pd.DataFrame) -> Scores:
        """The scores that the server answers with."""
        parts = [records.iloc[place : place + BATCH] for place in range(0, max(len(records), 1), BATCH)]
        return joined([scores_in(self._asked(part), len(part), self.name) for part in parts], self.name)

    def _asked(self, records: pd.DataFrame) -> bytes:
        """The answer to one batch."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        request = urllib.request.Request(self.name, data=_csv(records), headers={"Content-Type": "text/csv"})
        for wait in (*WAITS, None):
            try:
                with opener.open(request, timeout=self.timeout) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as problem:
                said, again = f"answered with status {problem.code}", problem.code in BUSY
            except TimeoutError:
                said, again = f"did not answer within {self.timeout:g} seconds", False
            except (OSError, HTTPException, ValueError) as problem:
                slow = isinstance(getattr(problem, "reason", None), TimeoutError)
                said, again = f"could not be asked ({problem})", not slow
            if wait is None or not again:
                break
            time.sleep(wait)
        raise ModelError(f"model {self.name} {said}.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: it could lead to another machine."""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _csv(records: pd.DataFrame) -> bytes:
    return records.to_csv(lineterminator="\n").encode("utf-8")


def joined(parts: Sequence[Scores], name: str) -> Scores:
    """The scores of all batches. Raises ModelError if only some have decisions."""
    decided = [part.decision for part in parts if part.decision is not None]
    if len(decided) not in (0, len(parts)):
        raise ModelError(
            f"model {name} gave decisions in {len(decided)} of {len(parts)} answers; all or none are needed."
        )
    return Scores(np.concatenate([part.score for part in parts]), np.concatenate(decided) if decided else None)
