"""Models that run outside this process: a program, or a server on this machine.

Both get the records as CSV (first column `person`) and answer with one number per line.
"""

from __future__ import annotations

import ipaddress
import shlex
import shutil
import subprocess
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.base import ModelError, Scores

TIMEOUT = 120.0
"""Seconds that an answer may take."""


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
        return Scores(_numbers(ran.stdout, len(records), self.name))


class Address:
    """`http://` on this machine: the records are posted as `text/csv`; the answer is one score per line.

    Only loopback addresses are allowed, so records do not leave the machine. Redirects and proxies are not followed.
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
        request = urllib.request.Request(self.name, data=_csv(records), headers={"Content-Type": "text/csv"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(request, timeout=self.timeout) as answer:
                return Scores(_numbers(answer.read(), len(records), self.name))
        except urllib.error.HTTPError as problem:
            raise ModelError(f"model {self.name} answered with status {problem.code}.") from None
        except (OSError, ValueError) as problem:
            raise ModelError(f"model {self.name} could not be asked ({problem}).") from None


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


def _numbers(answer: bytes, n: int, name: str) -> np.ndarray:
    lines = [line.strip() for line in answer.decode("utf-8", "replace").splitlines() if line.strip()]
    if len(lines) != n:
        raise ModelError(f"model {name} gave {len(lines)} lines for {n} records.")
    made = np.empty(n)
    for place, line in enumerate(lines):
        try:
            made[place] = float(line)
        except ValueError:
            raise ModelError(f"model {name} gave {line[:60]!r} as score {place}, a number is needed.") from None
    return made
