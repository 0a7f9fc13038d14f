"""The parts that descriptions share: folded lines, the causal graph, dials, sources and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from synthetic.source import Dial, as_in, sources

WIDTH = 100


def folded(head: str, text: str) -> Iterator[str]:
    """A text after its head, folded, with later lines indented."""
    words = " ".join(f"{head.strip()} {text}".split())
    lines = wrap(words, WIDTH - 4, break_long_words=False, break_on_hyphens=False) or [head.strip()]
    indent = " " * (len(head) - len(head.lstrip()))
    yield indent + lines[0]
    yield from (f"{indent}  {line}" for line in lines[1:])


def graph(parents: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The causal graph as text, with a line per variable that has parents."""
    yield "  causal graph:"
    roots = [name for name, above in parents.items() if not tuple(above)]
    yield from folded("    without parents: ", ", ".join(roots))
    for name, above in parents.items():
        if tuple(above):
            yield f"    {', '.join(above)} -> {name}"


def dials(held: Iterable[Dial], head: str = "dials") -> Iterator[str]:
    """Every dial: path, value, unit, range, reading, source, and the place in it or the reason."""
    rows = sorted(held, key=lambda dial: dial.path)
    if rows:
        yield f"  {head} (path = value unit, range; reading, source):"
    for d in rows:
        bounds = f", {_range(d)}" if d.range is not None else ""
        yield f"    {d.path} = {shown(d)} {d.unit}{bounds}; {origin(d.reading, d.source)}{note(d.where)}"


def counts(parts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """How many dials of each part have each reading."""
    yield "  dials by reading, without the choices of the experiment:"
    for part, found in parts.items():
        said = ", ".join(f"{count} {reading}" for reading, count in found.items())
        yield f"    {part}: {said} (of {sum(found.values())})"


def origin(reading: str, source: str) -> str:
    """How a number is known, and from which source; of an analog, from which system."""
    return ", ".join(filter(None, (reading, source, as_in(reading, source))))


def shown(dial: Dial) -> str:
    """A dial's value as a user types it."""
    if isinstance(dial.value, bool):
        return "on" if dial.value else "off"
    return f"{dial.value:.10g}" if isinstance(dial.value, float) else str(dial.value)


def note(text: str) -> str:
    return f" ({text})" if text else ""


def _range(dial: Dial) -> str:
    return "" if dial.range is None else f"{dial.range[0]:g} to {dial.range[1]:g}"


def texts(ids: Iterable[str]) -> Iterator[str]:
    """The sources with these ids."""
    known = sources()
    held = [known[one] for one in sorted(set(ids)) if one in known]
    yield from listed("sources", (f"{one.id}: {one.title}. {one.publisher}, {one.date}. {one.locator}" for one in held))


def listed(head: str, lines: Iterable[object]) -> Iterator[str]:
    """Lines under a head; nothing if there are no lines."""
    held = [str(line) for line in lines]
    if held:
        yield f"  {head}:"
        for line in held:
            yield from folded("    - ", line)
