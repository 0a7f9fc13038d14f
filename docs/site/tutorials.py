"""The walks of `examples/` as pages: prose, code, and what the code prints and draws when it is run here."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from escaping import escaped, fenced

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
    text = smaller(path.read_text(encoding="utf-8"))
    sys.path.insert(0, str(path.parent))
    try:
        with matplotlib.rc_context({"svg.hashsalt": path.stem}):
            title, *parts = list(_parts(text, path, images))
    finally:
        sys.path.remove(str(path.parent))
    sizes = ", ".join(f"`{name} = {size}`" for name, size in SMALL.items() if f"\n{name} = {size}" in text)
    said = f" with {sizes}, so that it is quick; the sizes in the file are larger" if sizes else ""
    head, rest = title.split("\n", 1)
    return "\n".join([f"{head}\n\nThe site runs `examples/{path.name}`{said}.\n{rest}", *parts])


def _parts(text: str, path: Path, images: Path) -> Iterator[str]:
    """Each cell in Markdown; code is run, and what it prints and draws follows it."""
    given = {"__name__": "__main__", "__file__": str(path)}
    drawn = 0
    for prose, body in cells(text):
        if prose:
            yield f"{body}\n"
            continue
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(body, path.name, "exec"), given)
        yield fenced(body, "python")
        if said.getvalue().strip():
            yield fenced(said.getvalue())
        for title in _figures(images, path.stem, drawn):
            drawn += 1
            yield f"![{escaped(title)}]({images.name}/{path.stem}-{drawn}.svg)\n"


def _figures(images: Path, stem: str, drawn: int) -> list[str]:
    """Write the figures that are open, numbered on from `drawn`, and close them; the title of each."""
    from matplotlib import pyplot

    images.mkdir(parents=True, exist_ok=True)
    titles = []
    for number, opened in enumerate(pyplot.get_fignums(), start=drawn + 1):
        figure = pyplot.figure(opened)
        metadata = {"Date": None, "Creator": None}
        figure.savefig(images / f"{stem}-{number}.svg", bbox_inches="tight", metadata=metadata)
        said = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center")]
        titles.append("; ".join(filter(None, said)) or "a figure")
    pyplot.close("all")
    return titles
