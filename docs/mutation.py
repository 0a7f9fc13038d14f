"""Does a test fail when the code is wrong? One small change at a time, drawn at random over five rooms.

    python docs/mutation.py [COUNT] [MINUTES] [FIRST] > docs/mutation.txt      # ten to 180 seconds of CPU a mutant

Each mutant runs in a process of its own, forked after the libraries are imported: one source file is served changed to
the importer, nothing is written. The tests that mirror its room run until one fails, those that name its module first.
A mutant is drawn by its address (file, function, change), so a change of one file leaves the draws in others.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.abc
import importlib.machinery
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("world", "twins", "case", "measures", "statistics")
ELSEWHERE = {
    "statistics/durations": (
        "tests/measures/opacity/test_contest.py",
        "tests/measures/error_propagation/test_error.py",
    ),
    "statistics": tuple(f"tests/tables/test_{name}.py" for name in ("table_strata", "table_relations", "weights")),
    "case": ("tests/world/test_outcome_window.py", "tests/world/test_world.py"),
    "world": ("tests/runs/test_shards.py",),
}
"""Tests outside the mirror that make claims about a room, or a module."""
SWAPPED = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip
NAMES = {
    "minimum": "maximum", "maximum": "minimum", "fmin": "fmax", "fmax": "fmin", "min": "max", "max": "min",
    "any": "all", "all": "any", "argmin": "argmax", "argmax": "argmin", "TP": "FP", "FP": "TP", "TN": "FN", "FN": "TN",
}  # fmt: skip
SECONDS = 180
"""CPU of one mutant: about twice what the slowest room's tests need."""

Site = tuple[str, int, str, Callable[[], None]]
"""The function it is in, its line, what is changed, and what changes it in the tree."""


def sites(tree: ast.Module) -> Iterator[Site]:
    """What can be changed; annotations, decorators, texts and errors are left alone."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        parts += getattr(node, "decorator_list", [])
        parts += [node] if isinstance(node, ast.JoinedStr | ast.Raise | ast.Assert) else []
        skipped.update(one for part in parts if part is not None for one in ast.walk(part))
    yield from _inside(tree, "", skipped)


def _inside(node: ast.AST, scope: str, skipped: set[ast.AST]) -> Iterator[Site]:
    for child in ast.iter_child_nodes(node):
        if child in skipped or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)):
            continue
        named = isinstance(child, ast.FunctionDef | ast.ClassDef)
        inner = f"{scope}.{child.name}" if named else scope  # type: ignore[attr-defined]
        for said, change in _changes(child):
            yield inner, child.lineno, said, change  # type: ignore[attr-defined]
        yield from _inside(child, inner, skipped)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """The changes of one node, each with its words."""

    def put(name: str, value: object) -> Callable[[], None]:
        return lambda: setattr(node, name, value)

    if isinstance(node, ast.BinOp | ast.BoolOp):
        for other in SWAPPED.get(type(node.op), ()):
            yield f"{type(node.op).__name__} to {other.__name__}", put("op", other())
    if isinstance(node, ast.BoolOp):
        yield f"condition dropped: {ast.unparse(node.values[-1])}", put("values", node.values[:-1])
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in SWAPPED.get(type(node.ops[0]), ()):
            yield f"{type(node.ops[0]).__name__} to {other.__name__}", put("ops", [other()])
    if isinstance(node, ast.If | ast.IfExp):
        yield f"condition dropped: {ast.unparse(node.test)}", put("test", ast.Constant(True))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        # `+x` is x, and a condition is as true as it is false of its negation.
        kept: ast.unaryop = ast.UAdd()
        held = ast.Call(ast.Name("bool", ast.Load()), [node.operand], []) if isinstance(node.op, ast.Not) else None
        yield f"{type(node.op).__name__} dropped", _replaced(node, held or ast.UnaryOp(kept, node.operand))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        changed = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value!r} to {changed!r}", put("value", changed)
    for name in ("attr", "id"):
        if getattr(node, name, None) in NAMES:
            yield f"{getattr(node, name)} to {NAMES[getattr(node, name)]}", put(name, NAMES[getattr(node, name)])


def _replaced(node: ast.UnaryOp, other: ast.expr) -> Callable[[], None]:
    def change() -> None:
        if isinstance(other, ast.UnaryOp):
            node.op = other.op
        else:
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)

    return change


def places() -> list[tuple[str, str, int]]:
    """(address, file, index) of every change in the rooms, in the order of their draws."""
    made = []
    for room in ROOMS:
        for path in sorted((ROOT / "testbed" / room).rglob("*.py")):
            file, again = path.relative_to(ROOT).as_posix(), Counter[str]()
            for at, (scope, _, said, _) in enumerate(sites(ast.parse(path.read_text()))):
                address = f"{file}{scope}: {said}"
                again[address] += 1
                made.append((f"{address} ({again[address]})", file, at))
    return sorted(made, key=lambda one: hashlib.sha256(one[0].encode()).digest())


def mutate(source: str, which: int) -> tuple[str, int, str]:
    """The source with one site changed, its line, and what was changed."""
    tree = ast.parse(source)
    _, line, said, change = list(sites(tree))[which]
    change()
    return ast.unparse(ast.fix_missing_locations(tree)), line, said


def tests_of(file: str) -> list[str]:
    """The tests that mirror the room of a file; those that name its module more often come first."""
    folder, stem = Path(file.replace("testbed/", "tests/", 1)).parent, Path(file).stem
    far = [ROOT / test for place, tests in ELSEWHERE.items() if file.startswith(f"testbed/{place}") for test in tests]
    every = [*sorted((ROOT / folder).glob("test_*.py")), *far]
    words = re.compile(rf"\b{stem}\b")
    own = {path: (stem in path.stem, len(words.findall(path.read_text()))) for path in every}
    return [path.relative_to(ROOT).as_posix() for path in sorted(every, key=lambda path: own[path], reverse=True)]


class Served(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """An importer that serves one module from a changed source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self.source = source

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> object:
        """The spec of the changed module."""
        if fullname != self.name:
            return None
        made = importlib.machinery.ModuleSpec(
            fullname, self, origin=self.path, is_package=self.path.endswith("__init__.py")
        )
        made.has_location = True
        if made.submodule_search_locations is not None:
            made.submodule_search_locations.append(str(Path(self.path).parent))
        return made

    def get_code(self, fullname: str) -> object:
        """Its code."""
        return compile(self.source, self.path, "exec")


