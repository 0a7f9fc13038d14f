"""The parts that all figures share: colors, marks, intervals, titles.

Colors are those of Okabe and Ito (2008), in an order in which people with any common color blindness tell the first
ones apart best; series differ by mark and dash too, so that a print in gray can be read. Fonts and sizes are those of
the user's matplotlib settings.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from testbed.report import Finding, Findings, Scale, clean, inside

COLORS = ("#0072B2", "#D55E00", "#000000", "#56B4E9", "#CC79A7", "#E69F00")
MARKS = ("o", "s", "^", "P", "D", "v")
DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 2)))
GRAY = "#595959"
WIDE, ROW, MARGIN = 6.4, 0.46, 1.5
"""Inches: the width of a figure, the height of a row, and the height of title and axis."""
LETTERS, SHORT = 76, 46
"""Letters of a line of a title; over axes that share their width with the names of rows."""
BELOW = 0.5
"""Inches from the axes down to the key."""
FAR = 3
"""A whisker is cut where it leaves the values by so many times their range."""


@dataclass(frozen=True)
class Dot:
    """One value in a row of a figure: its interval, the lottery's value, and why there is none."""

    row: str
    series: int
    value: float
    low: float
    high: float
    lottery: float = math.nan
    why: str = ""

    @property
    def bounded(self) -> bool:
        """Whether there is an interval; an exact value is its own."""
        return not (math.isnan(self.low) or math.isnan(self.high))


def plain(text: object) -> str:
    """A text that is drawn as it is: on one line, and never read as a formula."""
    return clean(text).replace("$", r"\$")


def blank(ax: Axes | None, rows: float = 0) -> Axes:
    """The axes given, or those of a new figure with room for so many rows."""
    if ax is None:
        tall = MARGIN + ROW * rows if rows else 4.4
        _, ax = pyplot.subplots(figsize=(WIDE, tall), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def titled(ax: Axes, title: str, letters: int = LETTERS) -> Axes:
    """The axes with a title at the left, in lines of so many letters."""
    text = plain(title)
    ax.set_title("\n".join(textwrap.wrap(text[:1].upper() + text[1:], letters)), loc="left", fontsize="medium")
    return ax


def colored(series: int) -> str:
    return COLORS[series % len(COLORS)]


def marked(series: int) -> str:
    return MARKS[series % len(MARKS)]


def dots(ax: Axes, found: Sequence[Dot], series: Sequence[str], by: Scale, *, nothing: float, unit: str) -> Axes:
    """A dot and its interval per row and series, the first row on top.

    A dashed line is `nothing`, the value of no difference. A hollow dot has no interval, a hollow diamond is a lottery.
    """
    rows = list(dict.fromkeys(one.row for one in found))
    low, high = _reach(found, nothing)
    if not math.isnan(nothing):
        ax.axvline(nothing * by.factor, color=GRAY, linestyle="--", linewidth=1, zorder=0)
    gap = 0.5 / max(len(series), 1)
    for one in found:
        y = rows.index(one.row) + (one.series - (len(series) - 1) / 2) * gap
        color = colored(one.series)
        if math.isnan(one.value):
            ax.annotate(
                textwrap.shorten(plain(f"not computed: {one.why}"), LETTERS), (0.01, y), color=GRAY, va="center",
                xycoords=ax.get_yaxis_transform(), fontsize="x-small", style="italic",
            )  # fmt: skip
            continue
        if not math.isnan(one.lottery):
            ax.plot(one.lottery * by.factor, y, "D", mfc="none", mec=GRAY, ms=7, zorder=1)
        if one.bounded:
            ends = [inside(end, low, high) * by.factor for end in (one.low, one.high)]
            ax.plot(ends, [y, y], "-", color=color, linewidth=1.6, zorder=2)
        ax.plot(
            one.value * by.factor, y, marked(one.series), color=color, mfc=color if one.bounded else "white", ms=6,
            zorder=3,
        )  # fmt: skip
    ax.set_yticks(range(len(rows)), [plain(row) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(plain(by.unit or unit or "number"))
    ax.grid(axis="x", color="#E0E0E0", linewidth=0.6)
    ax.set_axisbelow(True)
    _key(ax, found, series)
    return ax


def of_findings(
    held: Findings, rows: Sequence[Finding], label: Callable[[Finding], str]
) -> tuple[list[Dot], list[str]]:
    """The dots of some rows, a series a model, with the lottery's value beside them; and the names of the series."""
    columns = [one for one in held.columns if any(row.column == one for row in rows)]
    found = []
    for row in rows:
        lottery = held.beside(row)
        luck = math.nan if lottery is None else lottery.value
        found.append(Dot(label(row), columns.index(row.column), row.value, row.low, row.high, luck, row.why))
    return found, [held.short(one) or one[1] for one in columns]


def tall(found: Sequence[Dot], series: Sequence[str]) -> float:
    """How many rows of one series a figure of these dots is as tall as."""
    return len({one.row for one in found}) * max(1.0, 0.65 * len(series))


def _reach(found: Sequence[Dot], nothing: float) -> tuple[float, float]:
    """Where whiskers are cut: far beyond all values, and anyway before infinity."""
    values = [value for one in found for value in (one.value, one.lottery, nothing) if math.isfinite(value)]
    ends = [end for one in found for end in (one.low, one.high) if math.isfinite(end)]
    room = FAR * (max(values) - min(values)) if values else 0.0
    if not room:
        return min([*values, *ends], default=0.0), max([*values, *ends], default=1.0)
    return min(values) - room, max(values) + room


def _key(ax: Axes, found: Sequence[Dot], series: Sequence[str]) -> None:
    """The key below the axes: the series if there are several, and what hollow marks mean if there are some."""
    parts = []
    if len(series) > 1:
        for number, name in enumerate(series):
            parts += ax.plot([], [], marked(number), color=colored(number), label=plain(name))
    if any(one.bounded and one.low < one.high for one in found):
        parts += ax.plot([], [], "-", color=GRAY, linewidth=1.6, label="95 % interval")
    if any(not math.isnan(one.value) and not one.bounded for one in found):
        parts += ax.plot([], [], "o", color=GRAY, mfc="white", label="no interval")
    if any(not math.isnan(one.lottery) for one in found):
        parts += ax.plot([], [], "D", mfc="none", mec=GRAY, label="a lottery instead")
    figure = ax.get_figure(root=True)
    if parts and figure is not None:
        below = ax.transAxes + ScaledTranslation(0, -BELOW, figure.dpi_scale_trans)
        ax.legend(
            handles=parts, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, ncols=3, frameon=False,
            fontsize="small",
        )  # fmt: skip
