"""The checks before a commit are those of `make check`, and the one on imports finds what it forbids."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def test_the_checks_of_pre_commit_are_those_of_make_check() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^check:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    made = re.findall(r"^\t@\$\(BIN\)/(.*)$", recipe, flags=re.MULTILINE)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    entries = re.findall(r"^ +entry: \.venv/bin/(.*)$", hooks, flags=re.MULTILINE)
    # pre-commit names the files of the commit where make names the tree.
    assert [entry.replace(" --force-exclude", " .") for entry in entries] == made
    assert len(made) == 5


def not_code(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


@pytest.mark.skipif(not LINT.exists(), reason="import-linter is not installed")
@pytest.mark.parametrize(
    ("module", "planted", "broken"),
    [
        ("synthetic/draws.py", "import testbed.measure", "synthetic knows nothing of scoring"),
        ("testbed/statistics/__init__.py", "import testbed.runs", "rooms stand on floors"),
        ("testbed/world/society.py", "import testbed.world.people", "no circle"),
    ],
)
def test_a_planted_import_turns_the_check_red(tmp_path: Path, module: str, planted: str, broken: str) -> None:
    for package in ("synthetic", "testbed"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=not_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{planted}\n")
    ran = subprocess.run([LINT, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    assert any(line.startswith(broken) and line.endswith("BROKEN") for line in ran.stdout.splitlines()), ran.stdout
