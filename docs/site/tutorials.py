"""The walks of `examples/` as pages: prose, code, and what the code prints and draws when it is run here."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from escaping import fenced

SMALL = {"PEOPLE": "1_024", "PERIODS": "8", "SEEDS": "2"}
"""Sizes with which a page is made."""
PROSE = " [markdown]\n"


def walks(folder: Path) -> list[Path]:
    """The scripts of a folder that are written in cells."""
    return [path for path in sorted(folder.glob("*.py")) if path.read_text(encoding="utf-8").startswith("# %%")]


def cells(text: str) -> Iterator[tuple[bool, str]]:
    """The cells of a script in the percent format: whether it is prose, and its text.

    >>> list(cells("# %% [markdown]\\n# # Title\\n\\n# %%\\nx = 1\\n"))
    [(True, '# Title'), (False, 'x = 1')]
    """
    for cell in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        prose = cell.startswith(PROSE)
        body = cell.removeprefix(PROSE)
        yield prose, (re.sub(r"^# ?", "", body, flags=re.MULTILINE) if prose else body).strip()


def smaller(text: str) -> str:
    """A script with the sizes of `SMALL`."""
    for name, size in SMALL.items():
        text = re.sub(rf"^{name} = [\d_]+$", f"{name} = {size}", text, flags=re.MULTILINE)
    return text


def page(path: Path, images: Path) -> str:
    """The page of a script, which is run; its figures are written into the folder `images`.

    Whatever a cell raises ends the build.
    """
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = path.stem
    text = smaller(path.read_text(encoding="utf-8"))
    given = {"__name__": "__main__", "__file__": str(path)}
    parts, drawn = [], 0
    sys.path.insert(0, str(path.parent))
    try:
        for prose, body in cells(text):
            if prose:
                parts.append(f"{body}\n")
                continue
            said = io.StringIO()
            with redirect_stdout(said):
                exec(compile(body, path.name, "exec"), given)
            parts.append(fenced(body, "python"))
            parts += [fenced(said.getvalue())] if said.getvalue().strip() else []
            names = _figures(images, path.stem, drawn)
            parts += [f"![{name}]({images.name}/{name}.svg)\n" for name in names]
            drawn += len(names)
    finally:
        sys.path.remove(str(path.parent))
    sizes = ", ".join(f"`{name} = {size}`" for name, size in SMALL.items() if f"\n{name} = {size}" in text)
    note = (
        f"\nThis page is `examples/{path.name}`, run" + (f" with {sizes}" if sizes else "") + " when the site is built."
    )
    first = parts[0].split("\n", 1)
    return "\n".join(["\n".join([first[0], note, *first[1:]]), *parts[1:]])


def _figures(images: Path, stem: str, drawn: int) -> list[str]:
    """Write the figures that are open and close them; their names, numbered on from `drawn`."""
    from matplotlib import pyplot

    images.mkdir(parents=True, exist_ok=True)
    found = []
    for number in pyplot.get_fignums():
        name = f"{stem}-{drawn + len(found) + 1}"
        pyplot.figure(number).savefig(
            images / f"{name}.svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
        )
        found.append(name)
    pyplot.close("all")
    return found