def verdict_of(file: str, source: str) -> str:
    """ "killed", "survived", "ran out of time" or "no verdict" for one changed file; in a process of its own."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        sys.meta_path.insert(0, Served(name, ROOT / file, source))
        import pytest

        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests_of(file)])
        os._exit(1 if code == 0 else 0 if code in (1, 2, 3, 4) else 3)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "ran out of time"
    return {0: "killed", 1: "survived"}.get(os.WEXITSTATUS(status), "no verdict")


def main(count: int, minutes: float, start: int) -> None:
    """Draw, run in the order of the draws, from number `start` until the time is up, and say what survived."""
    import hypothesis  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.metrics  # noqa: F401

    os.chdir(ROOT)
    began, every = time.monotonic(), places()
    rooms = ", ".join(f"testbed/{room}" for room in ROOMS)
    print(f"{len(every):,} places in {rooms}; {min(count, len(every))} drawn. Made by: python docs/mutation.py")
    verdicts = Counter[str]()
    for number, (_, file, at) in enumerate(every[start - 1 : count], start=start):
        if time.monotonic() - began > 60 * minutes:
            break
        source = (ROOT / file).read_text()
        changed, line, said = mutate(source, at)
        verdict = (
            "survived" if ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source)) else verdict_of(file, changed)
        )
        verdicts[verdict] += 1
        told = f"{number}: {verdict}: {file}:{line}: {said}: {source.splitlines()[line - 1].strip()}"
        print(told, file=sys.stdout if verdict != "killed" else sys.stderr, flush=True)
    told = ", ".join(f"{verdict} {number}" for verdict, number in sorted(verdicts.items()))
    print(f"{verdicts.total()} run: {told}")


if __name__ == "__main__":
    count, minutes, start = [*sys.argv[1:], *("100", "inf", "1")[len(sys.argv) - 1 :]]
    main(int(count), float(minutes), int(start))
