"""The folder of a run: findings, manifest and page, written as a whole or not at all.

A new run is written to a folder aside; then the two folders change places in one step of the kernel. If the system
cannot do that, or the folder has other files, the files of the run are moved one by one, the manifest last. `read_run`
refuses a folder in which this was cut short; it is finished when the folder is next claimed or reopened.
"""

# Any: a manifest is JSON, whose values are of many kinds.
from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import DEBUG, InputError
from synthetic.writing import Reserved, check_writable, replace_file, resolved, swap
from testbed.runs.digests import digest
from testbed.runs.manifest import manifest_of, manifest_read, manifest_text, same_run

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs.plan import Outcome

TABLES = ("findings.csv", "findings.jsonl", "curves.csv")
"""Files with a digest in the manifest; curves.csv (see `testbed.report.curve_points`) only if there are scores."""
OURS = (*TABLES, "manifest.json", "report.html")
"""Every file of a run's folder that is the same bytes whenever the run is repeated."""
CLAIMS = "claims.csv"
"""The verdicts of a benchmark. Its column of seconds differs from run to run; the digest leaves it out."""
LEADERBOARD = "leaderboard.html"
"""The page of a benchmark."""
PACKED = ".xz"
"""The ending of a table of a benchmark that is kept lean."""
TIMES = "seconds.json"
"""The seconds that each measure took, by model. They differ from run to run, so no digest and no page holds them."""
WRITTEN = (*OURS, CLAIMS, LEADERBOARD, TIMES, CLAIMS + PACKED, "findings.csv" + PACKED)
"""Every file that any command writes into a folder."""


class Folder(Reserved):
    """A folder that only this process may write: new, empty, of the same run, or to be overwritten."""

    def __init__(self, path: Path) -> None:
        # Aside is beside the folder, so that the two can change places; inside it for a mount point or closed parent.
        self.apart = path.is_dir() and (os.path.ismount(path) or not os.access(path.parent, os.W_OK | os.X_OK))
        super().__init__("--out", path, room=path if self.apart else None)
        self.rest = self.room / f".{path.name}.rest.part"
        self.finish()

    def remains(self) -> list[Path]:
        """Return where a run that died may have left something: aside, or a page beside the one it was to replace."""
        return [self.part, *(self.path.glob(".*.part") if self.path.is_dir() and not self.apart else ())]

    def place(self) -> None:
        """Put the new run, which is at `part`, in place of the old one."""
        if not self.path.exists():
            self.part.rename(self.path)
        elif self.apart or {one.name for one in visible(self.path)} - set(WRITTEN) or not swap(self.part, self.path):
            self.part.rename(self.rest)
            self.finish()

    def finish(self) -> None:
        """Move the files of the run one by one, the manifest last; continue where a killed run stopped."""
        if not (self.rest / "manifest.json").exists():
            shutil.rmtree(self.rest, ignore_errors=True)
            return
        manifest = manifest_read((self.rest / "manifest.json").read_text(encoding="utf-8"))
        page = LEADERBOARD if manifest.get("kind") == "bench" else "report.html"
        kept = {*manifest["files"], manifest.get("seconds"), page}
        for name in sorted(WRITTEN, key=lambda one: one == "manifest.json"):
            if (self.rest / name).exists():
                os.replace(self.rest / name, self.path / name)
            elif name not in kept:
                (self.path / name).unlink(missing_ok=True)
        self.rest.rmdir()


def visible(path: Path) -> list[Path]:
    """Return what a folder holds, without locks and parts that a killed run left."""
    return [one for one in path.iterdir() if not (one.name.startswith(".") and one.suffix in (".part", ".lock"))]


def folder_path(out: str | Path | None, option: str = "--out") -> Path | None:
    """Return the absolute path of a folder to write, None for None. Call it before a model can change folders.

    Raises InputError for an empty path, and for the current folder.
    """
    if out is None:
        return None
    path = resolved(option, out)
    with suppress(FileNotFoundError):  # the current folder was removed
        if path == Path.cwd().resolve():
            raise InputError(f"{option} {str(out)!r} is the current folder; name one below or beside it.")
    return path


def claim_folder(out: str | Path, who: Mapping[str, Any], *, overwrite: bool = False) -> Folder:
    """Reserve a folder for a run of this identity, before anything runs.

    Raises InputError for a file, for a folder that cannot be written or that another run is writing, and, without
    `overwrite`, for a folder that holds anything but the same run.
    """
    path = folder_path(out)
    assert path is not None
    if path.exists() and not path.is_dir():
        raise InputError(f"--out {str(out)!r} is a file; a folder is needed.")
    check_writable("--out", next(one for one in (path, *path.parents) if one.exists()))
    folder = Folder(path)
    if path.exists() and visible(path) and not overwrite and not _is_same(path, who):
        folder.release()
        raise InputError(
            f"--out {str(out)!r} holds something other than this run; add --overwrite, or name another folder."
        )
    return folder


