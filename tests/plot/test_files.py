"""The files of figures are the same bytes each time, carry no date, and are written as a whole or not at all."""

import hashlib
import os
import subprocess
import sys
from types import SimpleNamespace

import matplotlib
import pytest
from matplotlib import pyplot

from testbed.commands.cli import main
from testbed.findings import frame
from testbed.plot import figure_files
from testbed.runs import claim_figures, write_figures

DIGEST = """
import hashlib, sys
from test_files import findings
from testbed.plot import figure_files
print(hashlib.sha256(b"".join(name.encode() + page for name, page in figure_files(findings()).items())).hexdigest())
"""
SMALL = [
    "audit",
    "rongcheng",
    "--people",
    "1024",
    "--periods",
    "3",
    "--measures",
    "adverse_rate",
    "--set",
    "error.period=1",
]


def findings():
    pair = {"split": "sex", "group": "female", "versus": "male", "harm": "disparate impact", "unit": "rate"}
    rows = [{"measure": "adverse_gap", "value": 0.02, "low": 0.01, "high": 0.04, "n": 90, **pair}]
    made = frame(rows, scenario="town", model="mine")
    made.attrs["audited"] = [("town", "mine")]
    return made


def test_files_are_the_same_bytes_whatever_the_hash_seed():
    here = figure_files(findings())
    mine = hashlib.sha256(b"".join(name.encode() + page for name, page in here.items())).hexdigest()
    paths = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    ran = subprocess.run(
        [sys.executable, "-c", DIGEST], env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": paths}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout.strip() == mine


def test_files_do_not_depend_on_the_settings_of_the_user_nor_change_them():
    before = figure_files(findings())
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None, "axes.facecolor": "red"}):
        assert figure_files(findings()) == before
        assert matplotlib.rcParams["font.size"] == 20
    assert not pyplot.get_fignums()


def test_files_are_svg_and_pdf_without_a_date():
    files = figure_files(findings())
    assert list(files) == ["gap-sex-female-male.svg", "gap-sex-female-male.pdf"]
    assert files["gap-sex-female-male.svg"].startswith(b"<?xml")
    assert files["gap-sex-female-male.pdf"].startswith(b"%PDF")
    for page in files.values():
        assert b"dc:date" not in page
        assert b"CreationDate" not in page


def test_a_name_of_a_group_never_leads_out_of_the_folder():
    strange = findings().assign(group="../../x/y", split="a b")
    assert {name.rpartition(".")[0] for name in figure_files(strange)} == {"gap-a_b-_x_y-male"}


def test_the_command_writes_the_figures_that_the_findings_have_also_into_the_folder_of_the_run(tmp_path, capsys):
    out = tmp_path / "out"
    folder = out / "figures"
    assert main([*SMALL, "--out", str(out), "--figures", str(folder)]) == 0
    names = {path.name for path in folder.iterdir()}
    assert {"gap-community-minority-majority.svg", "gap-sex-female-male.pdf", "life.svg"} <= names
    assert len({name.rpartition(".")[0] for name in names}) * 2 == len(names)
    assert "Written:" in capsys.readouterr().out
    assert (out / "report.html").is_file()
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize(
    ("place", "said"),
    [("full", "is not empty; add --overwrite"), ("full/notes.txt", "is a file"), ("", "names nothing")],
)
def test_a_folder_that_cannot_be_filled_is_refused_before_anything_runs(tmp_path, capsys, place, said):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    assert main([*SMALL, "--figures", str(tmp_path / place) if place else ""]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "measured after" not in shown


def test_overwriting_replaces_figures_and_leaves_other_files(tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "gap-sex-female-male.svg").write_text("old")
    made = SimpleNamespace(findings=findings(), life=None)
    names = write_figures(made, claim_figures(folder, overwrite=True))
    assert {path.name for path in folder.iterdir()} == {*names, "notes.txt"}
    assert (folder / "notes.txt").read_text() == "mine"
    assert {name: (folder / name).read_bytes() for name in names} == figure_files(findings())


def test_findings_without_a_figure_write_nothing(tmp_path):
    rows = findings().assign(measure="adverse_rate", versus="")
    assert write_figures(SimpleNamespace(findings=rows, life=None), claim_figures(tmp_path / "figures")) == []
    assert not list(tmp_path.iterdir())
