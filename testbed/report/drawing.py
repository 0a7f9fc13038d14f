"""The parts that figures are drawn from: axes, round ticks, marks, text, and the frame of an SVG.

Every figure carries a title and a description for readers who cannot see it. Lengths are in pixels of a drawing that
is 400 wide, so that the letters stay readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from testbed.report.numbers import Scale
from testbed.report.plaintext import clean, columns

WIDTH = 400
LEFT, RIGHT = 10, 390
SHAPES = 4
"""Number of distinct colors and shapes; further series repeat them."""


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between two ends, including an end that is round.

    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [float(f"{number * step:.12g}") + 0.0 for number in range(first, math.floor(high / step + 1e-9) + 1)]


def padded(low: float, high: float) -> tuple[float, float]:
    """The ends, moved apart if they are nearly equal."""
    size = max(abs(low), abs(high)) or 1.0
    if high - low > 1e-9 * size:
        return low, high
    return (0.0, size) if low == 0 else (low - size / 2, high + size / 2)


def axis(low: float, high: float, start: float, stop: float) -> Callable[[float], float]:
    return lambda value: start + (value - low) / (high - low) * (stop - start)


def inside(value: float, low: float, high: float) -> float:
    return min(max(value, low), high) if not math.isnan(value) else value


def upright(kind: str, x: float, top: float, bottom: float) -> Markup:
    return Markup('<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2:.1f}" y2="{3:.1f}"/>').format(
        kind, x, top, bottom
    )


def tick_text(tick: float, low: float, high: float, by: Scale) -> str:
    gaps = ticks(low, high)
    step = (gaps[1] - gaps[0]) * by.factor if len(gaps) > 1 else 1.0
    return by.bare(tick, min(max(0, -math.floor(math.log10(step) + 1e-9)), 6))


def shape(x: float, y: float, series: int) -> Markup:
    """The mark of a series: circle, square, triangle or cross."""
    kind = series % SHAPES
    if kind == 0:
        return Markup('<circle class="dot s0" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(x, y)
    if kind == 1:
        return Markup('<rect class="dot s1" x="{:.1f}" y="{:.1f}" width="9" height="9"/>').format(x - 4.5, y - 4.5)
    if kind == 2:
        corners = [(0, -6), (6, 5), (-6, 5)]
    else:
        corners = [
            (-6, -2),
            (-2, -2),
            (-2, -6),
            (2, -6),
            (2, -2),
            (6, -2),
            (6, 2),
            (2, 2),
            (2, 6),
            (-2, 6),
            (-2, 2),
            (-6, 2),
        ]
    text = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in corners)
    return Markup('<polygon class="dot s{}" points="{}"/>').format(kind, text)


def text_at(x: float, y: float, text: str, kind: str, anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, clean(text)
    )


def shortened(text: str, most: int) -> str:
    """The text, cut to so many columns with an ellipsis."""
    text = clean(text)
    if columns(text) <= most:
        return text
    while columns(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "\u2026"


def svg(title: str, description: str, height: float, body: Sequence[Markup]) -> Markup:
    return Markup('<svg role="img" viewBox="0 0 {} {:.0f}" aria-label="{}"><title>{}</title>{}</svg>').format(
        WIDTH, height, clean(description), escape(clean(title)), Markup("").join(body)
    )
