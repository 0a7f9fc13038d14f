"""The command line: answers on stdout, progress on stderr, bad input in one sentence with status 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from testbed.commands.cli import main
from testbed.runs.output import OURS, TIMES

pytestmark = pytest.mark.usefixtures("small_training")  # no answer here depends on cut-offs
SMALL = ["--people", "2048", "--periods", "8"]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command; its status, stdout and stderr."""

    def made(*words: str) -> tuple[int, str, str]:
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        told = capsys.readouterr()
        return status, told.out, told.err

    return made


@pytest.mark.parametrize("kind", ["scenarios", "models", "measures", "rulebooks", "regimes", "channels", "recipes"])
def test_every_listed_name_can_be_shown(say, kind: str) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = say("list", kind)
    assert status == 0
    names = [line.split()[0] for line in out.splitlines()]
    assert names
    for name in names:
        status, shown, _ = say("show", name)
        assert status == 0
        assert name.replace("-", "_") in shown.replace("-", "_")


def test_a_name_in_several_registries_is_shown_from_each_in_turn(say) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = say("show", "rongcheng")
    heads = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert heads[:2] == ["scenario rongcheng", "rule book rongcheng"]
    for said in (
        "causal graph:",
        "dials (path",
        "sources:",
        "not modelled:",
        "regime.family.share = 1",
        "channels.errors = on",
    ):
        assert said in out


def test_list_without_a_kind_names_every_registry(say) -> None:  # type: ignore[no-untyped-def]
    _, out, _ = say("list")
    assert [line for line in out.splitlines() if line.endswith(":") and " " not in line] == [
        "scenarios:", "models:", "measures:", "table-measures:", "rulebooks:", "regimes:", "channels:", "recipes:",
        "actions:",
    ]  # fmt: skip


