"""Random input in small numbers; `docs/fuzz.py` runs many more, and docs/fuzz.txt holds its counts."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DOCS = Path(__file__).parents[2] / "docs"
COSTLY = ("lesson", "folder of an audit", "folder of a sweep", "folder of a bench")
"""Kinds that the long run alone tries: one case takes as long as all others."""


@pytest.fixture(scope="module")
def fuzz() -> Iterator[SimpleNamespace]:
    """The names of the script."""
    sys.path.insert(0, str(DOCS))
    try:
        yield SimpleNamespace(**runpy.run_path(str(DOCS / "fuzz.py")))
    finally:
        sys.path.remove(str(DOCS))


KINDS = [
    "scenario", "recipe", "rule book", "regime", "channel", "conduct", "disclosure", "actions", "table errors",
    "table actions", "CSV", "Parquet", "description", "scores", "command line", "folder of a table",
    "people of a table",
]  # fmt: skip


def test_every_kind_is_tried_here_or_said_to_be_costly(fuzz) -> None:  # type: ignore[no-untyped-def]
    assert {*KINDS, *COSTLY} == set(fuzz.KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_random_input_ends_with_a_result_or_in_one_sentence(fuzz, kind: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    number = iter(range(1000))

    @settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def tried(chance: Random) -> None:
        folder = tmp_path / f"{next(number)}"
        folder.mkdir()
        words = fuzz.KINDS[kind](chance, folder)
        if words[0] in ("audit", "case", "records") and words[1].endswith(".toml"):
            words = ["show", words[1]]  # reads all that the world is made of, and runs none
        if words[0] == "table" and "--model" in words:
            words = [*words, "--measures", "adverse_rate"]
        end = fuzz.run(words, folder)
        assert not end.fault, (words, end)

    tried()
