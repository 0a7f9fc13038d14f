"""Pages from templates: one file, everything escaped, no network, and a content policy that says so.

The policy names the hashes of the one style sheet and of the one script: if escaping ever failed, nothing injected
would run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.report.numbers import cell
from testbed.report.plaintext import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **context: object) -> str:
    """A page from its template. Texts are cleaned and escaped when the template prints them."""
    return _environment().get_template(template).render(**context)


def _grouped(number: int) -> str:
    return f"{number:,}"


@cache
def _environment() -> Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    environment.globals.update(style=_safe(style), script=_safe(script), policy=f"{policy}; form-action 'none'")
    environment.filters.update(cell=cell, breakable=_breakable, command=_command, grouped=_grouped)
    return environment


def _hash(text: str) -> str:
    """A text as a source of a content policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _safe(text: str) -> Markup:
    from markupsafe import Markup

    return Markup(text)


@lru_cache(maxsize=4096)
def _breakable(text: str) -> Markup:
    """A long name that may break only after its joints."""
    from markupsafe import Markup, escape

    made = str(escape(clean(text)))
    for joint in "_.[,{":
        made = made.replace(joint, f"{joint}<wbr>")
    return Markup(made)


def _command(text: str) -> Markup:
    """A command that breaks between its words; a word longer than the line breaks anywhere."""
    from markupsafe import Markup, escape

    words = (f'<span class="word">{escape(word)}</span>' for word in clean(text).split())
    return Markup(f'<code class="command">{" ".join(words)}</code>')


def _finalize(value: object) -> object:
    """The printed value: text becomes one clean line, unless it is markup of our own."""
    return _cleaned(value) if type(value) is str else value


_cleaned = lru_cache(maxsize=4096)(clean)
