"""The folder of a run: findings, manifest and page, written as a whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.finding import replace_file, write
from testbed.manifest import digest, manifest_of, manifest_read, manifest_text, same_run

if TYPE_CHECKING:
    import pandas as pd

    from testbed.audit import Outcome

OURS = ("findings.csv", "findings.jsonl", "curves.csv", "manifest.json", "report.html")
"""Every file that a run's folder may hold; curves.csv (see `testbed.curves`) only where there are scores."""


@dataclass(frozen=True)
class Folder:
    """A folder that may be written: it is new, empty, of the same run, or its overwriting was asked for."""

    path: Path


def claim_folder(out: str | Path, who: Mapping[str, Any], *, overwrite: bool = False) -> Folder:
    """Check, before anything runs, that a run of this identity may be written to a folder.

    Raises InputError for a file, a folder that cannot be written to, or a non-empty one of another run
    without `overwrite`.
    """
    path = Path(out)
    if path.exists() and not path.is_dir():
        raise InputError(f"--out {str(out)!r} is a file; a folder is needed.")
    above = path if path.exists() else next((one for one in path.absolute().parents if one.exists()), Path("/"))
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"--out {str(out)!r}: the folder {above.name or '/'!r} cannot be written to.")
    if path.exists() and any(path.iterdir()) and not overwrite and not _is_same(path, who):
        raise InputError(f"--out {str(out)!r} holds something else; add --overwrite, or name another folder.")
    return Folder(path)


def _is_same(path: Path, who: Mapping[str, Any]) -> bool:
    try:
        return same_run(manifest_read((path / "manifest.json").read_text(encoding="utf-8")), who)
    except (OSError, ValueError):
        return False


def write_audit(made: Outcome, folder: Folder) -> dict[str, Any]:
    """Write findings, manifest and page of an audit into its folder; the manifest."""
    manifest = manifest_of(made)
    write_run(made.findings, manifest, folder)
    return manifest


def write_run(findings: pd.DataFrame, manifest: dict[str, Any], folder: Folder) -> None:
    """Write aside, then put in place: a reader never sees half of a run.

    A folder that holds only our files is replaced by a rename; where there is anything else in it, our
    files are replaced one by one, the manifest last, and the rest is left alone.
    """
    from testbed.finding import csv_text
    from testbed.report.page import write_page

    manifest["findings"] = {"rows": len(findings), "digest": digest(csv_text(findings))}
    path = folder.path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        write(findings, aside)
        if findings.attrs.get("curves"):
            replace_file(aside / "curves.csv", findings.attrs["curves"])
        replace_file(aside / "manifest.json", manifest_text(manifest))
        # The page is made from what was written, so that making it again gives the same bytes.
        write_page(findings, manifest_read(manifest_text(manifest)), aside)
        if not path.exists() or ({one.name for one in path.iterdir()} <= set(OURS) and not path.is_symlink()):
            try:
                if path.exists():
                    path.rename(old)
                aside.rename(path)
                return
            except OSError:  # a mount point, say
                if old.exists() and not path.exists():
                    old.rename(path)
        for name in sorted(OURS, key=lambda one: one == "manifest.json"):
            if (aside / name).exists():
                os.replace(aside / name, path / name)
            else:
                (path / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def read_run(folder: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Findings and manifest of a run's folder. Raises InputError where either is missing or broken."""
    from testbed.finding import read

    path = Path(folder)
    if not path.is_dir():
        raise InputError(f"{str(folder)!r} is not a folder with findings.")
    findings = read(path)
    try:
        manifest = manifest_read((path / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{str(folder)!r} has findings but no manifest.json.") from None
    except (OSError, ValueError) as problem:
        raise InputError(f"the manifest in {str(folder)!r} cannot be read ({problem}).") from None
    if (path / "curves.csv").is_file():
        findings.attrs["curves"] = (path / "curves.csv").read_text(encoding="utf-8")
    return findings, manifest
