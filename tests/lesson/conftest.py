"""One small lesson, run once for all tests."""

from pathlib import Path

import pytest

from testbed.lesson import Grid, Lesson, Watch, render, run_grid, run_watch

SMALL = Path(__file__).parent / "small.toml"
SEEDS = (0, 1)


@pytest.fixture(scope="session")
def grid() -> Grid:
    return run_grid(Lesson.load(SMALL), seeds=SEEDS, workers=1)


@pytest.fixture(scope="session")
def watch() -> Watch:
    return run_watch(Lesson.load(SMALL))


@pytest.fixture(scope="session")
def page(grid: Grid, watch: Watch) -> str:
    return render(grid, watch, command="testbed lesson small.toml --out small.html --seed 0 --worlds 2")
