"""Text as Markdown: every expression of a template is escaped, unless a function here made it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#$~^@&])")
"""Characters that Markdown, or an extension of it, may read as more than themselves."""


class Markdown(str):
    """Text that is Markdown already."""


def escaped(text: object) -> str:
    """Text for Markdown, on one line: what Markdown would read as markup stands for itself.

    >>> escaped("a*b_c")
    'a\\\\*b\\\\_c'
    """
    return text if isinstance(text, Markdown) else SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> Markdown:
    """Text as code on a line; a bar would end the cell of a table and is escaped.

    >>> code("a|b")
    '`a\\\\|b`'
    """
    said = " ".join(str(text).split())
    ticks = "``" if "`" in said else "`"
    return Markdown(f"{ticks}{said}{ticks}".replace("|", "\\|")) if said else Markdown("")


def sentence(text: object) -> str:
    """Text that begins with a capital and ends with a full stop.

    >>> sentence("mean over people")
    'Mean over people.'
    """
    said = " ".join(str(text).split())
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) else ".")


def link(text: object, target: str) -> Markdown:
    """A link to a page, or to `#label`."""
    return Markdown(f"[{escaped(text)}]({target})")


def fenced(text: str, language: str = "text") -> str:
    """A block of code or output, in a fence that is longer than any in it."""
    ticks = max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"{'`' * ticks}{language}\n{text.rstrip()}\n{'`' * ticks}\n"


def templates(folder: Path) -> Callable[..., str]:
    """A function that fills a template of the folder: `fill("measure.md", name=...)`."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=False,  # Markdown, not HTML: `finalize` escapes
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(code=code, sentence=sentence)
    made.globals.update(link=link, path=Markdown)
    return lambda name, **values: made.get_template(name).render(**values)
