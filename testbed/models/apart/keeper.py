"""A small process that keeps a command: it ends the command, and all that the command started, when it should end.

It is run by file name, by an interpreter without packages: `keeper.py LIFELINE CLOSED MEMORY COMMAND...`. LIFELINE is a
socket to the process that wants the command. The command ends when that process ends or writes to the socket; what the
command started ends with it. How the command ended is written to the socket, as one number. CLOSED are the other
descriptors that only the command needs, with commas between them. MEMORY is how many bytes of address space it may use,
0 for any number.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

GRACE = 5.0
"""Seconds after which processes that do not end are given up."""

AGAIN = 1.0
"""Seconds after which the keeper looks whether its parent is still there."""

SUBREAPER, DEATH_SIGNAL = 36, 1
"""What Linux calls PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG."""

LEFT_ALONE = ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE")


def main(words: list[str]) -> None:
    """Keep the command that is named."""
    parent = os.getppid()
    os.set_inheritable(int(words[0]), False)
    lifeline = socket.socket(fileno=int(words[0]))
    closed = [int(one) for one in words[1].split(",") if one]
    seen, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(woken)
    for name in LEFT_ALONE:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    control(SUBREAPER, 1)
    child = os.fork()
    if not child:
        become(words[3:], int(words[2]))
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in (0, 1, 2):
        os.dup2(nothing, one)
    for one in closed:
        os.close(one)
    status: int | None = None
    while status is None and os.getppid() == parent:
        ready, _, _ = select.select([lifeline.fileno(), seen], [], [], AGAIN)
        if lifeline.fileno() in ready:
            break
        if seen in ready:
            os.read(seen, 4096)
        status, _ = ended(child)
    status = end_all(child, status)
    with suppress(OSError):
        lifeline.sendall(b"%d\n" % (-signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)))


def control(option: int, value: int) -> None:
    """Set an option of this process; nothing on a system other than Linux."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def become(command: list[str], memory: int) -> None:
    """Turn this process into the command, in a session of its own."""
    try:
        os.setsid()
        control(DEATH_SIGNAL, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        for name in (*LEFT_ALONE, "SIGCHLD"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        if memory:
            import resource

            most = resource.getrlimit(resource.RLIMIT_AS)[1]
            memory = memory if most == resource.RLIM_INFINITY else min(memory, most)  # no limit can be raised
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.execvp(command[0], command)
    finally:
        os._exit(127)


def ended(child: int) -> tuple[int | None, bool]:
    """Collect processes that have ended. Returns the status of this one, if it is among them, and whether any is left.

    On Linux what loses its parent becomes a child of the keeper, so nothing is left only when all have ended.
    """
    found = None
    try:
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return found, True
            found = status if process == child else found
    except ChildProcessError:
        return found, False


def end_all(child: int, status: int | None) -> int | None:
    """Kill the command and all that it started; the status of the command."""
    until, left = time.monotonic() + GRACE, True
    while left and time.monotonic() < until:
        if status is None or sys.platform != "linux":
            kill(os.killpg, child)
        for process in below(os.getpid()):
            kill(os.kill, process)
        found, left = ended(child)
        status = status if found is None else found
        if left:
            time.sleep(0.002)
    return status


def kill(how: Callable[[int, int], None], process: int) -> None:
    """End a process or a group, if it is still there."""
    with suppress(ProcessLookupError, PermissionError):
        how(process, signal.SIGKILL)


def below(process: int) -> list[int]:
    """All processes that descend from a process."""
    parents = dict(listed())
    found, fresh = [], [process]
    while fresh:
        fresh = [one for one, parent in parents.items() if parent in fresh]
        found += fresh
    return found


def listed() -> list[tuple[int, int]]:
    """Each process of the machine that can be seen, and its parent."""
    if not os.path.exists("/proc/self/stat"):
        told = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, check=False).stdout
        rows = [line.split() for line in told.splitlines()]
        return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    found.append((int(name), int(file.read().rpartition(b")")[2].split()[1])))
            except (OSError, ValueError, IndexError):  # it has ended meanwhile
                continue
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
