"""`testbed bench` on a small suite: what it writes, that a kill changes nothing, that a doctored folder is refused."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path

import pytest

from testbed.bench import Asked, read_bench, suite, verifying, write_bench
from testbed.bench.folder import identity, unfounded
from testbed.commands.cli import main
from testbed.findings import VERDICT_COLUMNS, timeless, verdicts
from testbed.report import render_leaderboard
from testbed.runs import claim_folder, digest, read_manifest
from testbed.runs.manifest import manifest_text
from testbed.scenarios import FOLDER

SUITE = """
import pytest
from testbed import claim

pytestmark = [pytest.mark.scenario("town.toml"), pytest.mark.model("own", "lottery")]


@pytest.fixture
def findings(audit, scenario):
    return audit(scenario, measures="adverse_rate")


def test_few_are_hit(findings):
    claim(findings, "adverse_rate").below(0.5)


@pytest.mark.known_harm("lottery", reason="it decides on as many as it is told to")
@pytest.mark.model("lottery")
def test_nobody_is_hit(findings):
    claim(findings, "adverse_rate").below(0.001)


@pytest.mark.people(50_000)
def test_many_are_needed(findings):
    claim(findings, "adverse_rate").below(0.5)


@pytest.mark.model("own")
def test_without_errors_few_are_hit(audit, scenario):
    clean = audit(scenario, dials={"channels.errors": "off"}, measures="adverse_rate")
    claim(clean, "adverse_rate").below(0.5)
"""
PEOPLE = "12288"
"""Twelve grids: with fewer than ten there is no interval."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(suite.__file__).parents[2])}
PATCHED = """
import sys
from pathlib import Path
from testbed.bench import suite
from testbed.commands.cli import main
suite.suite_folder = lambda: Path(sys.argv[1])
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a suite of four claims about a town of three months."""
    folder = tmp_path_factory.mktemp("suite")
    town = (FOLDER / "rongcheng.toml").read_text(encoding="utf-8")
    (folder / "town.toml").write_text(town.replace("periods = 24", "periods = 3"), encoding="utf-8")
    (folder / "test_town.py").write_text(SUITE, encoding="utf-8")
    return folder


def say(folder, *words):
    """Run the command on the suite of a folder; return its status, answer and progress."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as out:
        patch.setattr(suite, "suite_folder", lambda: folder)
        patch.setenv("COLUMNS", "100")
        with redirect_stderr(io.StringIO()) as progress:
            status = main(["bench", *words])
    return status, out.getvalue(), progress.getvalue()


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    """A finished run: its folder, status, answer and progress."""
    out = tmp_path_factory.mktemp("made") / "out"
    return out, *say(small, "--people", PEOPLE, "--workers", "1", "--out", str(out))


def bytes_of(out: Path) -> dict[str, str]:
    """The files of a folder as text, claims without seconds."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}
    return {**texts, "claims.csv": timeless(texts["claims.csv"], "claims.csv")}


def test_the_folder_holds_findings_claims_manifest_and_leaderboard(made):
    out, status, said, progress = made
    assert status == 0, (said, progress)
    assert {path.name for path in out.iterdir()} == {"findings.csv", "claims.csv", "manifest.json", "leaderboard.html"}
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    head, *rows = list(csv.reader((out / "claims.csv").open(encoding="utf-8")))
    assert tuple(head) == VERDICT_COLUMNS
    found = {(row[0], row[2]): row[5] for row in rows}
    assert found == {
        ("few_are_hit", "rongcheng"): "held",
        ("few_are_hit", "lottery"): "held",
        ("nobody_is_hit", "lottery"): "broken",
        ("many_are_needed", "rongcheng"): "skipped",
        ("many_are_needed", "lottery"): "skipped",
        ("without_errors_few_are_hit", "rongcheng"): "held",
    }
    assert "lottery" in said
    assert "1/1/0" in said
    assert "leaderboard.html" in said
    assert "6 of 6 claims done" in progress


def test_anchors_are_run_beside_the_scheme_alone(made):
    held = (made[0] / "findings.csv").read_text(encoding="utf-8")
    pairs = {(row[0].rpartition("/")[2].partition("{")[2], row[1]) for row in csv.reader(io.StringIO(held))} - {
        ("", "model")
    }
    assert pairs >= {("", "rongcheng"), ("", "lottery"), ("channels.errors=off}", "rongcheng")}
    redrawn = {pair for pair in pairs if "redrawn" in pair[0]}
    assert redrawn, "the labels of groups were not redrawn beside the scheme"
    assert {model for _, model in redrawn} == {"rongcheng"}