def reopen(out: str | Path) -> Folder:
    """Reserve the folder of a finished run. Raises InputError if there is none, or another process is writing it."""
    path = resolved("report", out)
    if not path.is_dir():
        raise InputError(f"{str(out)!r} is not a folder with findings.")
    check_writable("report", path)
    return Folder(path)


def _is_same(path: Path, who: Mapping[str, Any]) -> bool:
    try:
        return same_run(manifest_read((path / "manifest.json").read_text(encoding="utf-8")), who)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return False


def write_audit(made: Outcome, folder: Folder) -> dict[str, Any]:
    """Write findings, manifest and page of an audit into its folder. Returns the manifest."""
    manifest = manifest_of(made)
    write_run(made.findings, manifest, folder, made.seconds)
    return manifest


def write_run(
    findings: pd.DataFrame,
    manifest: dict[str, Any],
    folder: Folder,
    seconds: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Write a run aside, put it in place, and release the folder. A reader never sees half of a run.

    seconds: how long each measure took, by model; written beside the manifest, which only names the file.
    """
    from testbed.findings import csv_text, jsonl_text
    from testbed.report import write_page

    texts = {"findings.csv": csv_text(findings), "findings.jsonl": jsonl_text(findings)}
    if findings.attrs.get("curves"):
        texts["curves.csv"] = findings.attrs["curves"]
    manifest["findings"] = {"rows": len(findings), "digest": digest(texts["findings.csv"])}
    manifest["files"] = {name: digest(text) for name, text in texts.items()}
    times = {TIMES: json.dumps(seconds, indent=1, sort_keys=True) + "\n"} if seconds else {}
    if times:
        manifest["seconds"] = TIMES
    # The page is made from what was written, so that making it again gives the same bytes.
    place_files(folder, {**texts, **times}, manifest, lambda sealed: write_page(findings, sealed, folder.part))


def place_files(
    folder: Folder,
    texts: Mapping[str, str | bytes],
    manifest: dict[str, Any],
    write: Callable[[dict[str, Any]], object],
) -> None:
    """Write texts and the sealed manifest aside, put them in place, and release the folder.

    `write` is called with the manifest as it was written, and adds the page to `folder.part`.
    """
    sealed = manifest_read(manifest_text(manifest))
    text = manifest_text({**sealed, "seal": digest(manifest_text(sealed))})
    try:
        folder.part.mkdir()
        for name, content in {**texts, "manifest.json": text}.items():
            replace_file(folder.part / name, content)
        write(manifest_read(text))
        if folder.path.is_dir():
            shutil.copymode(folder.path, folder.part)
        folder.place()
    finally:
        shutil.rmtree(folder.part, ignore_errors=True)
        folder.release()


@contextmanager
def as_written(folder: str | Path) -> Iterator[None]:
    """Tell in one sentence that the files of a folder are not what a run writes, where reading them fails for that.

    Their digests may still fit: anybody can compute those. With TESTBED_TRACEBACK set, the failure itself is raised.
    """
    try:
        yield
    except InputError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as problem:
        if os.environ.get(DEBUG):
            raise
        said = " ".join(f"{type(problem).__name__}: {problem}".split())
        raise InputError(
            f"{str(folder)!r} holds what no run writes ({said:.200}); if nobody changed it, please report this."
        ) from problem


def read_run(folder: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the findings and the manifest of a run's folder. Raises InputError if one is missing or was changed."""
    from testbed.findings import read

    path = Path(folder)
    if not path.is_dir():
        raise InputError(f"{str(folder)!r} is not a folder with findings.")
    manifest = read_manifest(path)
    _check_digests(path, manifest)
    findings = read(path)
    if (path / "curves.csv").is_file():
        findings.attrs["curves"] = (path / "curves.csv").read_bytes().decode("utf-8")
    return findings, manifest


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest in a folder. Raises InputError if there is none, or if it is no manifest."""
    try:
        return manifest_read((path / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{str(path)!r} has no manifest.json.") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as problem:
        raise InputError(f"the manifest in {str(path)!r} cannot be read ({problem}).") from None


def check_seal(path: Path, manifest: Mapping[str, Any]) -> None:
    """Raise InputError unless the manifest is what a run wrote."""
    unsealed = {key: value for key, value in manifest.items() if key != "seal"}
    if manifest.get("seal") != digest(manifest_text(unsealed)):
        raise InputError(f"manifest.json in {path.name!r} differs from what the run wrote; run it again.")


def _check_digests(path: Path, manifest: Mapping[str, Any]) -> None:
    """Raise InputError unless one run wrote the manifest and all tables."""
    check_seal(path, manifest)
    for name in TABLES:
        told = manifest["files"].get(name)
        try:
            found = digest((path / name).read_bytes())
        except FileNotFoundError:
            found = None
        if found != told:
            raise InputError(
                f"{name} in {path.name!r} differs from what the run wrote: found {_said(found)}, the manifest names "
                f"{_said(told)}; run it again."
            )


def _said(told: str | None) -> str:
    return f"the digest {told}" if told else "no such file"
