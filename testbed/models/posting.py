"""One question to a server on this machine, bounded: the whole exchange ends in time, and an answer has limited room.

`http.client` limits the time of each read alone, so a server that sends one byte now and then would never end.
"""

# Any: the hooks of http.client have no types.
from __future__ import annotations

import io
import socket
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import SplitResult

from testbed.models.bounds import TooLongError, left


def posted(address: SplitResult, body: bytes, room: int, end: float) -> tuple[int, bytes]:
    """Post a table to an address, and return the status and the body of the answer; no body unless the status is 2xx.

    end: when all of it must be done, by the monotonic clock. Raises TimeoutError after that, TooLongError if the body
    has more bytes than there is room for, OSError and HTTPException if the server cannot be asked. Redirects and
    proxies are not followed.
    """
    connection = HTTPConnection(address.hostname or "", address.port, timeout=left(end))
    connection.response_class = lambda sock, **given: HTTPResponse(_Until(sock, end), **given)  # type: ignore
    try:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.connect()
        connection.sock.settimeout(left(end))  # the time of all that is sent
        connection.request("POST", target, body, {"Content-Type": "text/csv", "Connection": "close"})
        with connection.getresponse() as answer:
            return answer.status, _body(answer, room) if 200 <= answer.status < 300 else b""
    finally:
        connection.close()


def _body(answer: HTTPResponse, room: int) -> bytes:
    parts, size = [], 0
    while part := answer.read(65536):
        parts.append(part)
        size += len(part)
        if size > room:
            raise TooLongError
    if answer.length:  # fewer bytes than its header promises
        raise IncompleteRead(b"", answer.length)
    return b"".join(parts)


class _Until(io.RawIOBase):
    """What a socket receives, until a time: HTTPResponse takes it for the socket."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self.sock, self.end = sock, end
        self.held = sock.makefile("rb", buffering=0)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, place: Any) -> int | None:
        self.sock.settimeout(left(self.end))
        return self.held.readinto(place)

    def close(self) -> None:
        self.held.close()
        super().close()