def test_the_manifest_has_digests_and_no_paths(made):
    out = made[0]
    manifest = read_manifest(out)
    assert manifest["kind"] == "bench"
    assert manifest["claims"] == {"rows": 6, "held": 3, "broken": 1, "skipped": 2}
    assert manifest["files"]["findings.csv"] == digest((out / "findings.csv").read_bytes())
    assert str(out.parent) not in (out / "manifest.json").read_text(encoding="utf-8")


def test_a_model_that_fails_is_told_once_and_its_claims_are_not(small, tmp_path, monkeypatch):
    (tmp_path / "failing_in_bench.py").write_text("def broken(records):\n    raise KeyError('income')\n")
    monkeypatch.chdir(tmp_path)
    model = "failing_in_bench:broken"
    status, said, progress = say(small, "--model", model, "--people", "1024", "--workers", "1")
    assert status == 1
    assert (said + progress).count("KeyError: 'income'") == 1
    assert f"FAILED: {model}, town.toml: model broken failed on " in said
    assert "not as expected" not in progress


class Numbers(HTMLParser):
    """The counts of each cell of the table of models by family, and the rows of claims."""

    def __init__(self):
        super().__init__()
        self.links, self.href, self.rows = {}, None, 0

    def handle_starttag(self, tag, attrs):
        self.href = dict(attrs).get("href") if tag == "a" else self.href
        self.rows += ("data-label", "verdict") in attrs

    def handle_endtag(self, tag):
        self.href = None if tag == "a" else self.href

    def handle_data(self, data):
        if self.href and self.href != "#main":
            self.links[self.href] = {name: int(many) for many, name in re.findall(r"(\d+)\s(\w+)", data)}


def test_the_leaderboard_shows_the_numbers_of_the_claims(made):
    out = made[0]
    held = verdicts((out / "claims.csv").read_text(encoding="utf-8"), "claims.csv")
    page = (out / "leaderboard.html").read_text(encoding="utf-8")
    numbers = Numbers()
    numbers.feed(page)
    counted: dict[str, int] = {}
    for cell in numbers.links.values():
        for name, many in cell.items():
            counted[name] = counted.get(name, 0) + many
    assert counted == {"held": 3, "broken": 1, "undecided": 0, "skipped": 2}
    assert numbers.rows == len(held)
    assert page == render_leaderboard(held, read_manifest(out))
    assert "seconds" not in page


@pytest.mark.skipif(os.name != "posix", reason="kills a group of processes")
def test_killed_at_a_random_moment_and_begun_again_gives_the_same_bytes(small, made, tmp_path):
    words = [sys.executable, "-c", PATCHED, str(small), "bench", "--people", PEOPLE, "--workers", "1", "--out", "out"]
    wait = random.uniform(0, 1)
    with subprocess.Popen(words, cwd=tmp_path, start_new_session=True, env=ENVIRONMENT) as run:
        store = tmp_path / ".out.audits.part"
        while run.poll() is None and not list(store.glob("*.json")):
            time.sleep(0.02)
        time.sleep(wait)
        os.killpg(run.pid, signal.SIGKILL)
    kept = {path.name: path.stat().st_mtime_ns for path in store.glob("*.json")}
    seen: dict[str, int] = {}

    def watch(_said):
        seen.update({path.name: path.stat().st_mtime_ns for path in store.glob("*.json")})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("testbed.commands.bench._tell", watch)
        status, _, progress = say(small, "--people", PEOPLE, "--workers", "1", "--out", str(tmp_path / "out"))
    assert status == 0, (wait, progress)
    assert f"goes on from the audits that it made: {len(kept)}" in progress
    assert bytes_of(tmp_path / "out") == bytes_of(made[0])
    assert kept.items() <= seen.items()  # none was made again
    assert not store.exists()


def test_report_makes_the_leaderboard_again(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "out")
    (tmp_path / "out" / "leaderboard.html").unlink()
    with redirect_stdout(io.StringIO()) as said:
        assert main(["report", str(tmp_path / "out")]) == 0
    assert "lottery" in said.getvalue()
    assert bytes_of(tmp_path / "out") == bytes_of(made[0])


