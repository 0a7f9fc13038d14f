"""Edited folders of finished runs."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from fuzzing.edits import bytes_edited, tree_edited
from fuzzing.people import people
from fuzzing.toml_files import FEW, ROOT, SMALL, Maker
from testbed.commands.cli import main
from testbed.findings import timeless
from testbed.runs import digest
from testbed.runs.manifest import manifest_read, manifest_text


def run_folder(kind: str) -> Maker:
    """A maker of an edited folder of a run: of its manifest, with its seal made again or not, or of another file."""

    def make(chance: Random, folder: Path) -> list[str]:
        out = folder / "out"
        out.mkdir()
        files, command = dict(_folder(kind)), chance.choice(COMMANDS[kind])
        name = chance.choice(("manifest.json", "manifest.json", *files))
        if chance.random() < 0.1:
            del files[name]
        elif name == "manifest.json" and chance.random() < 0.7:
            files[name] = json.dumps(tree_edited(json.loads(files[name]), chance), default=str).encode()
        elif name.endswith(".xz") and chance.random() < 0.8:
            files[name] = lzma.compress(bytes_edited(lzma.decompress(files[name]), chance), preset=0)
        else:
            files[name] = bytes_edited(files[name], chance)
        if chance.random() < 0.7:
            files = sealed(files)
        for name, data in files.items():
            (out / name).write_bytes(data)
        return list(command)

    return make


def sealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest whose digests and seal are those of the files; as they are, if that cannot be."""
    try:
        manifest = manifest_read(files["manifest.json"].decode())
        for name in manifest["files"]:
            data = lzma.decompress(files[name]) if name.endswith(".xz") else files[name]
            text = data.decode()
            manifest["files"][name] = digest(timeless(text, name) if name.startswith("claims") else data)
        manifest.pop("seal", None)
        return {**files, "manifest.json": manifest_text({**manifest, "seal": digest(manifest_text(manifest))}).encode()}
    except Exception:
        return dict(files)


RUNS = {
    "audit": ["audit", "rongcheng", *SMALL, *FEW, "--out", "out"],
    "table": [
        "table",
        "t.csv",
        "--outcome",
        "y",
        "--prediction",
        "p",
        "--score",
        "s",
        "--groups",
        "sex",
        "--out",
        "out",
    ],
    "sweep": ["sweep", "rongcheng", *SMALL, *FEW, "--dial", "channels.court.miss=0,0.1", "--out", "out"],
}
COMMANDS = {
    **{kind: [["report", "out"], ["report", "out"], words] for kind, words in RUNS.items() if kind != "table"},
    "table": [["report", "out"]],
    "bench": [["report", "out"]] * 40 + [["bench", "--verify", "out", "--share", "0.0001", "--seed", "0"]],
}


@cache
def _folder(kind: str) -> Mapping[str, bytes]:
    """The files of a finished run."""
    if kind == "bench":
        return small_bench()
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            people().to_csv("t.csv", index=False)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                assert main(RUNS[kind]) == 0
            return {path.name: path.read_bytes() for path in sorted(Path("out").iterdir())}
        finally:
            os.chdir(here)


def small_bench() -> Mapping[str, bytes]:
    """The shipped results with their first rows only, so that they are read at once."""
    held = {path.name: path.read_bytes() for path in (ROOT / "benchmarks" / "results").iterdir()}
    for name in [name for name in held if name.endswith(".xz")]:
        lines = lzma.decompress(held[name]).decode().splitlines(keepends=True)
        held[name] = lzma.compress("".join(lines[:60]).encode(), preset=0)
    held["manifest.json"] = json.dumps({**json.loads(held["manifest.json"]), "people": 50}).encode()
    return sealed(held)
