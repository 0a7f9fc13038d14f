"""The lesson from its first part to its last by keyboard alone, on the screen of a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import browser
import pytest
from browser import Page

from testbed.lesson import Grid, Watch, data_of

PHONE = (390, 844)


@pytest.fixture(scope="module")
def phone(page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = browser.found()
    if path is None:
        pytest.skip("no browser is installed (chromium), so the lesson is not driven by keyboard")
    file = tmp_path_factory.mktemp("lesson") / "small.html"
    file.write_text(page)
    with browser.browser(path) as one:
        one.open(file, *PHONE)
        yield one


def text(page: Page, selector: str) -> str:
    """The text of an element as it is shown."""
    return re.sub(r"\s+", " ", str(page.ask(f"document.querySelector({json.dumps(selector)}).innerText"))).strip()


def test_the_lesson_is_done_by_keyboard_from_the_first_part_to_the_last(phone: Page, grid: Grid, watch: Watch) -> None:
    points = data_of(grid, watch)["points"]

    def number(point: str, outcome: str) -> str:
        row = points[point][outcome]
        return f"{row[4]} ({row[5]})"

    # 1 Guess first: nothing else is shown until both numbers were guessed.
    assert phone.ask("getComputedStyle(document.getElementById('life')).display") == "none"
    for place, outcome in enumerate(("reach", "caught")):
        phone.tab_to(f"#guess-{place}")
        phone.press("ArrowRight", 4)
        assert text(phone, f"form[data-guess='{place}'] .answer") == ""
        phone.tab_to(f"form[data-guess='{place}'] button")
        phone.press("Enter")
        assert number("1,2", outcome) in text(phone, f"form[data-guess='{place}'] .answer")
    assert text(phone, "form[data-guess='0'] output") == "2"
    assert phone.ask("getComputedStyle(document.getElementById('life')).display") == "block"

    # 2 One life: step by step, then play and pause.
    phone.tab_to("#play")
    phone.press("Enter")
    assert text(phone, "#play") == "Pause"
    phone.press("Enter")
    assert text(phone, "#play") == "Play"
    phone.tab_to("#on")
    phone.press("Enter", 7)  # the last month switches the button off
    assert text(phone, "#month-said") == "7"
    assert text(phone, "#life-said") == data_of(grid, watch)["life"]["sentence"]
    assert "only" in phone.ask("document.getElementById('world-error').innerHTML")

    # 3 Sliders: each position is a computed one; a combination that was not run is not shown.
    phone.tab_to("[data-slider='0']")
    phone.press("ArrowRight")
    assert text(phone, "#o-0") == "all"
    assert number("2,2", "caught") in text(phone, "#bars")
    phone.tab_to("[data-slider='1']")
    phone.press("ArrowLeft")
    assert "not run" in text(phone, "#snap")
    assert (text(phone, "#o-0"), text(phone, "#o-1")) == ("9 of 10", "every second")
    phone.press("ArrowLeft")
    assert number("1,0", "reach") in text(phone, "#bars")

    # 4 The operator: a choice over the budget cannot be kept.
    phone.tab_to("input[name='rule-0']")
    phone.press("ArrowDown")
    assert "1 over the budget of 1" in text(phone, "#cost")
    assert phone.ask("document.getElementById('keep').disabled") is True
    phone.press("ArrowUp")
    phone.tab_to("#keep")
    phone.press("Enter")
    assert number("1,2", "caught") in text(phone, "#kept tbody")

    # 5 The log: compare rates, name the desk.
    phone.tab_to("[data-view='share']")
    phone.press("Enter")
    assert phone.ask("document.querySelector('[data-view=share]').getAttribute('aria-pressed')") == "true"
    phone.tab_to("input[name='desk']")
    phone.press("ArrowDown", [one.name for one in watch.desks].index(watch.culprit))
    phone.tab_to("#name button")
    phone.press("Enter")
    assert f"Yes: it is {watch.culprit}." in text(phone, "#verdict")
    assert f"{watch.made} lines were made by hand" in text(phone, "#verdict")

    # 6 A question: the answer stays shut until it is opened.
    phone.tab_to("#q-1")
    phone.press("x")
    phone.tab_to(".answers summary")
    phone.press("Enter")
    assert number("1,0", "reach") in text(phone, ".answers")

    drawn = phone.ask("[...document.querySelectorAll('svg')].map((one) => one.outerHTML).join('')")
    assert drawn.count("<svg") == 7  # two guesses, the life, two outcomes, the choices, the desks
    assert "NaN" not in drawn
    assert phone.errors == []
    assert {one.partition(":")[0] for one in phone.requests} == {"file"}
    assert phone.ask("document.title") == 'A <b>small</b> lesson & its "words": a lesson'


def test_nothing_is_wider_than_the_screen_of_a_phone(phone: Page) -> None:
    phone.ask("document.getElementById('unlock').click()")
    assert phone.ask("document.documentElement.scrollWidth") <= PHONE[0]
