"""`testbed report`: the page of a run, made again from its findings."""

from __future__ import annotations

import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("folder", metavar="DIR", help="a folder that testbed audit, table, sweep or bench wrote")


def run(args: argparse.Namespace) -> int:
    """Write report.html and print the short answer."""
    from testbed.report import NAME, answer, is_void, write_page
    from testbed.runs import as_written, read_manifest, read_run, reopen

    folder = reopen(args.folder)
    with as_written(args.folder):
        if read_manifest(folder.path).get("kind") == "bench":
            from testbed.bench import write_leaderboard
            from testbed.commands.bench import print_counts

            held = write_leaderboard(folder.path)
            folder.release()
            print_counts(held)
            print(f"Written: {args.folder}/leaderboard.html")
            return 0
        findings, manifest = read_run(folder.path)
        said = answer(findings, manifest, manifest.get("life"), pages=[f"{args.folder}/report.html"])
        status = 1 if is_void(manifest) or manifest.get("failures") else 0
        write_page(findings, manifest, folder.path / NAME)
    folder.release()
    print("\n".join(said))
    return status
