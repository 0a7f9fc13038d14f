"""`testbed lesson`: every number of the page is a finding of its worlds, and the page asks nothing of any network."""

from __future__ import annotations

import itertools
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from synthetic.errors import InputError
from testbed import audit
from testbed.commands.cli import main
from testbed.lesson import Grid, Lesson, Watch, data_of, lessons, render, run_watch
from testbed.lesson.grid import dials_at, points

SMALL = Path(__file__).parent / "small.toml"


def embedded(page: str) -> dict[str, Any]:
    """The data that the script of a page reads."""
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert held
    made: dict[str, Any] = json.loads(held[1])
    return made


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text of its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_numbers_of_the_page_are_the_findings_of_an_audit_of_the_same_worlds(grid: Grid, page: str) -> None:
    data, lesson = embedded(page), grid.lesson
    point = points(lesson)[-1]
    found = audit(
        lesson.scenario, people=lesson.people, periods=lesson.periods, seeds=grid.seeds, dials=dials_at(lesson, point),
        measures=[one.measure for one in lesson.outcomes],
    )  # fmt: skip
    rows = found[(found["seed"] == -1) & (found["split"] == "all")].set_index("measure")
    for one in lesson.outcomes:
        row = rows.loc[one.measure]
        shown = data["points"][",".join(map(str, point))][one.name]
        expected = [None if math.isnan(row[name]) else float(row[name]) for name in ("value", "low", "high")]
        assert shown[:4] == [*expected, int(row["n"])]


def test_every_combination_of_the_operators_sliders_and_each_other_slider_is_run(grid: Grid) -> None:
    assert sorted(grid.findings) == [(0, 2), (1, 0), (1, 1), (1, 2), (2, 2)]
    assert grid.start == (1, 2)
    assert grid.findings[(1, 0)]["scenario"].unique().tolist() == [
        "joint-sanctions{error.per_1000=40,regime.family.share=0}"
    ]


def test_the_family_rule_moves_the_reach_and_the_words_say_the_same_number(grid: Grid, page: str) -> None:
    reach = grid.lesson.outcome("reach")
    assert grid.row((1, 0), reach)["value"] == 0 < grid.row(grid.start, reach)["value"]
    number = embedded(page)["points"]["1,2"]["reach"]
    assert f"One wrong entry reaches {number[4]} ({number[5]}) others." in page


