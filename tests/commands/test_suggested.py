"""Every command that an answer or a page suggests is one that runs."""

from __future__ import annotations

import re
import shlex
from html import unescape
from pathlib import Path
from shutil import copy

import pandas as pd
import pytest

from testbed.commands.cli import build_parser, main
from testbed.commands.options import dials_of, seeds_of
from testbed.commands.sweep import points
from testbed.report.rerun import command_for
from testbed.runs.auditing import audit
from testbed.runs.output import read_run
from testbed.runs.plan import planned

pytestmark = pytest.mark.usefixtures("small_training")  # what is suggested does not depend on cut-offs
ROOT = Path(__file__).parents[2]
SMALL = ("--people", "512", "--periods", "8")
FEW = ("--measures", "adverse_rate,error_gain")
RUNS = {
    "one model": ["rongcheng"],
    "another model": ["rongcheng", "--model", "logistic", "--seed", "3"],
    "several models": ["rongcheng", "--model", "rongcheng", "--model", "logistic"],
    "paired": ["rongcheng", "--model", "logistic", "--model", "rongcheng", "--paired"],
    "an object of a module": ["rongcheng", "--model", "theirs:Theirs"],
    "a rule book in a folder": ["rongcheng", "--model", "books/mine.toml", "--model", "logistic"],
    "a program with arguments": ["rongcheng", "--model", "cmd:sed -e 1d -e s/,.*//", "--set", "error.sample=2"],
    "a scenario in a folder": ["homework/town.toml", "--set", "regime.family.share=0.25"],
    "several seeds": ["rongcheng", "--seeds", "2"],
    "dials": ["rongcheng", "--set", "channels.court.miss=0.1", "--set", "regime.family.share=0"],
    "no errors left": ["rongcheng", "--set", "channels.errors=off"],
    "declared before": [
        "rongcheng",
        "--equivalent",
        "adverse_gap=0.5",
        "--seeds",
        "11",
        "--precision",
        "adverse_rate=1",
    ],
}
ON_THE_PAGE = ("one model", "paired", "a rule book in a folder", "dials")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module, a rule book and a scenario, as the current one."""
    (tmp_path / "theirs.py").write_text(
        "class Theirs:\n    row_wise = True\n\n    def score(self, records):\n"
        "        return records['age'].to_numpy(float)\n"
    )
    (tmp_path / "books").mkdir()
    copy(ROOT / "testbed" / "models" / "rulebooks" / "rongcheng.toml", tmp_path / "books" / "mine.toml")
    (tmp_path / "homework").mkdir()
    copy(ROOT / "examples" / "homework" / "town.toml", tmp_path / "homework" / "town.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def suggested(said: str) -> list[str]:
    """The commands that an answer ends with, as a shell reads them."""
    _, _, told = said.partition("Try: ")
    return [line.strip() for line in told.replace("\\\n", "").splitlines() if line.strip()]


def printed(page: Path) -> list[str]:
    """The commands on a page."""
    found = re.findall(r'<code class="command">(.*?)</code>', page.read_text(encoding="utf-8"))
    return [unescape(re.sub("<[^>]+>", "", text)) for text in found]


def accepted(command: str) -> str:
    """The name of the command, which the command line takes and whose worlds could be run."""
    words = shlex.split(command)
    assert words[0] == "testbed"
    args = build_parser(words[1:]).parse_args(words[1:])
    if args.command in ("list", "show"):
        assert main(words[1:]) == 0
    if args.command in ("audit", "case", "sweep"):
        measures, fixed = getattr(args, "measures", None), dials_of(args.set)
        has_steps = args.command == "sweep" and args.sobol is None and args.screen is None
        for step in points(args.dial, fixed) if has_steps else [{}]:
            planned(
                args.scenario, args.model, people=args.people, periods=args.periods, seeds=seeds_of(args),
                dials={**fixed, **step}, measures=measures, paired=getattr(args, "paired", False),
            )  # fmt: skip
    return str(args.command)


@pytest.mark.parametrize("run", RUNS)
def test_what_an_audit_and_its_page_say_to_try_is_accepted(
    run: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(here / "run")] if run in ON_THE_PAGE else []
    assert main(["audit", *RUNS[run], *SMALL, *FEW, *out]) == 0
    said = suggested(capsys.readouterr().out)
    names = [accepted(command) for command in said]
    assert names == (["case"] if run == "no errors left" else ["case", "audit"])
    if run == "paired":
        assert main(shlex.split(said[0])[1:]) == 0
        person = re.search(r"--person (\d+)", said[0])
        assert person is not None
        assert f"Person {person[1]}: " in capsys.readouterr().out
    if out:
        if "folder" in run:
            monkeypatch.chdir(here / "books")  # a page lies where its files lie
        found = printed(here / "run" / "report.html")
        assert len(found) >= 4
        assert {accepted(command) for command in found} >= {"audit"}


@pytest.mark.parametrize(
    "asked",
    [
        ["--dial", "channels.court.miss=0,0.1", "--set", "channels.errors=on", "--model", "logistic", *FEW],
        ["--dial", "channels.court.miss=0..0.1", "--sobol", "8", "--measures", "adverse_rate"],
    ],
    ids=["values", "shares"],
)
def test_the_page_of_a_sweep_names_the_whole_sweep(asked: list[str], here: Path) -> None:
    pytest.importorskip("SALib")
    assert main(["sweep", "rongcheng", *SMALL, *asked, "--out", str(here / "run")]) == 0
    words = read_run(here / "run")[1]["command"].split()
    assert {*asked, *SMALL} <= set(words)
    found = printed(here / "run" / "report.html")
    assert {accepted(command) for command in found} >= {"sweep"}


def test_the_command_of_a_share_is_a_screening_of_the_first_model() -> None:
    audited = "testbed audit rongcheng --people 512 --seeds 3 --paired --model logistic --model rongcheng"
    command = command_for({"command": f"{audited} --set regime.family.share=0 --out here"}, "assumption_share")
    assert command == "testbed sweep rongcheng --set regime.family.share=0 --model logistic --screen"
    assert accepted(command) == "sweep"


def test_the_command_of_a_table_keeps_values_of_several_words(here: Path) -> None:
    rows = {
        "its group": ["a", "b"] * 20,
        "label": ["paid back", "never"] * 20,
        "guess": ["paid back"] * 30 + ["never"] * 10,
    }
    pd.DataFrame(rows).to_csv(here / "loans.csv", index=False)
    asked = ["table", "loans.csv", "--outcome", "label", "--prediction", "guess", "--groups", "its group"]
    assert main([*asked, "--positive", "paid back", "--out", "run"]) == 0
    found = printed(here / "run" / "report.html")
    assert found
    for command in found:
        words = shlex.split(command)[1:]
        args = build_parser(words).parse_args(words)
        assert (args.groups, args.positive) == ("its group", "paid back")


def test_an_object_of_python_has_no_command_and_none_is_suggested(here: Path) -> None:
    def theirs(records: pd.DataFrame) -> pd.Series:
        return records["age"].astype(float)

    theirs.row_wise = True  # type: ignore[attr-defined]
    audit("rongcheng", theirs, people=512, periods=8, measures="adverse_rate", out=here / "run")
    assert printed(here / "run" / "report.html") == []
    audit("rongcheng", seeds=(3, 5), people=512, periods=8, measures="adverse_rate", out=here / "two")
    assert read_run(here / "two")[1]["command"] == ""
