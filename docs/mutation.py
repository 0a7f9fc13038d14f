"""Does a test fail when the code is wrong? One small change at a time in the core of the statistics, drawn at random.

    python docs/mutation.py [COUNT] > docs/mutation.txt      # about ten seconds of CPU a mutant

Each mutant runs in a process of its own, forked after the libraries are imported: one source file is served changed to
the importer, nothing is written. Its module's own tests run until one fails.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.machinery
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
STATISTICS = ["test_intervals", "test_comparisons", "test_clusters", "test_paired", "test_expand", "test_ranking"]
QUICK = [f"tests/statistics/{name}.py" for name in STATISTICS]
TESTS = {
    "testbed/statistics/intervals.py": QUICK,
    "testbed/statistics/comparisons.py": [*QUICK[1:], QUICK[0], "tests/measures/disparate_impact/test_rates.py"],
    "testbed/statistics/clusters.py": [QUICK[2], *QUICK],
    "testbed/statistics/estimates.py": [
        QUICK[2],
        QUICK[0],
        *QUICK[1:],
        "tests/measures/disparate_impact/test_rates.py",
    ],
    "testbed/measures/disparate_impact/rates.py": [
        "tests/measures/disparate_impact/test_rates.py",
        "tests/tables/test_table_relations.py",
    ],
    "testbed/measures/disparate_impact/pairs.py": [
        f"tests/measures/test_{name}.py" for name in ("ranking", "score_distance", "calibration")
    ],
}
SWAPPED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
NAMES = {
    "minimum": "maximum", "maximum": "minimum", "fmin": "fmax", "min": "max", "max": "min", "any": "all", "all": "any",
    "TP": "FP", "FP": "TP", "TN": "FN", "FN": "TN",
}  # fmt: skip
SECONDS = 120


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """What can be changed, and how it is said; annotations, texts and decorators are left alone."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        for part in (
            getattr(node, "annotation", None),
            getattr(node, "returns", None),
            *getattr(node, "decorator_list", []),
        ):
            if part is not None:
                skipped |= {id(one) for one in ast.walk(part)}
        if isinstance(node, ast.JoinedStr | ast.Raise):
            skipped |= {id(one) for one in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
            yield node, f"{type(node.op).__name__} to {SWAPPED[type(node.op)].__name__}"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield node, f"{type(node.ops[0]).__name__} to {SWAPPED[type(node.ops[0])].__name__}"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            yield node, f"{type(node.op).__name__} dropped"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            changed = not node.value if isinstance(node.value, bool) else node.value + 1
            yield node, f"{node.value!r} to {changed!r}"
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            yield node, f"{node.attr} to {NAMES[node.attr]}"
        elif isinstance(node, ast.Name) and node.id in NAMES:
            yield node, f"{node.id} to {NAMES[node.id]}"


def mutate(source: str, which: int) -> tuple[str, int, str]:
    """The source with one site changed, its line, and what was changed."""
    tree = ast.parse(source)
    node, said = list(sites(tree))[which]
    if isinstance(node, ast.BinOp | ast.BoolOp):
        node.op = SWAPPED[type(node.op)]()  # type: ignore[abstract]
    elif isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()  # type: ignore[abstract]
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.Attribute):
        node.attr = NAMES[node.attr]
    elif isinstance(node, ast.Name):
        node.id = NAMES[node.id]
    elif isinstance(node, ast.UnaryOp):
        inner = copy.copy(node.operand)
        for parent in ast.walk(tree):
            for name, value in ast.iter_fields(parent):
                if value is node:
                    setattr(parent, name, inner)
                elif isinstance(value, list) and node in value:
                    value[value.index(node)] = inner
    return ast.unparse(ast.fix_missing_locations(tree)), node.lineno, said  # type: ignore[attr-defined]


class Served(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """An importer that serves one module from a changed source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self.source = source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> object:
        """The spec of the changed module."""
        made = importlib.machinery.ModuleSpec(fullname, self, origin=self.path) if fullname == self.name else None
        if made is not None:
            made.has_location = True
        return made

    def get_code(self, fullname: str) -> object:
        """Its code."""
        return compile(self.source, self.path, "exec")


def survives(file: str, source: str) -> str:
    """ "killed", "survived" or "ran out of time" for one changed file; in a process of its own."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        name = file.removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, Served(name, ROOT / file, source))
        import pytest

        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *dict.fromkeys(TESTS[file])])
        os._exit(1 if code == 0 else 0 if code in (1, 2) else 3)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "ran out of time"
    return {0: "killed", 1: "survived"}.get(os.WEXITSTATUS(status), "no verdict")


def main(count: int) -> None:
    """Draw, run, and say what survived."""
    import hypothesis  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.metrics  # noqa: F401

    os.chdir(ROOT)
    every = [(file, at) for file in TESTS for at in range(len(list(sites(ast.parse((ROOT / file).read_text())))))]
    drawn = np.random.Generator(np.random.Philox(9)).choice(len(every), min(count, len(every)), replace=False)
    print(
        f"{len(every)} places in {len(TESTS)} modules, {len(drawn)} drawn (Philox 9). Made by: python docs/mutation.py"
    )
    verdicts: dict[str, int] = {}
    for file, at in sorted(every[one] for one in drawn):
        source = (ROOT / file).read_text()
        changed, line, said = mutate(source, at)
        verdict = survives(file, changed)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if verdict != "killed":
            print(f"{verdict}: {file}:{line}: {said}: {source.splitlines()[line - 1].strip()}", flush=True)
    print(", ".join(f"{verdict} {number}" for verdict, number in sorted(verdicts.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