def test_the_command_writes_the_same_bytes_and_a_second_page_for_the_teacher(
    page: str, grid: Grid, watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "small.html"
    words = ["lesson", str(SMALL), "--out", str(out), "--worlds", "2", "--workers", "1", "--teacher"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "10 of 10 worlds" in said.err
    assert said.out == f"Written: {out}\nWritten: {tmp_path / 'small-teacher.html'}\n"
    assert out.read_text() == page
    teacher = (tmp_path / "small-teacher.html").read_text()
    assert teacher.count('<details class="answers" open>') == len(grid.lesson.questions) == 1
    assert '<details class="answers" open>' not in page
    assert embedded(teacher) == embedded(page) == json.loads(json.dumps(data_of(grid, watch)))
    assert f"The lines by hand stand at {watch.culprit}." in teacher
    assert "The lines by hand stand at" not in page


def test_texts_of_the_lesson_file_are_escaped(page: str) -> None:
    assert "A &lt;b&gt;small&lt;/b&gt; lesson &amp; its" in page
    assert "<script>document.title" not in page
    tags = [tag for tag, _ in Tags(page).tags]
    assert tags.count("script") == 2
    assert tags.count("b") == 0


def test_nothing_is_fetched_and_only_the_hashed_script_may_run(page: str) -> None:
    tags = Tags(page).tags
    policy = next(held["content"] for _, held in tags if held.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, held in tags:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not held.keys() & {"src", "srcset", "action", "style", "onclick"}
        assert (held.get("href") or "#").startswith("#")
    assert "url(" not in page
    assert "@import" not in page
    assert "fetch(" not in page
    assert len(page.encode()) < 700_000


def test_every_field_has_a_label_and_headings_do_not_skip_a_level(page: str) -> None:
    tags = Tags(page).tags
    labeled = {held.get("for") for tag, held in tags if tag == "label"}
    fields = [held for tag, held in tags if tag in ("input", "select", "textarea") and held.get("type") != "radio"]
    assert fields
    assert {held.get("id") for held in fields} <= labeled
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [held["id"] for _, held in tags if "id" in held]
    assert len(ids) == len(set(ids))
    assert next(held for tag, held in tags if tag == "html")["lang"] == "en"


def test_the_log_holds_every_entry_but_the_hidden_ones_and_one_desk_has_all_lines_by_hand(watch: Watch) -> None:
    assert sum(one.lines for one in watch.desks) == len(watch.log)
    assert 0 < watch.logged < watch.made
    assert watch.audited <= watch.logged
    assert watch.reversed <= watch.audited
    guilty = next(one for one in watch.desks if one.name == watch.culprit)
    others = [one for one in watch.desks if one is not guilty]
    assert guilty.red >= watch.logged
    assert guilty.share == max(one.share for one in watch.desks)
    # The other desks get their lines by lot: their shares of red lines differ by chance only.
    assert max(one.low for one in others) < min(one.high for one in others)
    assert guilty.name != "desk 1"  # the largest desk is never the one: counts mislead


def test_another_seed_is_another_log(watch: Watch) -> None:
    again, other = run_watch(Lesson.load(SMALL)), run_watch(Lesson.load(SMALL), seed=1)
    assert again.log.equals(watch.log)
    assert not other.log.equals(watch.log)


@pytest.mark.parametrize("name", lessons())
def test_a_shipped_lesson_has_three_guesses_five_questions_both_sides_and_a_block(name: str) -> None:
    lesson = Lesson.load(name)
    operator = lesson.parts["operator"]
    assert (len(lesson.guesses), len(lesson.questions), len(lesson.sliders)) == (3, 5, 5)
    assert len(points(lesson)) == 27 + 2 * 2
    assert lesson.outcome(operator["benefit"]).side == "benefit"
    assert {lesson.outcome(one).side for one in operator["harms"]} == {"harm"}
    assert sum(min(one.cost) for one in lesson.sliders) <= operator["budget"]  # something can be afforded
    assert sum(max(one.cost) for one in lesson.sliders) > operator["budget"]  # and not everything
    assert len(lesson.cites) == len(set(lesson.cites))


def test_a_scenario_without_a_lesson_is_told_which_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lesson", "dang", "--out", str(tmp_path / "dang.html")]) == 2
    said = capsys.readouterr().err
    assert "no lesson for 'dang'" in said
    assert "joint-sanctions, robodebt-averaging, rongcheng" in said
    assert "copy testbed/lesson/rongcheng.toml" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{reach@family=0}", "{reech}", "unknown outcome in lesson mine 'reech'"),
        ("{reach@family=0}", "{reach@kin=0}", "unknown slider in lesson mine 'kin'"),
        ('"spc-list-2017"', '"nobody"', "unknown source in lesson mine 'nobody'"),
        ("values = [0.5, 0.9, 1]", "values = [0.5, 0.8, 1]", "the scenario's own value 0.9 must be among the values"),
        ("values = [0.5, 0.9, 1]", "values = [0.2, 0.9, 1]", "found 0.2, allowed: 0.5 to 1"),
        (
            'said   = ["half", "9 of 10", "all"]',
            'said   = ["half"]',
            "sliders.found.said: found ['half'], allowed: a list of 3 texts",
        ),
        (
            'side    = "harm"',
            'side    = "bad"',
            "unknown side in lesson mine, outcomes.reach 'bad'; Allowed: benefit, harm",
        ),
        ("budget  = 1", 'budget  = "much"', "operator.budget: found 'much', allowed: a whole number from 1 on"),
        ('dial   = "regime.family.share"', 'dial   = "regime.family.size"', "unknown dial"),
        ("people   = 800\nper", "people   = 800\ncolor = 1\nper", "unknown key in lesson mine 'color'"),
    ],
)
def test_a_wrong_lesson_file_is_told_in_one_sentence_before_anything_runs(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = SMALL.read_text()
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new))
    with pytest.raises(InputError, match=re.escape(said)):
        Lesson.load(tmp_path / "mine.toml")


def test_a_number_that_was_not_computed_says_why(grid: Grid, watch: Watch) -> None:
    rows = grid.findings[grid.start].copy()
    rows.loc[rows["measure"] == "detection_recall", ["value", "low", "high"]] = math.nan
    rows.loc[rows["measure"] == "detection_recall", "why"] = "nobody <i>truly</i> did"
    missing = Grid(**{**vars(grid), "findings": {**grid.findings, grid.start: rows}})
    page = render(missing, watch, command="x")
    assert embedded(page)["points"]["1,2"]["caught"][:3] == [None, None, None]
    assert "not computed (nobody &lt;i&gt;truly&lt;/i&gt; did)" in page
