"""Locks of files: held by one process at a time, and dropped by the kernel when it ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from synthetic.errors import InputError

WAIT = 0.05
"""Seconds between two looks at a lock that another process holds."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, made if it is missing; wait while another process holds it.

    The kernel drops the lock when the process ends, however it ends. The file goes with the last who holds it.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            while not _taken(handle):
                time.sleep(WAIT)
            if _is_still(handle, path):
                break
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # who held the lock has removed its file
    try:
        yield
    finally:
        let_go(os.getpid(), handle, path, [])


def lock_beside(option: str, path: Path, room: Path) -> tuple[int, Path, list[Path], bool]:
    """Lock a file. Return its handle, its path, the folders that were made for it, the innermost first, and whether it
    was there already: a process that ended in order has removed it.
    """
    name = room / f".{path.name}.lock"
    made = [one for one in (room, *room.parents) if not one.exists()]
    while True:
        room.mkdir(parents=True, exist_ok=True)
        stale = name.exists()
        try:
            handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # another run has just removed its empty folder
            continue
        if not _taken(handle):
            os.close(handle)
            raise InputError(f"{option}: {path.name!r} is being written by another run; name another, or wait for it.")
        if _is_still(handle, name):
            return handle, name, made, stale
        os.close(handle)  # the run that held the lock has removed its file


def _is_still(handle: int, name: Path) -> bool:
    """Whether an open file is the one of this name."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(name))
    except FileNotFoundError:
        return False


def _taken(handle: int) -> bool:
    """Lock an open file; False if another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without locks
    return True


def let_go(owner: int, handle: int, name: Path, made: list[Path]) -> None:
    """Drop a lock, and remove its file and those of the folders made for it that are empty."""
    if os.getpid() != owner:  # a child process that a model forked
        return
    if sys.platform == "win32":  # Windows cannot remove an open file
        os.close(handle)
    with suppress(OSError):
        name.unlink()
    if sys.platform != "win32":
        os.close(handle)
    with suppress(OSError):
        for folder in made:
            folder.rmdir()
