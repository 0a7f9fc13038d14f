"""`testbed lesson`: one page about a scenario for a class, with every number in it from worlds that are run."""

from __future__ import annotations

import argparse
from pathlib import Path

from testbed.commands.options import add_overwrite, tell, whole

WORLDS = 10
"""Societies behind each number, unless told otherwise: the fewest that give most numbers an interval."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        help="a scenario that has a lesson, or the path of a lesson file of your own, ending in .toml",
    )
    parser.add_argument("--out", metavar="FILE", required=True, help="the page to write, ending in .html")
    parser.add_argument(
        "--teacher",
        action="store_true",
        help="write a second page, FILE-teacher.html, with answers and marking notes open",
    )
    parser.add_argument("--people", type=whole(1), metavar="N", help="people in each society (default: the lesson's)")
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="S", help="the seed of the first society (default: 0)"
    )
    parser.add_argument(
        "--worlds",
        type=whole(1),
        default=WORLDS,
        metavar="K",
        help="societies behind each number, with seeds from S on "
        " (default: %(default)s; with fewer, most numbers have no interval)",
    )
    parser.add_argument("--workers", type=whole(1), metavar="N", help="worker processes (default: one per core)")
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Run the worlds of a lesson and write its page."""
    from synthetic.writing import reserve_file
    from testbed.lesson import Lesson, render, run_grid, run_watch
    from testbed.runs import check_size

    lesson = Lesson.load(args.scenario)
    check_size(args.people or lesson.people, lesson.periods or 1, args.worlds)
    outs = {False: reserve_file("--out", args.out, suffixes=(".html",), overwrite=args.overwrite)}
    if args.teacher:
        outs[True] = reserve_file("--teacher", teachers(args.out), suffixes=(".html",), overwrite=args.overwrite)
    tell(f"testbed: running the worlds of lesson {lesson.name}; this takes some minutes ...")
    seeds = tuple(range(args.seed, args.seed + args.worlds))
    watch = run_watch(lesson, seed=args.seed)
    grid = run_grid(lesson, people=args.people, seeds=seeds, workers=args.workers, done=_progress)
    broken = [str(verdict["name"]) for verdict in grid.verdicts if not verdict["holds"]]
    for said in grid.failures:
        tell(f"testbed: {said}")
    if broken:
        tell(f"testbed: anchors failed ({', '.join(dict.fromkeys(broken))}); no lesson is written.")
        return 1
    command = command_of(args)
    for teacher, out in outs.items():
        out.write(render(grid, watch, command=command, teacher=teacher))
        print(f"Written: {teachers(args.out) if teacher else args.out}")
    return 1 if grid.failures else 0


def teachers(out: str) -> str:
    """The path of the teacher's page.

    >>> teachers("a/lesson.html")
    'a/lesson-teacher.html'
    """
    path = Path(out)
    return str(path.with_name(f"{path.stem}-teacher{path.suffix}"))


def command_of(args: argparse.Namespace) -> str:
    """The command that makes the page again; a lesson file is named without its folders."""
    import shlex

    words = ["testbed", "lesson", Path(args.scenario).name, "--out", Path(args.out).name, "--seed", str(args.seed)]
    words += ["--worlds", str(args.worlds)] if args.worlds != WORLDS else []
    words += ["--people", str(args.people)] if args.people is not None else []
    return shlex.join(words)


def _progress(done: int, of: int) -> None:
    if done == of or done % max(of // 20, 1) == 0:
        tell(f"testbed: {done} of {of} worlds")
