"""The page of published results: the figures that shipped claims are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from synthetic.toml_file import load_toml


def figures_page(fill: Callable[..., str], folder: Path) -> str:
    """The page of the figures in the TOML files of a folder, each with its source."""
    files = {path.name: list(figures(load_toml(path))) for path in sorted(folder.glob("*.toml"))}
    return fill("published.md", files=files)


def figures(table: Mapping[str, object], path: str = "") -> Iterator[Mapping[str, object]]:
    """Every number of a table that has a value, at any depth, with its path.

    >>> [one["path"] for one in figures({"midas": {"decided": {"value": 3, "unit": "findings"}}})]
    ['midas.decided']
    """
    for key, held in table.items():
        if isinstance(held, dict):
            inside = f"{path}.{key}" if path else key
            if "value" in held:
                yield {"unit": "", "source": "", "reading": "", "where": "", **held, "path": inside}
            else:
                yield from figures(held, inside)
