"""Every figure of a run as files that are the same bytes whenever the run is repeated."""

# Any: a life is a JSON object.
from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from synthetic.errors import InputError
from testbed.plot.cascades import cascade
from testbed.plot.drawing import MARGIN, ROW, WIDE
from testbed.plot.frontiers import frontier
from testbed.plot.gaps import OF_TABLES, OF_WORLDS, compared, gap
from testbed.plot.one_life import life as one_life
from testbed.plot.reading import read
from testbed.plot.unforeseen import LINES, hidden

FORMATS = ("svg", "pdf")
NO_DATES: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
MOST = 6
"""The most pairs of groups of one split that get a figure."""
PLANE = 6.3
"""The height, in rows, of a figure with two axes of numbers."""
Drawing = Callable[..., Axes]


def figure_files(findings: pd.DataFrame, life: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Every figure that the findings have rows for, as SVG and PDF, by file name: `gap-sex-female-male.svg`.

    life: the life of the run, if it tells one. Same findings, same bytes: whatever settings of matplotlib a user has.
    """
    files = {}
    with matplotlib.rc_context():
        _steady_settings()
        for name, rows, draw in drawings(findings, life):
            page = Figure(figsize=(WIDE, MARGIN + rows * ROW), layout="constrained")
            try:
                draw(ax=page.add_subplot())
            except InputError:  # the findings have no such row, or none with a value
                continue
            files.update({f"{name}.{kind}": saved(page, kind) for kind in FORMATS})
    return files


def _steady_settings() -> None:
    """Matplotlib's defaults, but for what makes files differ or letters get lost.

    Ids in an SVG do not depend on chance. Letters are drawn in an SVG, so that they look the same everywhere; in a PDF
    they are text with their font inside, as publishers want it.
    """
    matplotlib.rcdefaults()
    matplotlib.rcParams["svg.hashsalt"] = "scoring-testbed"
    matplotlib.rcParams["svg.fonttype"] = "path"
    matplotlib.rcParams["pdf.fonttype"] = 42


def drawings(findings: pd.DataFrame, life: Mapping[str, Any] | None) -> Iterator[tuple[str, float, Drawing]]:
    """Each figure with its name and its height in rows: who is hit, what people can know, what one mistake does."""
    held = read(findings, ())
    models = max(1.0, 0.65 * len(held.heads))
    rows = [row for row in held.main() if row.name in {*OF_WORLDS, *OF_TABLES} and row.versus]
    for split in (one for one in compared(rows) if not set("*|") & set(one)):
        pairs = list(dict.fromkeys((row.group, row.versus) for row in rows if row.split == split))
        for group, versus in pairs[:MOST]:
            draw = partial(gap, findings, split=split, group=group, versus=versus)
            yield named("gap", split, group, versus), 5 * models, draw
    for model in dict.fromkeys(row.model for row in held.main() if row.name in LINES):
        yield named("hidden", model), PLANE, partial(hidden, findings, model=model)
    yield "cascade", 8 * models, partial(cascade, findings)
    yield "frontier", PLANE, partial(frontier, findings)
    if life is not None:
        yield "life", PLANE, partial(one_life, life)


def named(*parts: str) -> str:
    """The parts as one name of a file, with nothing but letters, digits, dots and hyphens.

    >>> named("gap", "age group", "25 or under", "../x")
    'gap-age_group-25_or_under-_x'
    """
    return "-".join(re.sub(r"(\.\.|[^\w.])+", "_", part) for part in parts)


def saved(figure: Figure, kind: str) -> bytes:
    """A figure as a file of one kind, without a date."""
    page = io.BytesIO()
    figure.savefig(page, format=kind, metadata=NO_DATES[kind], bbox_inches="tight")
    return page.getvalue() if kind != "pdf" else steady(page.getvalue())


def steady(page: bytes) -> bytes:
    """A PDF whose fonts are named by their order: some versions of matplotlib name them by a hash that changes.

    >>> steady(b"/QWERTY+Sans /ASDFGH+Mono /QWERTY+Sans")
    b'/AAAAAA+Sans /AAAAAB+Mono /AAAAAA+Sans'
    """
    found = dict.fromkeys(re.findall(rb"/([A-Z]{6})\+", page))
    names = {tag: b"AAAAA" + bytes([65 + place % 26]) for place, tag in enumerate(found)}
    return re.sub(rb"/([A-Z]{6})\+", lambda hit: b"/" + names[hit[1]] + b"+", page)
