"""The folder of a run's figures: reserved before anything runs, and filled with all of them or with none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic.errors import InputError
from synthetic.writing import Reserved, check_writable, replace_file
from testbed.runs.output import folder_path, visible

if TYPE_CHECKING:
    from testbed.runs.plan import Outcome

OPTION = "--figures"


def claim_figures(out: str | Path, *, overwrite: bool = False) -> Reserved:
    """Reserve a folder for figures. Raises InputError for a file, and, without `overwrite`, for one that is not empty.

    A figure of the same name is replaced; other files stay.
    """
    path = folder_path(out, OPTION)
    assert path is not None
    if path.exists() and not path.is_dir():
        raise InputError(f"{OPTION} {str(out)!r} is a file; a folder is needed.")
    check_writable(OPTION, next(one for one in (path, *path.parents) if one.exists()))
    if path.exists() and visible(path) and not overwrite:
        raise InputError(f"{OPTION} {str(out)!r} is not empty; add --overwrite, or name another folder.")
    return Reserved(OPTION, path)


def write_figures(made: Outcome, folder: Reserved) -> list[str]:
    """Write every figure of an audit, as SVG and PDF, and release the folder. Returns the names of the files."""
    from testbed.plot import figure_files

    files = figure_files(made.findings, made.life)
    try:
        if not files:
            return []
        folder.part.mkdir(parents=True)
        for name, content in files.items():
            replace_file(folder.part / name, content)
        if not folder.path.exists():
            folder.part.rename(folder.path)
        else:
            for name in files:
                os.replace(folder.part / name, folder.path / name)
    finally:
        shutil.rmtree(folder.part, ignore_errors=True)
        folder.release()
    return list(files)