def test_an_audit_answers_in_thirty_lines_of_eighty_columns_and_writes_its_folder(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "run"
    asked = ["audit", "rongcheng", *SMALL, "--measures", "adverse_rate,flip_rate,record_access", "--out", str(out)]
    status, said, progress = say(*asked)
    assert status == 0
    lines = said.splitlines()
    assert len(lines) <= 30
    assert max(len(line) for line in lines if len(line.split()) > 1) <= 80  # a path is not cut
    assert "compared with a lottery" in progress
    assert sorted(one.name for one in out.iterdir()) == sorted([*OURS, TIMES])
    seconds = json.loads((out / TIMES).read_text())["rongcheng"]
    assert {"adverse_rate", "flip_rate", "record_access"} == seconds.keys()
    assert all(0 <= spent < 600 for spent in seconds.values())
    before = {name: (out / name).read_bytes() for name in OURS}
    assert say(*asked)[0] == 0
    assert {name: (out / name).read_bytes() for name in OURS} == before
    (out / "report.html").unlink()
    assert say("report", str(out))[0] == 0
    assert (out / "report.html").read_bytes() == before["report.html"]
    status, _, error = say(*asked, "--seed", "1")
    assert (status, error.count("\n")) == (2, 1)
    assert "--overwrite" in error
    assert {name: (out / name).read_bytes() for name in OURS} == before


def test_without_out_nothing_is_written(say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    assert say("audit", "rongcheng", *SMALL, "--measures", "adverse_rate")[0] == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audit", "rongchen"], "did you mean 'rongcheng'"),
        (["audit", "none.toml"], "none.toml"),
        (["audit", "rongcheng", "--people", "many"], "whole number"),
        (["audit", "rongcheng", "--people", "0"], "allowed: 1"),
        (["audit", "rongcheng", "--model", "nobody:Model"], "nobody"),
        (["audit", "rongcheng", "--model", "logistik"], "did you mean 'logistic'"),
        (["audit", "rongcheng", "--set", "regime.family.share"], "DIAL=V"),
        (["audit", "rongcheng", "--set", "regime.family.share=3"], "0 to 1"),
        (["audit", "rongcheng", "--set", "regime.famly.share=1"], "did you mean 'regime.family.share'"),
        (["audit", "rongcheng", "--measures", "flip_rat"], "did you mean 'flip_rate'"),
        (["audit", "rongcheng", "--engine", "threads"], "unknown engine"),
        (["audit", "rongcheng", "--seed", "1", "--seeds", "2"], "not allowed with"),
        (["audit", "rongcheng", "--out", "/dev/null"], "is a file"),
        (["audit", "rongcheng", "--pepole", "3"], "--pepole"),
        (["audit"], "SCENARIO"),
        (["odit"], "odit"),
        (["show", "rongchen"], "did you mean"),
        (["list", "people"], "people"),
        (["people", "china-2020", "--people", "10", "--out", "people.txt"], ".csv or .parquet"),
        (["people", "china-2020", "--people", "10", "--out", "no/such/people.csv"], "no such folder"),
        (["case", "rongcheng", "--person", "5000", "--people", "1024"], "0 to 1023"),
        (["case", "rongcheng", "--person", "-1"], "0 to"),
        (["sweep", "rongcheng", "--dial", "channels.court.miss"], "DIAL=V1,V2"),
        (["check", "nothing_here"], "nothing_here"),
        (["report", "nowhere"], "nowhere"),
        (["table", "nowhere.csv", "--outcome", "y", "--prediction", "p", "--groups", "g"], "nowhere.csv"),
        (["table", "nowhere.csv", "--groups", "g"], "--outcome"),
        (["table", "nowhere.csv", "--groups=--"], "'--' is no value"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(say, words: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    status, out, error = say(*words)
    assert status == 2
    assert out == ""
    assert said in error
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_model_that_fails_is_status_1_and_what_could_be_computed_is_written(
    say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "failing_model.py").write_text("def score(records):\n    raise RuntimeError('out of order')\n")
    monkeypatch.syspath_prepend(tmp_path)
    out = tmp_path / "run"
    status, _, error = say(
        "audit", "rongcheng", *SMALL, "--measures", "adverse_rate", "--model", "failing_model:score", "--out", str(out)
    )
    assert status == 1
    assert "out of order" in error
    assert "Traceback" not in error
    found = pd.read_csv(out / "findings.csv")
    mine = found[found["model"] == "failing_model:score"]
    assert mine["value"].isna().all()
    assert mine["why"].str.contains("out of order").all()
    assert found[found["model"] == "lottery"]["value"].notna().any()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_people_are_written_with_a_data_card(say, tmp_path: Path, suffix: str) -> None:  # type: ignore[no-untyped-def]
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / f"people{suffix}"
    assert say("people", "china-2020", "--people", "1500", "--seed", "3", "--out", str(out))[0] == 0
    held = pd.read_csv(out) if suffix == ".csv" else pd.read_parquet(out)
    assert len(held) == 1500
    card = (tmp_path / f"people{suffix}.card.md").read_text(encoding="utf-8")
    assert "Nobody here exists" in card
    beside = [f"{out.name}.card.md", f"{out.name}.croissant.json"]
    assert sorted(one.name for one in tmp_path.iterdir()) == [out.name, *beside]


def test_a_case_is_told_and_written(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "life.json"
    status, said, _ = say("case", "rongcheng", *SMALL, "--person", "17", "--out", str(out))
    assert status == 0
    assert said.startswith("Person 17:")
    assert json.loads(out.read_text())["person"] == 17
    assert say("case", "rongcheng", *SMALL, "--person", "17", "--out", str(tmp_path / "life.html"))[0] == 0
    assert "<script" not in (tmp_path / "life.html").read_text()


def test_a_case_without_a_person_tells_a_typical_life(say) -> None:  # type: ignore[no-untyped-def]
    status, said, _ = say("case", "rongcheng", *SMALL, "--set", "error.per_1000=50")
    assert status == 0
    assert "one wrong court entry in month" in " ".join(said.split())
    assert "What the person could see:" in said


def test_a_sweep_has_a_line_per_value_and_the_same_seeds(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "sweep"
    status, said, _ = say(
        "sweep",
        "rongcheng",
        *SMALL,
        "--dial",
        "regime.family.share=0,1",
        "--measures",
        "error_reach,adverse_rate",
        "--out",
        str(out),
    )
    assert status == 0
    lines = said.splitlines()
    assert lines[0].split()[:2] == ["regime.family.share", "adverse_rate"]
    assert lines[1].split()[0] == "0"
    found = pd.read_csv(out / "findings.csv")
    assert {"rongcheng", "rongcheng{regime.family.share=0}"} <= set(found["scenario"])


def test_a_sweep_prints_what_was_asked_and_leaves_anchors_in_its_findings(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "sweep"
    asked = ("sweep", "rongcheng", *SMALL, "--measures", "error_gain", "--out", str(out))
    status, said, _ = say(*asked, "--dial", "channels.errors=on,off")
    assert status == 0
    lines = said.splitlines()
    assert lines[0].split() == ["channels.errors", "error_gain"]
    assert [line.split()[0] for line in lines[1:3]] == ["on", "off"]
    found = pd.read_csv(out / "findings.csv", keep_default_na=False)
    own = found[found["model"] == "rongcheng"]
    steps = own[own["scenario"].isin(["rongcheng", "rongcheng{channels.errors=off}"])]
    assert steps["measure"].str.startswith("error_gain").all()
    assert set(found["model"]) == {"rongcheng", "lottery", "oracle"}
    assert "Error gain, over channels.errors" in (out / "report.html").read_text(encoding="utf-8")


def test_a_value_that_is_given_twice_is_refused(say) -> None:  # type: ignore[no-untyped-def]
    status, said, problem = say("sweep", "rongcheng", "--dial", "channels.court.miss=0.05,0.050")
    assert (status, said) == (2, "")
    assert "channels.court.miss=0.05 and channels.court.miss=0.050 are one scenario" in problem


def test_a_table_is_audited_and_says_what_was_decided_on_the_way(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "decisions.csv"
    file.write_text("group,label,guess,n\na,1,1,40\na,0,0,50\na,0,1,10\nb,1,1,20\nb,1,0,20\nb,0,0,60\n")
    out = tmp_path / "run"
    asked = ["table", str(file), "--outcome", "label", "--prediction", "guess", "--groups", "group", "--counts", "n"]
    status, said, _ = say(*asked, "--out", str(out))
    assert status == 0
    assert "reference of group" in said
    assert "counts column 'n' holds people per row: 200 people in 6 rows." in " ".join(said.split())
    assert "holds people per row: 200 people in 6 rows" in (out / "report.html").read_text()
    found = pd.read_csv(out / "findings.csv")
    rates = found[
        (found["measure"] == "false_negative_rate") & (found["group"].isin(["a", "b"])) & found["versus"].isna()
    ]
    assert rates.set_index("group")["value"].to_dict() == {"a": 0.0, "b": 0.5}
    assert str(tmp_path) not in (out / "manifest.json").read_text()
    assert say("report", str(out))[0] == 0
    status, _, error = say(*asked, "--reference", "group")
    assert (status, error.count("\n")) == (2, 1)
    assert "holds sampling weights: 6 rows" in say(*asked[:-2], "--weights", "n")[1]
    status, _, error = say(*asked, "--weights", "n")
    assert (status, error.count("\n"), "not allowed with" in error) == (2, 1, True)


@pytest.mark.parametrize("name", ["rongcheng", "logistic", "lottery", "adverse_rate"])
def test_built_in_things_keep_their_contract(say, name: str) -> None:  # type: ignore[no-untyped-def]
    status, said, _ = say("check", name)
    assert status == 0
    assert "is kept" in said


def test_a_broken_contract_is_status_1(say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "short_model.py").write_text("def score(records):\n    return [1.0]\n")
    monkeypatch.syspath_prepend(tmp_path)
    status, said, _ = say("check", "short_model:score")
    assert status == 1
    assert "broken" in said


def test_a_reader_that_leaves_early_is_no_error() -> None:
    ran = subprocess.run(
        f"{sys.executable} -m testbed list measures | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.count("\n") == 1
    assert ran.stderr == ""


def test_an_error_of_ours_is_a_sentence_and_not_a_traceback(say, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("TESTBED_TRACEBACK", raising=False)
    monkeypatch.setattr("testbed.commands.listing.run", lambda args: 1 / 0)
    status, _, error = say("list")
    assert status == 1
    assert "internal error" in error
    assert "Traceback" not in error


OWN = """
from pathlib import Path
from testbed import PerPerson, measure
from testbed.models.rulebook import FOLDER
from testbed.models.rulebook_file import load_rulebook

@measure("scored_share_of_a_test", harm="opacity", unit="rate", better="lower", reference="none", caveats="none")
def good(case):
    \"\"\"Share of people who are scored.\"\"\"
    return PerPerson(case.scored * 1.0, case.scored * 1.0)

@measure("leaving_of_a_test", harm="opacity", unit="rate", better="lower", reference="none", caveats="none")
def leaves(case):
    \"\"\"Nothing: it leaves.\"\"\"
    raise SystemExit(0)

book = load_rulebook("rongcheng")
path = FOLDER / "rongcheng.toml"
text = str(path)
number = 3

def model(records):
    return records["utility_late"]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A module of somebody's own; what it registers is gone after the test."""
    from testbed.measure import measures

    measures.discover()
    monkeypatch.setattr(measures, "_things", dict(measures._things))
    (tmp_path / "own_things_of_a_test.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield "own_things_of_a_test"
    sys.modules.pop("own_things_of_a_test", None)


def test_a_file_of_claims_that_cannot_break_is_refused(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "test_mine.py"
    path.write_text("def test_mine(findings):\n    pass\n")
    status, said, _ = say("check", str(path))
    assert status == 1
    assert "a claim is not proved" in said
    path.write_text("def test_mine(findings):\n    pass\n".replace("test_", "of_"))
    assert say("check", str(path))[0] == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [("good", "measure"), ("model", "model"), ("book", "rule book"), ("path", "rule book"), ("text", "rule book")],
)
def test_an_object_of_your_own_is_checked_as_what_it_is(say, own: str, name: str, kind: str) -> None:  # type: ignore[no-untyped-def]
    status, said, _ = say("check", f"{own}:{name}")
    assert (status, said) == (0, f"{own}:{name}: the contract of a {kind} is kept.\n")


def test_a_measure_of_your_own_that_breaks_its_contract_is_status_1(say, own: str) -> None:  # type: ignore[no-untyped-def]
    status, said, _ = say("check", f"{own}:leaves")
    assert status == 1
    assert "the contract of a measure is broken: measure leaving_of_a_test: it fails on a small world" in said
    assert "SystemExit: 0" in said


def test_an_object_that_is_neither_model_nor_measure_is_wrong_input(say, own: str) -> None:  # type: ignore[no-untyped-def]
    status, said, error = say("check", f"{own}:number")
    assert (status, said) == (2, "")
    assert "is a int; it needs a method score(records)" in error


def test_nothing_but_our_own_end_gives_status_0(say, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("testbed.commands.listing.run", lambda args: sys.exit(0))
    status, _, error = say("list")
    assert status == 1
    assert "ended the run early (SystemExit: 0)" in error
