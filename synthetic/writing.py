"""Writing files: a path is reserved before anything runs, and written completely or not at all.

Reserving a path resolves it, so that a later change of the working folder has no effect, refuses a file that exists,
and holds a lock. The kernel drops the lock when the process ends, however it ends.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sys
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

from synthetic.errors import InputError
from synthetic.locks import let_go, lock_beside

_reservations: weakref.WeakSet[Reserved] = weakref.WeakSet()
"""What this process has reserved, for a signal that ends it."""


class Reserved:
    """A path that only this process writes, until `release` or until the object or the process ends.

    `room` is the folder that holds the lock and the temporary file `part`. Missing folders above it are made, and
    removed again if nothing was written.
    """

    def __init__(self, option: str, path: Path, *, room: Path | None = None, overwrite: bool = True) -> None:
        self.option, self.path, self.overwrite, self.owner = option, path, overwrite, os.getpid()
        self.room = room or path.parent
        self.part = self.room / f".{path.name}.part"
        handle, lock, made, stale = lock_beside(option, path, self.room)
        self.release = weakref.finalize(self, let_go, self.owner, handle, lock, made)
        _reservations.add(self)
        remains = [one for one in self.remains() if os.path.lexists(one)]
        for one in remains:
            _remove(one)
        if remains or stale:
            found = ", ".join(one.name for one in remains) or lock.name
            sys.stderr.write(f"testbed: a run that wrote {path.name!r} did not end; what it left is gone: {found}\n")

    def remains(self) -> list[Path]:
        """Return where a run that died may have left something."""
        return [self.part]

    def write(self, content: str | bytes) -> None:
        """Write the file and release it."""
        _write_aside(self.part, content)
        self.put()

    def put(self) -> None:
        """Rename `part` into place and release it."""
        try:
            if not self.overwrite:
                refuse_standing(self.option, self.path)
            os.replace(self.part, self.path)
        finally:
            self.part.unlink(missing_ok=True)
            self.release()


def resolved(option: str, out: str | Path) -> Path:
    """The absolute path of an output, with links resolved. Raises InputError for an empty path."""
    if not str(out) or "\0" in str(out):
        raise InputError(f"{option} {str(out)!r} names nothing; a path is needed.")
    return Path(os.path.realpath(out))


def reserve_file(option: str, out: str | Path, *, suffixes: Sequence[str] = (), overwrite: bool = False) -> Reserved:
    """Reserve a file in an existing folder. Raises InputError if it cannot be written or exists already."""
    path = resolved(option, out)
    if suffixes and Path(out).suffix not in suffixes:
        raise InputError(f"{option} {str(out)!r}: a file ending in {' or '.join(suffixes)} is needed.")
    if not path.parent.is_dir():
        raise InputError(f"{option} {str(out)!r}: no such folder, {path.parent.name!r} does not exist.")
    check_writable(option, path.parent)
    if path.exists() and not path.is_file():
        raise InputError(f"{option} {str(out)!r} is {'a folder' if path.is_dir() else 'not a file'}; a file is needed.")
    if not overwrite:
        refuse_standing(option, path)
    return Reserved(option, path, overwrite=overwrite)


def refuse_standing(option: str, path: Path) -> None:
    """Raise InputError if a path exists."""
    if path.exists():
        raise InputError(f"{option}: {path.name!r} already exists; add --overwrite, or name another file.")


def check_writable(option: str, folder: Path) -> None:
    """Raise InputError if no file can be created in a folder."""
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{option}: the folder {folder.name or str(folder)!r} cannot be written to.")


def replace_file(path: str | Path, content: str | bytes) -> None:
    """Write a file completely or not at all: to a temporary file, flushed to disk and renamed into place."""
    path = Path(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    _write_aside(aside, content)
    try:
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def swap(one: Path, other: Path) -> bool:
    """Exchange two folders atomically; False if the system or the file system cannot."""
    import ctypes

    here, exchange = -100, 2  # AT_FDCWD, and RENAME_EXCHANGE of Linux as RENAME_SWAP of macOS
    left, right = os.fsencode(one), os.fsencode(other)
    calls: dict[str, tuple[str, tuple[int | bytes, ...]]] = {
        "linux": ("renameat2", (here, left, here, right, exchange)),
        "darwin": ("renamex_np", (left, right, exchange)),
    }
    name, words = calls.get(sys.platform, ("", ()))
    call = getattr(ctypes.CDLL(None), name, None) if name else None
    return call is not None and int(call(*words)) == 0


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV (RFC 4180) with LF line ends; a cell with a comma, quote, CR or LF is quoted.

    >>> csv_text([["a", "b,c"], [1, "x\\r=1"]])
    'a,"b,c"\\n1,"x\\r=1"\\n'
    """
    lines = _Lines()
    # Python's writer quotes the characters of the line end: with "\n" alone, older versions leave CR unquoted.
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    def write(self, line: str) -> None:
        self.append(line[:-2] + "\n")


def _write_aside(aside: Path, content: str | bytes) -> None:
    try:
        data = content.encode("utf-8") if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        bad = error.object[error.start : error.end]
        raise InputError(f"a text to be written holds {bad!a}, which is no character of Unicode.") from None
    try:
        with open(aside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def end_cleanly(number: int, frame: FrameType | None) -> None:
    """A handler of signals: remove what is half-written, and end by the signal."""
    for one in list(_reservations):
        if one.release.alive and one.owner == os.getpid():
            _remove(one.part)
            one.release()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
