"""Code that is not ours cannot end a run by what it raises; somebody at the keyboard can."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from testbed.models.guard import Interrupted, LeftError, first_line, theirs


def test_errors_come_out_as_they_are() -> None:
    with pytest.raises(KeyError, match="income"), theirs():
        raise KeyError("income")


@pytest.mark.parametrize("problem", [SystemExit(0), KeyboardInterrupt(), GeneratorExit()])
def test_what_would_end_a_program_comes_out_as_an_error(problem: BaseException) -> None:
    with pytest.raises(LeftError, match=type(problem).__name__), theirs():
        raise problem


@pytest.fixture
def listening() -> Iterator[None]:
    """Python's own handler of an interrupt: a shell that runs the tests in the background turns it off."""
    held = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, held)


@pytest.mark.usefixtures("listening")
def test_an_interrupt_from_outside_still_ends_the_run_and_the_handler_is_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted), theirs(), theirs():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_a_keyboard_interrupt_that_somebody_else_s_handler_raises_goes_through() -> None:
    def handler(number: int, frame: object) -> None:
        raise KeyboardInterrupt("theirs")

    held = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(KeyboardInterrupt, match="theirs"), theirs():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, held)


def test_in_a_thread_nobody_can_interrupt_so_it_is_the_code_s_own_doing() -> None:
    seen: list[BaseException] = []

    def work() -> None:
        try:
            with theirs():
                raise KeyboardInterrupt
        except BaseException as problem:
            seen.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert isinstance(seen[0], LeftError)


def test_a_problem_is_told_in_one_line() -> None:
    assert first_line(ValueError("one\ntwo")) == "ValueError: one"
    assert first_line(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert first_line(LeftError("SystemExit: 0")) == "SystemExit: 0"
