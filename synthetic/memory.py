"""How much memory and disk there is, and whether what was asked for fits."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from synthetic.errors import InputError

LEAST = 1 << 29
"""Bytes of address space without which Python and its numerical libraries cannot be loaded."""
SCARCE = ("failed to map segment", "cannot allocate memory", "can't start new thread", "unable to allocate")
"""What errors of libraries say where memory is missing."""


def limit() -> int | None:
    """Return the limit on this process's address space (`ulimit -v`) in bytes; None if there is none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    bound = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if bound == resource.RLIM_INFINITY else bound


def available() -> int | None:
    """Return how many bytes of memory this process can still take; None if the system does not say."""
    return min(_found(), default=None)


def _found() -> Iterator[int]:
    """What the system, its limits on a container, and the limit on the process leave."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        yield next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # "max": no limit
            yield int(Path(name).read_text(encoding="ascii"))
    bound = limit()
    if bound is not None:
        with suppress(OSError, ValueError):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            yield max(bound - pages * os.sysconf("SC_PAGE_SIZE"), 0)
    if sys.platform == "darwin":
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def check_room(needed: float, what: str, hint: str = "") -> None:
    """Raise InputError if `needed` bytes are more than can still be taken. `what` begins the sentence, `hint` ends it.

    >>> check_room(1000, "a small table")
    """
    there = available()
    if there is not None and needed > there:
        raise InputError(f"{what}: about {spelled(needed)} of memory would be needed, {spelled(there)} are free{hint}.")


def check_disk(needed: float, folder: Path, what: str) -> None:
    """Raise InputError if `needed` bytes are more than a folder has room for."""
    there = shutil.disk_usage(folder).free
    if needed > there:
        raise InputError(f"{what}: about {spelled(needed)} of disk would be needed, {spelled(there)} are free.")


def spelled(size: float) -> str:
    """Return a number of bytes in words.

    >>> spelled(2_140_000_000), spelled(999)
    ('2.14 GB', '999 bytes')
    """
    for unit, least in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= least:
            return f"{size / least:,.3g} {unit}" if size < 1000 * least else f"{size / least:,.0f} {unit}"
    return f"{size:,.0f} bytes"


def is_scarce(problem: BaseException | None) -> bool:
    """Return whether an error, or one that led to it, says that memory ran out."""
    while problem is not None:
        if isinstance(problem, MemoryError) or any(said in str(problem).lower() for said in SCARCE):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def prepare() -> None:
    """Keep libraries from reserving memory where the process has a limit. Raises InputError for one that is too low."""
    bound = limit()
    if bound is None:
        return
    if bound < LEAST:
        raise InputError(f"the limit on memory (ulimit -v) is {spelled(bound)}; at least {spelled(LEAST)} are needed.")
    for name, value in (("ARROW_DEFAULT_MEMORY_POOL", "system"), ("OPENBLAS_NUM_THREADS", "1")):
        os.environ.setdefault(name, value)
