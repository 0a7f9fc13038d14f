"""A headless Chromium that is driven over a pipe, for tests that press keys as a person would."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--remote-debugging-pipe", "about:blank",
)  # fmt: skip
KEYS = {
    "Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
}  # fmt: skip
PATIENCE = 120
"""Seconds for which an answer of the browser is awaited, on a busy machine."""


def found() -> str | None:
    """The path of a browser, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Page:
    """One page of the browser. `requests`: the addresses that it asked for; `errors`: what its console complains of."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes, self._held, self._last = reads, writes, b"", 0
        self.session: str | None = None
        self.requests: list[str] = []
        self.errors: list[str] = []

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        self._last += 1
        said: dict[str, Any] = {"id": self._last, "method": method, "params": given}
        if self.session is not None:
            said["sessionId"] = self.session
        os.write(self._writes, json.dumps(said).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == self._last:
                assert "error" not in heard, heard
                return dict(heard["result"])

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._held:
            assert select([self._reads], [], [], max(until - time.monotonic(), 0))[0], "the browser does not answer"
            self._held += os.read(self._reads, 1 << 16)
        one, _, self._held = self._held.partition(b"\0")
        heard: dict[str, Any] = json.loads(one)
        given = heard.get("params", {})
        if heard.get("method") == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        if heard.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(given["exceptionDetails"]))
        if heard.get("method") == "Log.entryAdded":
            self.errors.append(given["entry"]["text"])
        return heard

    def open(self, path: Path, width: int, height: int) -> None:
        """Open a file in a window of this size."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{part}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Page.navigate", url=path.as_uri())
        until = time.monotonic() + PATIENCE
        while self.ask("document.readyState + location.protocol") != "completefile:":
            assert time.monotonic() < until, "the page does not load"
            time.sleep(0.05)

    def ask(self, script: str) -> Any:
        """The value of a script in the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str, times: int = 1) -> None:
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        code = KEYS.get(key, 0)
        named = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        for _ in range(times):
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
            self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def tab_to(self, selector: str, most: int = 150) -> None:
        """Press Tab until an element that the selector matches has the focus."""
        for _ in range(most):
            self.press("Tab")
            if self.ask(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"{selector} cannot be reached by Tab")

    def picture(self, path: Path, **clip: float) -> None:
        """Save a picture of a part of the page as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={**clip, "scale": 1})
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browser(path: str) -> Iterator[Page]:
    """Start a browser, and end it afterwards."""
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
    # In the child the pipe is at 3 and 4; higher numbers first, so that neither is overwritten by the other.
    theirs = [fcntl.fcntl(one, fcntl.F_DUPFD, 20) for one in (theirs_in, theirs_out)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        line = f"import os, sys; os.dup2({theirs[0]}, 3); os.dup2({theirs[1]}, 4); os.execv(sys.argv[1], sys.argv[1:])"
        words = [sys.executable, "-S", "-c", line, path, f"--user-data-dir={folder}", *FLAGS]
        child = subprocess.Popen(words, pass_fds=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Page(ours_in, ours_out)
        finally:
            child.terminate()
            child.wait()
            for one in (theirs_in, theirs_out, ours_in, ours_out, *theirs):
                os.close(one)