def test_a_lean_folder_keeps_the_findings_that_claims_read(small, made, tmp_path, monkeypatch):
    monkeypatch.setattr("testbed.bench.folder.suite_digest", lambda: "of the small suite")
    asked = Asked("quick", people=int(PEOPLE), lean=True)
    texts = [(made[0] / name).read_text(encoding="utf-8") for name in ("findings.csv", "claims.csv")]
    write_bench(asked, suite.Ran(0, *texts), claim_folder(tmp_path / "lean", identity(asked)))
    lean, full = read_bench(tmp_path / "lean"), read_bench(made[0])
    assert lean.asked() == asked
    assert lean.claims_text == full.claims_text
    assert unfounded(lean.claims, lean.findings) == []
    assert 3 <= len(lean.findings) < len(full.findings)
    packed = {"findings.csv.xz", "claims.csv.xz", "manifest.json"}
    assert {path.name for path in (tmp_path / "lean").iterdir()} == packed
    assert set(lean.findings_text.splitlines()) <= set(full.findings_text.splitlines())


def doctored(made: Path, out: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of a folder with texts replaced in its files, and with a manifest that vouches for them."""
    shutil.copytree(made, out)
    manifest = read_manifest(out)
    for name, old, new in changes:
        text = (out / name).read_text(encoding="utf-8")
        assert old in text
        text = text.replace(old, new)
        (out / name).write_text(text, encoding="utf-8")
        manifest["files"][name] = digest(timeless(text, name) if name == "claims.csv" else text)
    del manifest["seal"]
    manifest["seal"] = digest(manifest_text(manifest))
    (out / "manifest.json").write_text(manifest_text(manifest), encoding="utf-8")
    return out


def test_verify_accepts_what_was_not_touched_and_refuses_what_was(small, made, tmp_path, monkeypatch):
    words = ("--share", "1", "--workers", "1")
    status, said, progress = say(small, "--verify", str(made[0]), *words)
    assert status == 0, (said, progress)
    assert "Verified: 2 of 2 pairs" in said
    value = next(row[6] for row in csv.reader((made[0] / "claims.csv").open()) if row[0] == "nobody_is_hit")
    changed = [(name, f",{value},", ",0.25,") for name in ("findings.csv", "claims.csv")]
    ran = suite.Ran(0, *((made[0] / name).read_text(encoding="utf-8") for name in ("findings.csv", "claims.csv")))
    monkeypatch.setattr(verifying, "run_suite", lambda *_, **__: ran)
    status, said, _ = say(small, "--verify", str(doctored(made[0], tmp_path / "both", *changed)), *words)
    assert status == 1
    assert "Refused" in said
    assert "claim in the folder that a new run does not give" in said
    assert "finding in the folder that a new run does not give" in said


def test_a_claim_whose_numbers_are_no_findings_is_refused(made, tmp_path):
    value = next(row[6] for row in csv.reader((made[0] / "claims.csv").open()) if row[0] == "nobody_is_hit")
    kept = read_bench(made[0])
    assert unfounded(kept.claims, kept.findings) == []
    changed = read_bench(doctored(made[0], tmp_path / "out", ("claims.csv", f",{value},", ",0.25,")))
    doubted = {(one.claim, one.model) for one in unfounded(changed.claims, changed.findings)}
    assert doubted == {("few_are_hit", "lottery"), ("nobody_is_hit", "lottery")}  # both are about this number


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("claims.csv", "held", "broken"),
        ("findings.csv", "adverse_rate", "adverse_rat"),
        ("manifest.json", "12288", "12289"),
    ],
)
def test_a_folder_that_was_edited_is_refused_at_once(made, tmp_path, name, old, new):
    shutil.copytree(made[0], tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    status, _, said = say(Path("none"), "--verify", str(tmp_path / "out"))
    assert status == 2
    assert f"{name} in 'out' differs from what the run wrote" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--suite", "slow"], "allowed: quick, full"),
        (["--model", "logistik"], "did you mean 'logistic'"),
        (["--scenario", "rongchen"], "did you mean 'rongcheng'"),
        (["--model", "logistic", "--model", "logistic"], "named twice"),
        (["--share", "0.5"], "an option of --verify"),
        (["--verify", "none", "--people", "5"], "leave out --people"),
        (["--verify", "none"], "not a folder"),
        (["--verify", "none", "--share", "0"], "a share above 0"),
        (["--people", "0"], "allowed: 1"),
    ],
)
def test_wrong_input_is_one_sentence(small, words, said):
    status, _, told = say(small, *words)
    assert status == 2
    assert said in told
    assert len(told.splitlines()) == 1
